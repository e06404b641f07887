// How a connection answers, judged from its sweeps: the words of the landscope.connections collection.
import type { ErrorData } from '../../shared/model/app-error.ts'
import type { connectionStates } from '../../shared/model/own.ts'
import type { Identity } from './worker-client.ts'

export type ConnectionWord = (typeof connectionStates)[number]
/** What the host puts as a record of landscope.connections. Absent: not known yet. */
export interface ConnectionState {
  readonly connection: string
  readonly title: string
  readonly system: string
  readonly identity?: Identity
  readonly state: ConnectionWord
  readonly error?: ErrorData
  readonly lastAnswer?: Date
  readonly clockOffsetMs?: number
  readonly targets: readonly TargetState[]
}
export interface TargetState {
  readonly target: string
  readonly requests: number
  readonly perMinute: number
  readonly allowed: number
  readonly writes: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly slowestMs: number
}

/** The last result of a sweep, with monotonic times. */
export interface SweepHealth {
  readonly error?: ErrorData
  /** When it last came back with data. */
  readonly okMs?: number
  /** Set for sweeps that go round: older than two of these is stale. */
  readonly pollMs?: number
  /** Set for sweeps that are asked once, or only while somebody looks at their records. */
  readonly passing?: true
}
export interface Facts {
  readonly closed: boolean
  /** True while a worker is open and knows whose server it speaks to. */
  readonly open: boolean
  /** Why it could not be opened, or why its worker ended. */
  readonly openError?: ErrorData | undefined
  /** True after its worker died and before the next one answered. */
  readonly died: boolean
  readonly sweeps: readonly SweepHealth[]
  readonly nowMs: number
}

/** The word and the error that explains it. */
export function judgeConnection(facts: Facts): { readonly state: ConnectionWord; readonly error?: ErrorData } {
  if (facts.closed) return { state: 'closed' }
  const finished = facts.sweeps.filter((s) => s.error !== undefined || s.okMs !== undefined)
  if (facts.died && facts.openError !== undefined) return { state: 'stale', error: facts.openError }
  if (!facts.open) return facts.openError === undefined ? { state: 'opening' } : { state: failing(facts.openError), error: facts.openError }
  if (finished.length === 0) return { state: 'opening' }
  // What a sweep saw that is asked once, or only while somebody looks, soon says nothing any more of how the server answers.
  const soonMs = 2 * Math.min(...finished.flatMap((s) => s.pollMs ?? [])) + 1_000
  const asked = finished.filter((s) => s.error !== undefined || s.passing !== true || facts.nowMs - (s.okMs ?? 0) <= soonMs)
  const judged = asked.length > 0 ? asked : finished
  const errors = judged.flatMap((s) => s.error ?? [])
  const [first] = errors
  if (first !== undefined) {
    const worst = errors.find((e) => e.code === 'needs-sign-in') ?? first
    return { state: errors.length === judged.length || worst.code === 'needs-sign-in' ? failing(worst) : 'partly', error: worst }
  }
  const old = judged.filter((s) => s.pollMs !== undefined && s.okMs !== undefined && facts.nowMs - s.okMs > 2 * s.pollMs + 1_000)
  if (old.length === 0) return { state: 'answering' }
  return { state: old.length === judged.length ? 'stale' : 'partly' }
}
const failing = (error: ErrorData): ConnectionWord => (error.code === 'needs-sign-in' ? 'needs-sign-in' : 'failing')
