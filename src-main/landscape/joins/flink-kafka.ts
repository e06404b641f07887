/**
 * Which consumer group a Flink job commits to: Flink tells no group, Kafka no reader. Both know committed offsets; a group and a job that
 * have the same partitions, and whose offsets are never further apart than one checkpoint, match.
 */
import { known } from '../../../shared/model/known.ts'
import { formatKey, formatUrn, parseUrn } from '../../../shared/model/urn.ts'
import type { JudgeRow, Queries, Stored } from '../../store/store-types.ts'
import type { AnyRow, Sample } from '../../triage/judging.ts'
import type { LandscapeEdge } from '../landscape.ts'
import type { Joiner } from './joiner.ts'

/** An offset as it changed; undefined where it was not known (or, for Flink, -1: nothing committed yet). */
export interface Point {
  readonly at: number
  readonly offset: bigint | undefined
}
/** Offsets of one side, by `topic-partition`. */
export interface Side {
  readonly id: string
  readonly label: string
  readonly committed: ReadonlyMap<string, readonly Point[]>
  /** Flink only: the last record the source has read. */
  readonly current?: ReadonlyMap<string, readonly Point[]>
  /** When it was last seen, in epoch milliseconds: later polls prove nothing. */
  readonly until: number
}
export interface OffsetMatch {
  readonly group: string
  readonly job: string
  readonly score: number
  readonly says: string
}

/** Polls that must agree before anything is said. */
const leastPolls = 3
const leastScore = 0.75
/** When at most this part of the polls agree, what matched before matches no more. */
const refuted = 0.25

function valueAt(points: readonly Point[], at: number): bigint | undefined {
  return points.findLast((p) => p.at <= at)?.offset
}

/**
 * Does the group's offset lie within one checkpoint of what the job committed around that time? A job commits the record after the last
 * it read. A job manager answers with the numbers it fetched when it was asked before: how far the job was at a moment is surely told only
 * by the answer after the next. Undefined: the group is further than the job has told, and that answer is not there (yet).
 */
function agrees(group: bigint, job: readonly Point[], current: readonly Point[], at: number): boolean | undefined {
  const known = job.filter((p) => p.offset !== undefined)
  const here = known.findLastIndex((p) => p.at <= at)
  const floor = known[Math.max(0, here - 1)]?.offset
  const told = known.slice(Math.max(0, here), here + 3)
  const read = [at, ...told.map((p) => p.at)].map((then) => valueAt(current, then))
  const ceilings = [...told.map((p) => p.offset), ...read.map((offset) => (offset === undefined ? undefined : offset + 1n))]
  if (floor === undefined || group < floor) return false
  if (ceilings.some((ceiling) => ceiling !== undefined && group <= ceiling)) return true
  return known[here + 2] === undefined ? undefined : false
}

/** How well one group and one job fit over some polls, `fit` as the part of them that agree; undefined: other partitions, or too little to tell. */
export function compare(
  group: Side,
  job: Side,
  polls: readonly number[],
): { readonly agreed: number; readonly partitions: number; readonly score: number; readonly fit: number } | undefined {
  const theirs = [...group.committed.keys()]
  if (theirs.length === 0 || theirs.some((p) => !job.committed.has(p))) return undefined
  if ([...job.committed].some(([p, points]) => !group.committed.has(p) && points.some((point) => point.offset !== undefined)))
    return undefined
  let agreed = 0
  let compared = 0
  let good = 0
  let most = 0
  let polled = 0
  let moved = false
  for (const partition of theirs) {
    const mine = group.committed.get(partition) ?? []
    const others = job.committed.get(partition) ?? []
    const current = job.current?.get(partition) ?? []
    const judged = polls.flatMap((at) => {
      const offset = valueAt(mine, at)
      return offset === undefined || valueAt(others, at) === undefined ? [] : (agrees(offset, others, current, at) ?? [])
    })
    const fits = judged.filter((ok) => ok).length
    compared += judged.length
    good += fits
    most = Math.max(most, fits)
    polled = Math.max(polled, judged.length)
    if (judged.length > 0 && fits === judged.length) agreed += 1
    moved ||= new Set(mine.flatMap((p) => p.offset ?? [])).size > 1
  }
  if (polled < leastPolls) return undefined
  // Offsets that never moved fit anybody who stands at the same place.
  const fit = good / compared
  return { agreed, partitions: theirs.length, fit, score: most < leastPolls ? 0 : fit * (moved ? 1 : 0.8) }
}

/** Polls to compare at, `pollMs` apart, back from the last moment both were seen. */
export interface Polls {
  readonly pollMs: number
  readonly count: number
}
function pollsOf(group: Side, job: Side, { pollMs, count }: Polls): readonly number[] {
  const last = Math.min(group.until, job.until)
  return Array.from({ length: count }, (_, i) => last - i * pollMs)
}

/** All matches, the best group of each job; where two groups fit a job alike, both, with half the score. */
export function matchOffsets(groups: readonly Side[], jobs: readonly Side[], polls: Polls): readonly OffsetMatch[] {
  return jobs.flatMap((job) => {
    const fits = groups.flatMap((group) => {
      const found = compare(group, job, pollsOf(group, job, polls))
      return found === undefined || found.score < leastScore ? [] : [{ group, ...found }]
    })
    const best = Math.max(...fits.map((f) => f.score))
    const near = fits.filter((f) => best - f.score < 0.1)
    return near.map(({ group, agreed, partitions, score }) => ({
      group: group.id,
      job: job.id,
      score: score / near.length,
      says:
        `${group.label} matches Flink job ${job.label} on ${agreed} of ${partitions} ${partitions === 1 ? 'partition' : 'partitions'}` +
        (near.length > 1 ? `, as ${near.length - 1} other ${near.length === 2 ? 'group does' : 'groups do'}` : ''),
    }))
  })
}

/**
 * Earlier matches that still hold: their job has found no better group, and their offsets, where both tell them, do not plainly disagree.
 * A job that restarts again and again tells little, and some of it from before its checkpoint: that alone ends no match.
 */
export function stillMatching(
  before: readonly LandscapeEdge[],
  found: readonly OffsetMatch[],
  groups: readonly Side[],
  jobs: readonly Side[],
  polls: Polls,
): readonly LandscapeEdge[] {
  const taken = new Set(found.map((m) => m.job))
  return before.filter((edge) => {
    if (taken.has(edge.to)) return false
    const group = groups.find((g) => g.id === edge.from)
    const job = jobs.find((j) => j.id === edge.to)
    const now = group && job && compare(group, job, pollsOf(group, job, polls))
    return now === undefined || now.fit > refuted
  })
}

/** Groups that dozens of members read are no Flink job's; a Flink group has none, for the job assigns its own partitions. */
const selfAssigned = { kind: 'self-assigned' }

export const flinkKafka: Joiner = {
  name: 'flink-kafka',
  of: ['kafka.groupPartitions', 'flink.sourcePartitions'],
  join: async (queries, connections, now, { windowMs, pollMs, at }, before) => {
    const flinks = connections.filter((c) => c.system === 'flink')
    const kafkas = connections.filter((c) => c.system === 'kafka')
    if (flinks.length === 0 || kafkas.length === 0) return before
    const poll = Math.max(...[...flinks, ...kafkas].map((c) => pollMs(c, c.system === 'kafka' ? 'groupPartitions' : 'sourcePartitions')))
    const count = Math.min(30, Math.max(2 * leastPolls, Math.floor(windowMs / poll)))
    const from = new Date(now.getTime() - (count + 1) * poll)
    const sides = async (of: readonly Stored[], read: (c: Stored) => Promise<readonly Side[]>) => (await Promise.all(of.map(read))).flat()
    const jobs = await sides(flinks, (c) => jobSides(queries, c, from, now, at))
    const topics = new Set(jobs.flatMap((j) => [...j.committed.keys()].map((p) => p.slice(0, p.lastIndexOf('-')))))
    const groups = topics.size === 0 ? [] : await sides(kafkas, (c) => groupSides(queries, c, [...topics], from, now, at))
    const polls = { pollMs: poll, count }
    const found = matchOffsets(groups, jobs, polls)
    const kept = stillMatching(before, found, groups, jobs, polls)
    const there = await present(queries, kept, at)
    const label = new Map([...groups, ...jobs].map((side) => [side.id, side.label]))
    const drawn = found.map(
      (m): LandscapeEdge => ({
        from: m.group,
        to: m.job,
        does: 'matches',
        known: 'guessed',
        by: flinks[0]?.connection ?? '',
        fromLabel: label.get(m.group) ?? '',
        toLabel: label.get(m.job) ?? '',
        score: m.score,
        says: m.says,
      }),
    )
    return [...drawn, ...kept.filter((edge) => there.has(edge.from) && there.has(edge.to))]
  },
}

/** Of the ends of these edges those whose records have not ended. */
async function present(queries: Queries, edges: readonly LandscapeEdge[], at: Date | undefined): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const [system, collection, side] of [
    ['kafka', 'groups', 'from'],
    ['flink', 'jobs', 'to'],
  ] as const) {
    const keys = edges.flatMap((edge) => parseUrn(edge[side])?.key ?? []).map((name) => formatKey([name]))
    if (keys.length > 0) for (const { urn } of await queries.rows(system, collection, { keys }, at)) found.add(urn)
  }
  return found
}

async function jobSides(queries: Queries, of: Stored, from: Date, now: Date, at: Date | undefined): Promise<readonly Side[]> {
  const names = new Map<string, string>()
  for (const { row } of await queries.rows('flink', 'jobs', { connection: of.connection }, at))
    names.set(String(known(row.jid)), String(known(row.name) ?? known(row.jid)))
  const rows = await queries.rows('flink', 'sourcePartitions', { connection: of.connection }, at)
  return sidesOf(queries, of, 'flink', 'sourcePartitions', rows, 'jid', ['committed', 'current'], from, now, (jid) => ({
    id: formatUrn({ system: 'flink', instance: of.instance, collection: 'jobs', key: [jid] }),
    label: names.get(jid) ?? jid,
  }))
}

async function groupSides(
  queries: Queries,
  of: Stored,
  topics: readonly string[],
  from: Date,
  now: Date,
  at: Date | undefined,
): Promise<readonly Side[]> {
  const own = await queries.rows('kafka', 'groups', { connection: of.connection, where: selfAssigned }, at)
  const groups = own.map(({ row }) => String(known(row.group)))
  if (groups.length === 0) return []
  const where = { group: { in: groups } }
  const rows = await queries.rows('kafka', 'groupPartitions', { connection: of.connection, where }, at)
  const reading = new Set(rows.filter((r) => topics.includes(String(known(r.row.topic)))).map((r) => String(known(r.row.group))))
  const theirs = rows.filter((r) => reading.has(String(known(r.row.group))))
  return sidesOf(queries, of, 'kafka', 'groupPartitions', theirs, 'group', ['committed'], from, now, (group) => ({
    id: formatUrn({ system: 'kafka', instance: of.instance, collection: 'groups', key: [group] }),
    label: group,
  }))
}

interface Growing extends Side {
  readonly committed: Map<string, readonly Point[]>
  readonly current: Map<string, readonly Point[]>
  until: number
}
/** The curves of some rows, put together by who they belong to. A row with no committed offset at any time is left out for groups. */
async function sidesOf(
  queries: Queries,
  of: Stored,
  system: string,
  collection: string,
  rows: readonly JudgeRow[],
  owner: string,
  fields: readonly string[],
  from: Date,
  now: Date,
  who: (owner: string) => { readonly id: string; readonly label: string },
): Promise<readonly Side[]> {
  const curves = await queries.past(
    system,
    collection,
    of.connection,
    rows.map((r) => r.key),
    fields,
    from,
    now,
  )
  const sides = new Map<string, Growing>()
  for (const { row, key, seenAt } of rows) {
    const name = String(known(row[owner]))
    const side = sides.get(name) ?? { ...who(name), committed: new Map(), current: new Map(), until: seenAt.getTime() }
    sides.set(name, side)
    side.until = Math.min(side.until, seenAt.getTime())
    const partition = partitionOf(row)
    const committed = pointsOf(curves.get(key)?.committed)
    if (system === 'kafka' && !committed.some((p) => p.offset !== undefined)) continue
    side.committed.set(partition, committed)
    side.current.set(partition, pointsOf(curves.get(key)?.current))
  }
  return [...sides.values()].filter((side) => side.committed.size > 0)
}

const partitionOf = (row: AnyRow): string => `${String(known(row.topic))}-${String(known(row.partition))}`

function pointsOf(samples: readonly Sample[] | undefined): readonly Point[] {
  return (samples ?? []).map(({ at, value }) => {
    const offset = known(value)
    return { at: at.getTime(), offset: typeof offset === 'bigint' && offset >= 0n ? offset : undefined }
  })
}
