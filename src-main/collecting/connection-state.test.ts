import { describe, expect, it } from 'vitest'
import { type Facts, judgeConnection, type SweepHealth } from './connection-state.ts'

const refused = { code: 'unreachable', message: 'refused', retryable: true, hint: '' } as const
const nowMs = 1_000_000
const around = (...sweeps: readonly SweepHealth[]): Facts => ({ closed: false, open: true, died: false, sweeps, nowMs })
const fresh: SweepHealth = { pollMs: 10_000, okMs: nowMs - 5_000 }
const late: SweepHealth = { pollMs: 10_000, okMs: nowMs - 60_000 }
const failing: SweepHealth = { ...late, error: refused }

describe('how a connection answers', () => {
  it('is answering while all that is asked comes back, partly while some of it is late or fails', () => {
    expect(judgeConnection(around(fresh, fresh)).state).toBe('answering')
    expect(judgeConnection(around(fresh, late)).state).toBe('partly')
    expect(judgeConnection(around(fresh, failing))).toEqual({ state: 'partly', error: refused })
  })
  it('is stale when all is late, failing when all fails', () => {
    expect(judgeConnection(around(late, late)).state).toBe('stale')
    expect(judgeConnection(around(failing, failing))).toEqual({ state: 'failing', error: refused })
  })
  it('is not held up by what was seen once, or while somebody looked', () => {
    const once: SweepHealth = { okMs: nowMs - 60_000, passing: true }
    expect(judgeConnection(around(failing, once)).state).toBe('failing')
    expect(judgeConnection(around(failing, { ...once, okMs: nowMs - 5_000 })).state).toBe('partly')
  })
})
