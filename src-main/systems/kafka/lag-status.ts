/** How a group does at one partition, over a window of time. Pure: samples in, one status out; the window and the poll are arguments. */
import type { LagKind, LagStatus } from '../../../shared/systems/kafka/words.ts'
import { median, theilSen } from './rates.ts'

/** What one poll saw. Undefined is unknown and proves nothing. */
export interface LagSample {
  readonly at: number
  readonly committed: bigint | undefined
  readonly highWatermark: bigint | undefined
  readonly lag: bigint | undefined
  readonly members: number | undefined
  /** The group was working out who reads what (PreparingRebalance, CompletingRebalance, Assigning, Reconciling). */
  readonly settling: boolean
}
export interface StatusQuestion {
  /** Of the latest poll. */
  readonly kind: LagKind
  readonly lag: bigint | undefined
  /** Lag up to this is fine (0 unless somebody promised otherwise). */
  readonly allowed: bigint
  /** `consumer`; empty for groups that assign their own partitions; `connect` for Connect's own. */
  readonly protocolType: string
  readonly groupState: string
  readonly hasOwner: boolean
  /** One a poll, oldest first, the latest last. One older than the window may lead: it tells how long the commit has stood. */
  readonly samples: readonly LagSample[]
  /** Longest time seen between two commits; undefined before two were seen. */
  readonly commitEveryMs: number | undefined
  readonly now: number
  readonly windowMs: number
  readonly pollMs: number
}
export interface StatusAnswer {
  readonly status: LagStatus
  /** When the commit was first seen where it stands, while something is unread. */
  readonly standsSince?: number
  readonly note?: 'group was empty then: a reset by hand'
}

export const settlingStates: ReadonlySet<string> = new Set(['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'])
/** Polls without a commit before it counts as standing still. */
export const standingPolls = 3

/** W: the window, or three commit intervals where a group commits more seldom than that. */
export function windowFor(windowMs: number, commitEveryMs: number | undefined): number {
  return Math.max(windowMs, 3 * (commitEveryMs ?? 0))
}

/**
 * Time of the oldest sample in the last run of equal commits with something unread; undefined when the latest commit is unknown. A commit
 * at the end of a quiet partition stands for hours and well: it only counts from the first record behind it.
 */
function standsSince(samples: readonly LagSample[], allowed: bigint): number | undefined {
  const latest = samples.at(-1)?.committed
  if (latest === undefined) return undefined
  const differs = samples.findLastIndex((sample) => sample.committed !== undefined && sample.committed !== latest)
  const caughtUp = samples.findLastIndex((sample) => sample.lag !== undefined && sample.lag <= allowed)
  return samples.slice(Math.max(differs, caughtUp) + 1).find((sample) => sample.committed === latest)?.at
}

/** Index of the sample whose commit is lower than an earlier one that was not reached again; -1 for none. */
function rewoundAt(samples: readonly LagSample[]): number {
  let highest = -1n
  let fellAt = -1
  for (const [i, { committed }] of samples.entries()) {
    if (committed === undefined) continue
    if (committed >= highest) {
      highest = committed
      fellAt = -1
    } else if (fellAt < 0) fellAt = i
  }
  return fellAt
}

/**
 * The first rule that holds: kind without number · nothing to do · standing still (three polls, end moving) · too early ·
 * burst, or only what came in the last polls is unread · rewound · no consumer · rebalancing · unassigned · stalled / stopped / standing still · falling behind · catching up.
 * STALLED and STOPPED need half a window without a commit; a group that lost its last reader within the window is STOPPED,
 * one that had none all along is NO_CONSUMER.
 */
export function lagStatus(question: StatusQuestion): StatusAnswer {
  const { kind, lag, allowed, now, pollMs, samples } = question
  if (kind !== 'EXACT' && kind !== 'EMPTY_LOG' && kind !== 'EXPIRED') return { status: kind }
  if (lag === undefined) return { status: 'ERROR' }
  if (lag <= allowed) return { status: 'OK' }

  const half = windowFor(question.windowMs, question.commitEveryMs) / 2
  const since = standsSince(samples, allowed)
  const stoodMs = since === undefined ? 0 : now - since
  const polls = since === undefined ? 0 : Math.round(stoodMs / pollMs) + 1
  const standsLong = polls >= standingPolls && stoodMs > 1.5 * (question.commitEveryMs ?? 0)
  const stands = since === undefined ? {} : { standsSince: since }
  const inWindow = samples.filter((sample) => sample.at >= now - question.windowMs)
  const run = samples.filter((sample) => since !== undefined && sample.at >= since - pollMs / 2)
  const first = samples[0]
  const hadMembers = inWindow.some((sample) => sample.members !== undefined && sample.members > 0)
  const isAbandoned = question.protocolType === 'consumer' && !hadMembers
  if (inWindow.length < 3 || first === undefined || now - first.at < question.windowMs / 2) {
    return standsLong && endMoved(run) && !isAbandoned ? { status: 'STANDING_STILL', ...stands } : { status: 'INSUFFICIENT' }
  }
  const isBurst = inWindow.some((sample) => sample.lag !== undefined && sample.lag <= allowed)
  if (isBurst && stoodMs < half && !(standsLong && endMoved(run))) return { status: 'OK' }
  if (!standsLong && isFresh(samples, now - Math.max(standingPolls * pollMs, 1.5 * (question.commitEveryMs ?? 0)))) return { status: 'OK' }

  const fell = rewoundAt(inWindow)
  if (fell >= 0) return { status: 'REWIND', ...(inWindow[fell]?.members === 0 ? { note: 'group was empty then: a reset by hand' } : {}) }
  const hasMembers = (inWindow.at(-1)?.members ?? 0) > 0
  if (isAbandoned) return { status: 'NO_CONSUMER', ...stands }
  const calm = inWindow.findLast((sample) => !sample.settling)
  if (question.groupState !== '' && settlingStates.has(question.groupState) && now - (calm?.at ?? first.at) > question.windowMs / 2)
    return { status: 'REBALANCING', ...stands }
  if (hasMembers && !question.hasOwner && question.groupState === 'Stable') return { status: 'UNASSIGNED', ...stands }
  if (stoodMs >= half && question.hasOwner) return { status: 'STALLED', ...stands }
  if (stoodMs >= half && !hasMembers) return { status: 'STOPPED', ...stands }
  if (standsLong) return { status: 'STANDING_STILL', ...stands }
  // What grew while it stood says nothing of how it reads now.
  const moving = sinceItMoves(inWindow, Math.max(standingPolls * pollMs, 1.5 * (question.commitEveryMs ?? 0)))
  const slope = theilSen(moving.flatMap((sample) => (sample.lag === undefined ? [] : [{ at: sample.at, value: Number(sample.lag) }])))
  return { status: slope !== undefined && slope > 0 ? 'FALLING_BEHIND' : 'CATCHING_UP' }
}

/** The samples after the last commit that stood longer than `standsMs` and then moved on; all of them where none did. */
function sinceItMoves(samples: readonly LagSample[], standsMs: number): readonly LagSample[] {
  let stood = samples[0]
  let from = 0
  for (const [i, sample] of samples.entries()) {
    if (stood === undefined || sample.committed === undefined || sample.committed === stood.committed) continue
    if (stood.committed !== undefined && sample.at - stood.at > standsMs) from = i
    stood = sample
  }
  return samples.slice(from)
}

/** Everything that was there at `then` has been read: what is unread came since, as it always does while records arrive. */
function isFresh(samples: readonly LagSample[], then: number): boolean {
  const committed = samples.at(-1)?.committed
  const end = samples.findLast((sample) => sample.at <= then && sample.highWatermark !== undefined)?.highWatermark
  return committed !== undefined && end !== undefined && committed >= end
}

function endMoved(run: readonly LagSample[]): boolean {
  const ends = run.flatMap((sample) => (sample.highWatermark === undefined ? [] : [sample.highWatermark]))
  const first = ends[0]
  const last = ends.at(-1)
  return first !== undefined && last !== undefined && last > first
}

/** Worst first: what a group says when its partitions differ. */
const order: readonly LagStatus[] = [
  'STALLED',
  'OFFLINE',
  'STOPPED',
  'NO_CONSUMER',
  'UNASSIGNED',
  'TRUNCATED',
  'STALE_COMMIT',
  'REBALANCING',
  'STANDING_STILL',
  'FALLING_BEHIND',
  'REWIND',
  'ERROR',
  'TOPIC_GONE',
  'NO_COMMIT',
  'INSUFFICIENT',
  'CATCHING_UP',
  'SHARE',
  'OK',
]

/** The worst status of a group's partitions; undefined for none. */
export function worstStatus(statuses: readonly LagStatus[]): LagStatus | undefined {
  const present = new Set(statuses)
  return order.find((status) => present.has(status))
}

/** A value as it was from `at` on. */
export interface Step<V> {
  readonly at: number
  readonly value: V | undefined
}

/**
 * How often polls really came, from the times at which anything changed: the median gap. Never more than the planned poll, because what
 * is quiet changes more seldom than it is looked at.
 */
export function pollFrom(curves: readonly (readonly Step<unknown>[])[], windowStart: number, plannedMs: number): number {
  const times = [...new Set(curves.flatMap((curve) => curve.map((step) => step.at)))]
    .filter((at) => at > windowStart + 1)
    .sort((a, b) => a - b)
  const gaps = times.flatMap((at, i) => (i === 0 ? [] : [at - (times[i - 1] ?? at)]))
  const usual = median(gaps)
  return usual === undefined ? plannedMs : Math.min(plannedMs, Math.max(500, usual))
}

/** What a curve of change points said at a time; undefined before its first point. */
export function valueAt<V>(curve: readonly Step<V>[], at: number): V | undefined {
  return curve.findLast((step) => step.at <= at)?.value
}

/**
 * Samples at every poll since `watchedSince`, at most a window back, from change points. One older sample leads where the commit was
 * already seen before the window.
 */
export function samplesOf(
  curves: {
    readonly committed: readonly Step<bigint>[]
    readonly highWatermark: readonly Step<bigint>[]
    readonly lag: readonly Step<bigint>[]
    readonly members: readonly Step<number>[]
    readonly settling: readonly Step<number>[]
  },
  watchedSince: number,
  now: number,
  windowMs: number,
  pollMs: number,
): readonly LagSample[] {
  const sample = (at: number): LagSample => ({
    at,
    committed: valueAt(curves.committed, at),
    highWatermark: valueAt(curves.highWatermark, at),
    lag: valueAt(curves.lag, at),
    members: valueAt(curves.members, at),
    settling: (valueAt(curves.settling, at) ?? 0) > 0,
  })
  const from = Math.max(watchedSince, now - windowMs)
  const count = Math.max(0, Math.floor((now - from) / pollMs))
  const grid = Array.from({ length: Math.min(count, 240) + 1 }, (_, i) => now - (Math.min(count, 240) - i) * pollMs)
  const oldest = grid[0] ?? now
  const earlier = curves.committed.findLast((step) => step.at < oldest)
  return [...(earlier === undefined ? [] : [sample(earlier.at)]), ...grid.map(sample)]
}
