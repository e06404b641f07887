// Notices a process that is alive but no longer answers: it is asked at every tick, and silent after so many ticks without an answer.
// Ticks are counted, not clock time, so that a machine that slept does not look like a process that hangs.

export interface Heartbeat {
  /** To be called with each answer. */
  answered(): void
  stop(): void
}

/** How often to ask, and how many questions may stay open before `onSilent` is called, once. */
export interface HeartbeatOptions {
  readonly everyMs: number
  /** Allowed before the first answer, while the process is still starting. */
  readonly openAtStart: number
  readonly openLater: number
  ask(n: number): void
  onSilent(): void
}

export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  let n = 0
  let open = 0
  let allowed = options.openAtStart
  const timer = setInterval(() => {
    if (open >= allowed) {
      clearInterval(timer)
      options.onSilent()
      return
    }
    open += 1
    n += 1
    options.ask(n)
  }, options.everyMs)
  timer.unref?.()
  return {
    answered: () => {
      open = 0
      allowed = options.openLater
    },
    stop: () => clearInterval(timer),
  }
}
