/** Pieces of sentences and sums that several rules about Flink share. */
import type { Row } from '../../../shared/model/collection.ts'
import type { Since } from '../../../shared/model/finding.ts'
import { known } from '../../../shared/model/known.ts'
import type { flink } from '../../../shared/systems/flink/system.ts'

export type JobRow = Row<(typeof flink)['collections']['jobs']>
export type ProgressRow = Row<(typeof flink)['collections']['progress']>

/** `1 time`, `3 times`. */
export function counted(n: number, one: string): string {
  return n === 1 ? `1 ${one}` : `${n} ${one}s`
}
/** Since a moment the server tells. */
export function sinceServer(at: Date | undefined): { readonly since?: Since } {
  return at === undefined ? {} : { since: { from: at, to: at, by: 'server' } }
}
/**
 * After how long without a completed checkpoint a job counts as stalled: max(interval, timeout) × (tolerable failures + 2), as Flink's
 * Kubernetes operator judges it; more than three tolerable failures do not make it wait longer. Undefined without checkpoints.
 */
export function stalledAfterMs(
  progress: Pick<ProgressRow, 'checkpointEvery' | 'checkpointTimeout' | 'tolerableFailures'>,
): number | undefined {
  const every = known(progress.checkpointEvery)
  const timeout = known(progress.checkpointTimeout)
  if (every === undefined || timeout === undefined) return undefined
  return Math.max(every, timeout) * (Math.min(3, Math.max(0, known(progress.tolerableFailures) ?? 0)) + 2)
}
