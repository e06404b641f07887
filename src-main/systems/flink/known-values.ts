/** Flink's times and numbers as values that may be unknown: 0 and -1 stand for "never" in its answers. */
import { type Known, unknown } from '../../../shared/model/known.ts'

const longestMs = 8.64e15

/** A moment from epoch milliseconds; 0, negative and absurd ones are none. */
export function moment(ms: number | undefined): Known<Date> {
  if (ms === undefined || ms <= 0) return unknown('not-yet')
  return ms > longestMs ? unknown('unrecognised', String(ms)) : new Date(ms)
}
/** A metric that may be missing. */
export function metric(value: number | undefined): Known<number> {
  return value ?? unknown('not-yet', 'Flink has no such metric here so far')
}
/** A duration from a metric, in milliseconds: -1 stands for none, as where no record carried a time. */
export function duration(value: number | undefined): Known<number> {
  return value !== undefined && value < 0 ? unknown('not-yet', 'none so far') : metric(value)
}
/** An offset from a metric: -1 stands for none. */
export function offset(value: number | undefined): Known<bigint> {
  if (value === undefined) return unknown('not-yet', 'Flink has no such metric here so far')
  return value < 0 ? unknown('not-yet', 'none so far') : BigInt(Math.round(value))
}
/** A word of a closed list; what Flink says besides is kept as unrecognised. */
export function word<const V extends string>(values: readonly V[], text: string): Known<V> {
  return values.find((v) => v === text) ?? unknown('unrecognised', text.slice(0, 200))
}
