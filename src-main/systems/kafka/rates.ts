/** Speeds out of offsets over time, and what they lead to: when a reader is done, when retention takes what it has not read. */

export interface Point {
  readonly at: number
  readonly value: number
}

/** Per second between the first and the last point; undefined with fewer than two points or no time between them. */
export function ratePerSecond(points: readonly Point[]): number | undefined {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined || last.at <= first.at) return undefined
  return ((last.value - first.value) / (last.at - first.at)) * 1000
}

/**
 * Theil–Sen slope per second: the median of all pairwise slopes, so single bursts do not turn a trend. Undefined below two points.
 * Points beyond 24 are thinned evenly first (276 pairs), because this runs for every partition with lag.
 */
export function theilSen(points: readonly Point[]): number | undefined {
  const used =
    points.length <= 24
      ? points
      : Array.from({ length: 24 }, (_, i) => points[Math.round((i * (points.length - 1)) / 23)]).filter((p) => p !== undefined)
  const slopes: number[] = []
  for (const [i, a] of used.entries())
    for (const b of used.slice(i + 1)) if (b.at > a.at) slopes.push(((b.value - a.value) / (b.at - a.at)) * 1000)
  return median(slopes)
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  const lower = sorted[middle - 1]
  if (upper === undefined) return undefined
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2
}

/** Time until nothing is unread, in ms: lag ÷ (consumed − produced per second). `never` when it does not drain, undefined when a rate is unknown. */
export function drainTimeMs(
  lag: bigint,
  producedPerSecond: number | undefined,
  consumedPerSecond: number | undefined,
): number | 'never' | undefined {
  if (lag === 0n) return 0
  if (producedPerSecond === undefined || consumedPerSecond === undefined) return undefined
  const drain = consumedPerSecond - producedPerSecond
  return drain > 0 ? (Number(lag) / drain) * 1000 : 'never'
}

/** A group is done when its slowest partition is: one that never drains decides, one that is unknown leaves it unknown. */
export function groupDrainTimeMs(partitions: readonly (number | 'never' | undefined)[]): number | 'never' | undefined {
  if (partitions.includes('never')) return 'never'
  if (partitions.includes(undefined)) return undefined
  return Math.max(0, ...partitions.filter((ms) => typeof ms === 'number'))
}

/**
 * Time until retention reaches the first unread record, in ms: (committed − log start) ÷ (log start's speed − commit's speed).
 * Undefined when the log start does not gain on the commit, or a rate is unknown.
 */
export function timeToDataLossMs(
  committed: bigint,
  earliest: bigint,
  earliestPerSecond: number | undefined,
  consumedPerSecond: number | undefined,
): number | undefined {
  if (earliestPerSecond === undefined || consumedPerSecond === undefined) return undefined
  const gain = earliestPerSecond - consumedPerSecond
  if (gain <= 0) return undefined
  return committed <= earliest ? 0 : (Number(committed - earliest) / gain) * 1000
}
