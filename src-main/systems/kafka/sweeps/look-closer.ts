/**
 * What offsets alone do not tell, asked only where it matters and remembered: whether anything readable is left (markers only), and when
 * the first unread record was written (M3: read it; M2: the broker's time index). At most one Fetch per leader, on first contact also
 * seven rungs per leader.
 */
import { AppError } from '../../../../shared/model/app-error.ts'
import { isMarkersOnly, markersOnlyAtMost } from '../lag-kinds.ts'
import type { Memory } from '../memory.ts'
import { ladderMs, type Rung, timeLagFromLadder } from '../time-lag.ts'
import type { Cluster } from '../wire/cluster.ts'
import { type FetchedPartition, fetchRecords } from '../wire/fetch.ts'
import { listOffsets } from '../wire/offsets.ts'
import { type BatchFate, batchFates, readBatches, readRecords } from '../wire/records.ts'
import { type Picture, silence } from './picture.ts'
import { isMarkersOnlyAt, type Position } from './positions.ts'

/** Positions looked at in one round; a cluster with more is looked at over several. */
export const looksPerRound = 400
const bytesPerLook = 64 * 1024
const bytesPerFetch = 8 * 1024 * 1024

export interface Closer {
  readonly cluster: Cluster
  readonly picture: Picture
  readonly memory: Memory
  readonly now: () => Date
}

const lagAt = (position: Position): bigint => ('lag' in position.lag ? position.lag.lag : 0n)

/** Small lag, and neither commit nor end moved for two rounds: is anything readable left? Asked once for each such standstill. */
function mayBeMarkersOnly(position: Position): boolean {
  const { memory, picture } = position
  if (position.lag.kind !== 'EXACT' || memory === undefined || lagAt(position) <= 0n || lagAt(position) > markersOnlyAtMost) return false
  return memory.quietRounds >= 2 && memory.markersOnly?.end !== picture?.end
}

function wantsRecord(position: Position, isWanted: boolean): boolean {
  const { memory } = position
  if (memory === undefined || lagAt(position) <= 0n || memory.recordAt !== undefined || isMarkersOnlyAt(position)) return false
  return isWanted || memory.stoodRounds >= 2
}

/** `first`: first contact, look at every group with lag. `wanted`: groups somebody looks at. */
export async function lookCloser(
  closer: Closer,
  positions: readonly Position[],
  first: boolean,
  wanted: ReadonlySet<string>,
): Promise<void> {
  const looked = positions.filter((position) => mayBeMarkersOnly(position) || wantsRecord(position, first || wanted.has(position.group)))
  const now = looked.slice(0, looksPerRound)
  await readFirstUnread(closer, now)
  if (first)
    await climbLadder(
      closer,
      looked.filter((position) => closer.memory.commits.get(position.group, position.topic, position.partition)?.recordAt === undefined),
    )
}

function byLeader(positions: readonly Position[]): ReadonlyMap<number, readonly Position[]> {
  const out = new Map<number, Position[]>()
  for (const position of positions) {
    const leader = position.picture?.entry.leader ?? -1
    if (leader < 0) continue
    const same = out.get(leader)
    if (same === undefined) out.set(leader, [position])
    else same.push(position)
  }
  return out
}

const placeOf = (position: Pick<Position, 'topic' | 'partition'>): string => `${position.partition}:${position.topic}`
const offsetOf = (position: Position): bigint => {
  const committed = position.committed ?? 0n
  const earliest = position.picture?.earliest ?? 0n
  return committed < earliest ? earliest : committed
}

/** M3 and the look at markers are the same Fetch: from the commit, what a read_committed reader would get. */
async function readFirstUnread(closer: Closer, positions: readonly Position[]): Promise<void> {
  await Promise.all(
    [...byLeader(positions)].map(async ([leader, all]) => {
      // a partition may be named once in a request: groups at another offset of it come with the next round
      const each = [...new Map(all.map((position) => [placeOf(position), position])).values()]
      const topics = new Map<string, { partition: number; offset: bigint; maxBytes: number }[]>()
      for (const position of each) {
        const partitions = topics.get(position.topic) ?? []
        topics.set(position.topic, partitions)
        partitions.push({ partition: position.partition, offset: offsetOf(position), maxBytes: bytesPerLook })
      }
      try {
        const question = {
          isolation: 1,
          maxBytes: bytesPerFetch,
          topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
        } as const
        const answer = await closer.cluster.ask(leader, fetchRecords, question, 'bulk')
        const found = new Map<string, FetchedPartition>()
        for (const topic of answer.topics)
          for (const partition of topic.partitions) found.set(placeOf({ topic: topic.name, partition: partition.partition }), partition)
        for (const position of each) {
          const partition = found.get(placeOf(position))
          if (partition === undefined || partition.errorCode !== 0) continue
          const same = all.filter((other) => placeOf(other) === placeOf(position) && offsetOf(other) === offsetOf(position))
          try {
            noteFound(closer, position, same, partition)
          } catch (thrown) {
            if (!(thrown instanceof AppError)) throw thrown // a batch that cannot be read leaves this one record undated
          }
        }
      } catch (thrown) {
        silence(closer.picture, leader, thrown)
      }
    }),
  )
}

function noteFound(closer: Closer, position: Position, same: readonly Position[], partition: FetchedPartition): void {
  const from = offsetOf(position)
  const batches = readBatches(partition.records)
  const fates: readonly BatchFate[] = batchFates(batches, partition.aborted)
  if (batches.some((batch) => batch.head.transactional || batch.head.control)) closer.memory.transactional.add(position.topic)
  let recordAt: number | undefined
  const seen = batches.map((batch, i) => {
    const fate = fates[i] ?? 'visible'
    const records = fate === 'visible' && recordAt === undefined ? readRecords(batch, from) : []
    const first = records[0]
    if (first !== undefined && first.timestamp >= 0n) recordAt ??= Number(first.timestamp)
    return { lastOffset: batch.head.lastOffset, fate, offsets: records.map((record) => record.offset) }
  })
  const end = position.picture?.end
  const markersOnly = end === undefined ? undefined : { end, holds: recordAt === undefined && isMarkersOnly(from, end, seen) }
  for (const { group, topic, partition: number } of same) closer.memory.commits.note(group, topic, number, { markersOnly, recordAt })
}

/** M2: one ListOffsets per leader and rung, only for partitions that nothing else dated. */
async function climbLadder(closer: Closer, positions: readonly Position[]): Promise<void> {
  const now = closer.now().getTime()
  await Promise.all(
    [...byLeader(positions)].map(async ([leader, all]) => {
      const topics = new Map<string, Set<number>>()
      for (const position of all) topics.set(position.topic, (topics.get(position.topic) ?? new Set<number>()).add(position.partition))
      const asked = [...topics].map(([name, partitions]) => ({ name, partitions: [...partitions] }))
      const rungs = new Map<string, Rung[]>()
      try {
        for (const beforeMs of ladderMs) {
          const answer = await closer.cluster.ask(leader, listOffsets, { isolation: 0, at: BigInt(now - beforeMs), topics: asked }, 'bulk')
          for (const topic of answer)
            for (const found of topic.partitions) {
              if (found.errorCode !== 0) continue
              const key = `${found.partition}:${topic.name}`
              const known = rungs.get(key) ?? []
              rungs.set(key, known)
              known.push({ beforeMs, offset: found.offset < 0n ? undefined : found.offset })
            }
        }
      } catch (thrown) {
        silence(closer.picture, leader, thrown)
      }
      for (const position of all) {
        const compacted = closer.memory.settings.get(position.topic)?.cleanup?.includes('compact') ?? false
        const age = timeLagFromLadder(rungs.get(placeOf(position)) ?? [], offsetOf(position), false, compacted)
        if (age === undefined) continue
        const recordBetween = { ...(age.hiMs === undefined ? {} : { from: new Date(now - age.hiMs) }), to: new Date(now - age.loMs) }
        closer.memory.commits.note(position.group, position.topic, position.partition, { recordBetween })
      }
    }),
  )
}
