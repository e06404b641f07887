// How long to wait after a failure: full jitter from one second up, a circuit that opens after five failures and is tried every 30 s.
import type { ErrorData } from '../../shared/model/app-error.ts'

const firstMs = 1_000
export const halfOpenMs = 30_000
const opensAfter = 5
/** What nobody can mend by asking again is asked again this seldom. */
const hopelessMs = 60_000

export interface Pace {
  /** Notes a failure; milliseconds to wait before the next try. Infinity: only when a person asks. */
  failed(error: ErrorData): number
  /** Notes a success. Each takes back one failure, so that a link that flaps does not start over at one second. */
  succeeded(): void
  readonly failures: () => number
  /** True while the circuit is open: tries are seldom. */
  readonly open: () => boolean
}

/** A pace of its own for each thing that can fail. `random` gives 0 to 1. */
export function createPace(random: () => number): Pace {
  let failures = 0
  return {
    failed: (error) => {
      failures = Math.min(failures + 1, opensAfter)
      if (error.code === 'needs-sign-in') return Number.POSITIVE_INFINITY
      if (!error.retryable) return hopelessMs
      if (failures >= opensAfter) return halfOpenMs
      return Math.max(100, random() * Math.min(halfOpenMs, firstMs * 2 ** (failures - 1)))
    },
    succeeded: () => {
      failures = Math.max(0, failures - 1)
    },
    failures: () => failures,
    open: () => failures >= opensAfter,
  }
}
