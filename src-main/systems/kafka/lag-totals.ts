/** Sums over partitions that never fold an unknown into 0: the sum of what is known, how much is not, and where the most is. */
import type { LagKind } from '../../../shared/systems/kafka/words.ts'
import { median } from './rates.ts'

export interface LagOfPartition {
  readonly topic: string
  readonly partition: number
  readonly kind: LagKind
  /** Undefined for kinds without a number. */
  readonly lag: bigint | undefined
  /** The group has members and none reads this topic: left out of sums and alarms. */
  readonly orphan: boolean
}
export interface LagTotal {
  /** Undefined when no partition has a number. With `atLeast` the true sum is this or more. */
  readonly lag: bigint | undefined
  readonly atLeast: boolean
  readonly counted: number
  readonly unknown: number
  readonly orphans: number
  readonly kinds: Readonly<Partial<Record<LagKind, number>>>
  readonly max: { readonly topic: string; readonly partition: number; readonly lag: bigint } | undefined
  /** Largest ÷ median of the counted ones; undefined while the median is 0. */
  readonly skew: number | undefined
}

export function totalLag(partitions: readonly LagOfPartition[]): LagTotal {
  const judged = partitions.filter((p) => !p.orphan)
  const kinds: Partial<Record<LagKind, number>> = {}
  const counted: bigint[] = []
  let max: LagTotal['max']
  for (const { kind, lag, topic, partition } of judged) {
    kinds[kind] = (kinds[kind] ?? 0) + 1
    if (lag === undefined) continue
    counted.push(lag)
    if (max === undefined || lag > max.lag) max = { topic, partition, lag }
  }
  const middle = median(counted.map(Number))
  return {
    lag: counted.length === 0 ? undefined : counted.reduce((sum, lag) => sum + lag, 0n),
    atLeast: counted.length < judged.length,
    counted: counted.length,
    unknown: judged.length - counted.length,
    orphans: partitions.length - judged.length,
    kinds,
    max,
    skew: max === undefined || middle === undefined || middle === 0 ? undefined : Number(max.lag) / middle,
  }
}
