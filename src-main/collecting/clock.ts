// Time as the schedule sees it: wall time for stamps, monotonic time for waiting, so that a clock that jumps causes no burst.

export interface Clock {
  now(): Date
  /** Milliseconds that only grow, from an arbitrary start. */
  monotonicMs(): number
  /** Calls once after so many milliseconds; the answer calls it off. */
  after(ms: number, call: () => void): () => void
}

/** The machine's clock. Timers keep no process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, Math.max(0, ms))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
