/** How old the first unread record is: always an interval with its method, never extrapolated. Times are ms since 1970, lags ms. */

/** A run of equal high watermarks: seen from `firstAt` to `lastAt`. */
export interface Run {
  readonly highWatermark: bigint
  readonly firstAt: number
  readonly lastAt: number
}
export interface TimeLag {
  readonly loMs: number
  /** Undefined: no upper bound is known. */
  readonly hiMs?: number
  /** Straight line between the two observations around it. */
  readonly pointMs?: number
  /** M0 nothing unread · M1 our own observations · M2 the broker's time index · M3 the record itself. */
  readonly method: 'M0' | 'M1' | 'M2' | 'M3'
  /** M1 measures since the record was appended, M2 and M3 by the record's own timestamp. */
  readonly since: 'append' | 'event'
  readonly note?: 'clock skew' | 'timestamps may not be in order'
}

export const nothingUnread: TimeLag = { loMs: 0, hiMs: 0, pointMs: 0, method: 'M0', since: 'append' }

/** Adds an observation. A lower high watermark (truncation, recreation) starts a new history: old points say nothing about the new log. */
export function observe(history: readonly Run[], highWatermark: bigint, at: number): readonly Run[] {
  const last = history.at(-1)
  if (last === undefined || highWatermark < last.highWatermark) return [{ highWatermark, firstAt: at, lastAt: at }]
  if (highWatermark > last.highWatermark) return [...history, { highWatermark, firstAt: at, lastAt: at }]
  return [...history.slice(0, -1), { ...last, lastAt: Math.max(at, last.lastAt) }]
}

/**
 * M1: the record at `committed` exists at t exactly when the high watermark at t is above it, so it was appended between the last
 * time we saw HW ≤ committed and the first time we saw HW > committed. Below the oldest point only a lower bound is known.
 * On a compacted topic offset `committed` may be gone and the first unread record later: only the upper end holds then.
 * Undefined: no history, or nothing unread in it.
 */
export function timeLagFromHistory(history: readonly Run[], committed: bigint, now: number, compacted = false): TimeLag | undefined {
  const next = history.findIndex((run) => run.highWatermark > committed)
  const after = history[next]
  if (after === undefined) return undefined
  const before = history[next - 1]
  if (before === undefined) return compacted ? undefined : { loMs: Math.max(0, now - after.firstAt), method: 'M1', since: 'append' }
  const hiMs = Math.max(0, now - before.lastAt)
  if (compacted) return { loMs: 0, hiMs, method: 'M1', since: 'append' }
  const part = Number(committed + 1n - before.highWatermark) / Number(after.highWatermark - before.highWatermark)
  const pointMs = Math.max(0, now - (before.lastAt + part * (after.firstAt - before.lastAt)))
  return { loMs: Math.max(0, now - after.firstAt), hiMs, pointMs, method: 'M1', since: 'append' }
}

/** The rungs of M2, in milliseconds before now: 1 m, 5 m, 15 m, 1 h, 6 h, 24 h, 7 d. */
export const ladderMs = [60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000] as const

/** One rung: the first offset whose timestamp is at or after now − `beforeMs`; undefined when the broker knows none. */
export interface Rung {
  readonly beforeMs: number
  readonly offset: bigint | undefined
}

/**
 * M2: a rung above the commit (or none) says the first unread record is older than the rung; a rung at or below says it is not.
 * The upper end is only sure where timestamps are in order (the broker sets them); otherwise it is noted, and rungs that contradict
 * each other leave only the lower end. On a compacted topic the lower end does not hold.
 */
export function timeLagFromLadder(
  rungs: readonly Rung[],
  committed: bigint,
  timestampsInOrder: boolean,
  compacted = false,
): TimeLag | undefined {
  const older = rungs.filter((rung) => rung.offset === undefined || rung.offset > committed).map((rung) => rung.beforeMs)
  const younger = rungs.filter((rung) => rung.offset !== undefined && rung.offset <= committed).map((rung) => rung.beforeMs)
  const lo = compacted ? 0 : Math.max(0, ...older)
  const hi = younger.length === 0 ? undefined : Math.min(...younger)
  const contradicts = hi !== undefined && hi < lo
  if (hi === undefined || contradicts) {
    if (lo === 0) return undefined
    return { loMs: lo, method: 'M2', since: 'event', ...(contradicts ? { note: 'timestamps may not be in order' } : {}) }
  }
  return { loMs: lo, hiMs: hi, method: 'M2', since: 'event', ...(timestampsInOrder ? {} : { note: 'timestamps may not be in order' }) }
}

/** M3: the record was read; its own timestamp says it. A timestamp ahead of us gives 0 and says so. */
export function timeLagFromRecord(timestamp: number, now: number): TimeLag {
  const ms = now - timestamp
  if (ms < 0) return { loMs: 0, hiMs: 0, pointMs: 0, method: 'M3', since: 'event', note: 'clock skew' }
  return { loMs: ms, hiMs: ms, pointMs: ms, method: 'M3', since: 'event' }
}

/** The answer to show: the record itself, else the narrowest interval with both ends, else a lower bound (the larger one). */
export function bestTimeLag(...found: readonly (TimeLag | undefined)[]): TimeLag | undefined {
  const known = found.filter((lag) => lag !== undefined)
  const exact = known.find((lag) => lag.method === 'M0' || lag.method === 'M3')
  if (exact !== undefined) return exact
  const width = (lag: TimeLag): number => (lag.hiMs === undefined ? Number.POSITIVE_INFINITY : lag.hiMs - lag.loMs)
  return known.reduce<TimeLag | undefined>((best, lag) => {
    if (best === undefined || width(lag) < width(best)) return lag
    return width(lag) === width(best) && lag.loMs > best.loMs ? lag : best
  }, undefined)
}
