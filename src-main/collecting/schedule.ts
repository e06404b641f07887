// When each sweep of one connection runs: its pace, back-off after failures, wake-ups, the budget. Never two rounds of a sweep at once.
import { AppError, type ErrorData, errorData } from '../../shared/model/app-error.ts'
import type { Sweep } from '../../shared/model/system.ts'
import type { Clock } from './clock.ts'
import { createPace, type Pace } from './pace.ts'

/** Pace of sweeps that only ask for what somebody looks at. */
export const watchedMs = 5_000
/** A feed that ended is opened again after this long, one that says nothing for so long is opened anew. */
const feedPauseMs = 1_000
export const roundDeadlineMs = 60_000
const wakeGapMs = 1_000

export type Every = Sweep<string>['every']
export interface ScheduledSweep {
  readonly name: string
  readonly every: Every
}
export interface RoundAsk {
  readonly sweep: string
  readonly first: boolean
  /** True when somebody looks at what it fills. */
  readonly watched: boolean
  /** Milliseconds until the next round, as planned: data older than two of these is stale. */
  readonly pollMs: number
  readonly signal: AbortSignal
}
export interface SchedulePorts {
  readonly clock: Clock
  readonly random: () => number
  readonly sweeps: readonly ScheduledSweep[]
  /** Runs a round to its end; answers its error. Must not throw. */
  readonly run: (ask: RoundAsk) => Promise<ErrorData | undefined>
  readonly watched: (sweep: string) => boolean
  /** True when there is a scope to ask for. */
  readonly wanted: (sweep: string) => boolean
  /** Milliseconds until a background round fits into the budget. */
  readonly waitMs: (sweep: string) => number
  readonly deadlineMs?: number
}
export interface SweepStatus {
  readonly sweep: string
  readonly running: boolean
  readonly failures: number
  readonly error?: ErrorData
  /** Monotonic time of the last start and, while waiting, of the next one. */
  readonly startedMs?: number
  readonly nextMs?: number
  readonly pollMs: number
}
export interface Schedule {
  start(): void
  /** Somebody started or stopped looking: paces and wanted scopes are asked again. */
  looksChanged(): void
  /** A round soon: coalesced, at most one a second, never past a back-off. */
  wake(sweep: string): void
  /** A round of these sweeps (all that have something to ask) right now, past budget and back-off; resolves when rounds begun after this call ended. */
  now(sweeps?: readonly string[]): Promise<void>
  status(): readonly SweepStatus[]
  /** Calls off what runs and starts nothing more. */
  stop(why: AppError): void
}

interface State {
  readonly name: string
  readonly every: Every
  readonly pace: Pace
  first: boolean
  running: AbortController | undefined
  again: boolean
  startedMs: number | undefined
  nextMs: number | undefined
  cancel: () => void
  error: ErrorData | undefined
  readonly waiting: (() => void)[]
}

/** The schedule of one connection. `derived` sweeps are the host's own and never run here. */
export function createSchedule(ports: SchedulePorts): Schedule {
  const { clock } = ports
  let running = false
  const states = new Map<string, State>()
  for (const { name, every } of ports.sweeps) {
    if (every === 'derived') continue
    states.set(name, {
      name,
      every,
      pace: createPace(ports.random),
      first: true,
      running: undefined,
      again: false,
      startedMs: undefined,
      nextMs: undefined,
      cancel: () => {},
      error: undefined,
      waiting: [],
    })
  }

  const pollMs = (s: State): number => {
    if (typeof s.every === 'object') return 1_000 * (ports.watched(s.name) ? s.every.watched : s.every.background)
    return s.every === 'feed' ? feedPauseMs : watchedMs
  }
  /** False where there is nothing to ask: no scope wanted, first contact already made. */
  const hasWork = (s: State): boolean => {
    if (s.every === 'watched') return ports.wanted(s.name)
    return s.every !== 'first-contact' || s.first
  }

  function plan(s: State, at: number): void {
    s.cancel()
    s.nextMs = undefined
    if (!running || s.running !== undefined || !Number.isFinite(at)) return
    s.nextMs = at
    s.cancel = clock.after(Math.max(0, at - clock.monotonicMs()), () => due(s))
  }
  function due(s: State): void {
    s.nextMs = undefined
    if (!running || s.running !== undefined || !hasWork(s)) return
    const now = clock.monotonicMs()
    // What people look at may use up the budget; the rest is put off by it then by half a poll at most: it must not grow stale for ever.
    const looked = [...states.keys()].some((name) => ports.watched(name))
    const latest = looked && s.startedMs !== undefined ? s.startedMs + 1.5 * pollMs(s) : Number.POSITIVE_INFINITY
    const wait = s.first || ports.watched(s.name) || s.every === 'feed' ? 0 : Math.min(ports.waitMs(s.name), latest - now)
    if (wait > 0) plan(s, now + wait)
    else void round(s)
  }
  async function round(s: State): Promise<void> {
    const abort = new AbortController()
    s.cancel()
    s.nextMs = undefined
    s.running = abort
    s.again = false
    s.startedMs = clock.monotonicMs()
    const waiters = s.waiting.splice(0)
    const deadlineMs = ports.deadlineMs ?? roundDeadlineMs
    const overdue = (): void => abort.abort(new AppError('timeout', `A round of ${s.name} took longer than ${deadlineMs / 1000} s.`))
    const clear = s.every === 'feed' ? (): void => {} : clock.after(deadlineMs, overdue)
    const error = await ports
      .run({ sweep: s.name, first: s.first, watched: ports.watched(s.name), pollMs: pollMs(s), signal: abort.signal })
      .catch((thrown: unknown) => errorData(thrown))
    clear()
    s.running = undefined
    s.error = error
    const now = clock.monotonicMs()
    if (error === undefined) {
      s.first = false
      s.pace.succeeded()
    }
    const delay = error === undefined ? undefined : s.pace.failed(error)
    for (const told of waiters) told()
    if (!running) return
    if (s.waiting.length > 0) void round(s)
    else if (delay !== undefined) plan(s, now + delay)
    else if (s.again) plan(s, Math.max(now, s.startedMs + wakeGapMs))
    else if (s.every === 'feed') plan(s, now + feedPauseMs)
    // Counted from the start, but with a breath after a round that took longer than its pace; one late round is never made up for.
    else if (hasWork(s)) plan(s, Math.max(s.startedMs + pollMs(s), now + Math.min(1_000, pollMs(s) / 5)))
  }

  return {
    start: () => {
      if (running) return
      running = true
      for (const s of states.values()) due(s)
    },
    looksChanged: () => {
      for (const s of states.values()) {
        if (!running || s.running !== undefined || s.every === 'feed' || s.every === 'first-contact') continue
        if (!hasWork(s)) {
          s.cancel()
          s.nextMs = undefined
        } else if (s.error === undefined) plan(s, s.startedMs === undefined ? clock.monotonicMs() : s.startedMs + pollMs(s))
        else if (s.nextMs === undefined) plan(s, clock.monotonicMs() + watchedMs)
      }
    },
    wake: (sweep) => {
      const s = states.get(sweep)
      if (s === undefined || !running) return
      if (s.running !== undefined) s.again = true
      else if (s.error === undefined && hasWork(s)) plan(s, Math.max(clock.monotonicMs(), (s.startedMs ?? -wakeGapMs) + wakeGapMs))
    },
    now: async (sweeps) => {
      const chosen = [...states.values()].filter((s) => (sweeps === undefined ? s.every !== 'feed' && hasWork(s) : sweeps.includes(s.name)))
      if (!running) return
      await Promise.all(
        chosen.map(
          (s) =>
            new Promise<void>((resolve) => {
              s.waiting.push(resolve)
              if (s.running === undefined) void round(s)
            }),
        ),
      )
    },
    status: () =>
      [...states.values()].map((s) => ({
        sweep: s.name,
        running: s.running !== undefined,
        failures: s.pace.failures(),
        ...(s.error === undefined ? {} : { error: s.error }),
        ...(s.startedMs === undefined ? {} : { startedMs: s.startedMs }),
        ...(s.nextMs === undefined ? {} : { nextMs: s.nextMs }),
        pollMs: pollMs(s),
      })),
    stop: (why) => {
      running = false
      for (const s of states.values()) {
        s.cancel()
        s.nextMs = undefined
        s.running?.abort(why)
        for (const told of s.waiting.splice(0)) told()
      }
    },
  }
}
