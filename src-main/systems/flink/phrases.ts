/** Pieces of sentences and sums that several rules about Flink share. */
import type { Row } from '../../../shared/model/collection.ts'
import type { Since } from '../../../shared/model/finding.ts'
import { known } from '../../../shared/model/known.ts'
import type { flink } from '../../../shared/systems/flink/system.ts'

export type JobRow = Row<(typeof flink)['collections']['jobs']>
type ExceptionRow = Row<(typeof flink)['collections']['exceptions']>
export type ProgressRow = Row<(typeof flink)['collections']['progress']>

/** The exception that came last. */
export function newest(exceptions: readonly ExceptionRow[]): ExceptionRow | undefined {
  return exceptions.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0]
}
/**
 * Why a task failed, in a sentence: the exception's first line, and the class of its innermost cause where that is another one. What the
 * cause says is left to the evidence: it may hold what stood in a record.
 */
export function whyFailed(exception: string, last: ExceptionRow | undefined): string {
  const cause = last === undefined ? '' : (known(last.cause) ?? '')
  const kind = /^(?:[\w$]+\.)*([\w$]+)(?::|$)/.exec(cause)?.[1] ?? ''
  const first = exception.replace(/ due to[.:]?$/, '')
  return kind === '' || first.includes(kind) ? first : `${first} (${kind})`
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
