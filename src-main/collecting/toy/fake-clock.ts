// Time that goes on only when a test says so.
import type { Clock } from '../clock.ts'

export interface FakeClock extends Clock {
  /** Lets time pass: timers fire in order, and what they start gets its turns. */
  advance(ms: number): Promise<void>
  /** Lets everything that is under way get its turns, without time passing. */
  settle(): Promise<void>
  /** The wall clock jumps; waiting is not touched. */
  jump(ms: number): void
}

const turns = 12

/** `busy` says that something outside (a database) is under way: its turns are waited for. */
export function createFakeClock(start = Date.UTC(2026, 0, 1), busy: () => boolean = () => false): FakeClock {
  const timers = new Set<{ readonly at: number; readonly call: () => void }>()
  let ms = 0
  let jumped = 0
  const settle = async (): Promise<void> => {
    for (let i = 0; i < turns; i += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (!busy()) continue
      await new Promise((resolve) => setTimeout(resolve, 1))
      i = -1
    }
  }
  return {
    now: () => new Date(start + ms + jumped),
    monotonicMs: () => ms,
    after: (wait, call) => {
      const timer = { at: ms + Math.max(0, wait), call }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    jump: (by) => {
      jumped += by
    },
    settle,
    advance: async (by) => {
      const end = ms + by
      await settle()
      for (;;) {
        const [next] = [...timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        timers.delete(next)
        ms = Math.max(ms, next.at)
        next.call()
        await settle()
      }
      ms = end
    },
  }
}
