// One connection: its worker, who answers, its rounds, how it is. A worker that dies is opened again; nobody else notices.
import type { Profile } from '../../shared/contract/control.ts'
import type { Tick } from '../../shared/contract/messages.ts'
import { AppError, type ErrorCode, type ErrorData, errorData } from '../../shared/model/app-error.ts'
import type { Credential, Traffic } from '../../shared/model/connector.ts'
import type { AnySystem, Sweep } from '../../shared/model/system.ts'
import { openingOf } from '../connections/opening.ts'
import type { Store, Stored } from '../store/store-types.ts'
import type { Budgets, Expected } from './budgets.ts'
import type { Clock } from './clock.ts'
import { type ConnectionState, judgeConnection, type SweepHealth } from './connection-state.ts'
import type { Looks } from './looks.ts'
import { createPace } from './pace.ts'
import { type DeriveHook, driveFeed, driveRound, type RoundPorts, type RoundResult } from './round.ts'
import { createSchedule, type RoundAsk, type Schedule } from './schedule.ts'
import type { OpenLine } from './worker.ts'
import { createWorkerClient, type Identity, reasonOf, type WorkerClient } from './worker-client.ts'
import type { RoundOp } from './worker-messages.ts'

/** A round that is stored, as judges hear of it. */
export interface RoundInfo {
  readonly stored: Stored
  readonly sweep: string
  readonly emits: readonly string[]
  readonly began: Date
  readonly at: Date
  readonly tookMs: number
  readonly first: boolean
  readonly ticks: readonly Tick[]
  readonly error?: ErrorData
}
/** Deadlines that tests shorten. */
export interface Timing {
  readonly pingMs?: number
  readonly drainMs?: number
  readonly identifyMs?: number
  readonly roundMs?: number
  readonly feedSilenceMs?: number
}
export interface ConnectionPorts {
  readonly profile: Profile
  readonly system: AnySystem
  readonly openLine: OpenLine
  readonly clock: Clock
  readonly random: () => number
  readonly budgets: Budgets
  readonly looks: Looks
  readonly store: Pick<Store, 'round' | 'closeConnection'>
  readonly timing: Timing
  /** Who answered last time, so that rounds that fail from the start have a place. */
  readonly remembered?: Identity | undefined
  readonly remember: (identity: Identity) => void
  readonly derive?: DeriveHook | undefined
  /** Told after each stored round; the next round of the sweep waits for it. */
  readonly onRound?: ((round: RoundInfo) => Promise<void> | void) | undefined
  /** Ticks of its rows when it was closed: nobody watches them any more. */
  readonly onClosed?: ((ticks: readonly Tick[]) => void) | undefined
  readonly credential: (endpoint: string) => Promise<Credential | undefined>
  readonly heard: (error?: ErrorCode) => void
  readonly changed: () => void
  readonly log: (level: 'debug' | 'warn' | 'error', message: string, data?: Readonly<Record<string, unknown>>) => void
}
export interface Connection {
  readonly profile: Profile
  readonly system: AnySystem
  start(): void
  state(): ConnectionState
  /** Under whom its rows are stored; none before anybody answered. */
  stored(): Stored | undefined
  /** The open worker. Throws why there is none. */
  client(): WorkerClient
  looksChanged(): void
  /** One round of the cheapest sweep: does it still answer? */
  probe(): void
  /** A round of everything that has something to ask, now; opens the connection first where it is not. */
  collectNow(sweeps?: readonly string[]): Promise<void>
  close(): Promise<void>
}

const identifyMs = 15_000
/** Deaths of its worker within this time make the next opening wait longer. */
const deathsMs = 600_000

/** A connection that is not started yet. */
export function createConnection(ports: ConnectionPorts): Connection {
  const { profile, system, clock, budgets, looks } = ports
  const pace = createPace(ports.random)
  const health = new Map<string, SweepHealth>()
  const expected = new Map<string, Expected>()
  const lastAt = new Map<string, number>()
  const watched = new Map<string, string>()
  let client: WorkerClient | undefined
  let schedule: Schedule | undefined
  let opening: Promise<void> | undefined
  let giveUp: AbortController | undefined
  let identity = ports.remembered
  let openError: ErrorData | undefined
  let deaths: number[] = []
  let died = false
  let closed = false
  let retry = (): void => {}
  let traffic: Readonly<Record<string, Traffic>> = {}
  let lastAnswer: Date | undefined
  let clockOffsetMs: number | undefined
  let word = ''

  const stored = (): Stored | undefined =>
    identity === undefined ? undefined : { connection: profile.id, system: system.id, instance: identity.instance, title: profile.title }
  const state = (): ConnectionState => ({
    connection: profile.id,
    title: profile.title,
    system: system.id,
    ...(identity === undefined ? {} : { identity }),
    ...judgeConnection({
      closed,
      open: schedule !== undefined,
      openError,
      died,
      sweeps: [...health].map(([name, h]) => healthOf(h, system.sweeps[name]?.every)),
      nowMs: clock.monotonicMs(),
    }),
    ...(lastAnswer === undefined ? {} : { lastAnswer }),
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    targets: Object.entries(traffic).map(([target, t]) => ({
      target,
      ...t,
      perMinute: budgets.perMinute(target),
      allowed: budgets.allowed(target),
    })),
  })
  const changed = (): void => {
    const now = state()
    const text = `${now.state} ${now.error?.code ?? ''} ${now.error?.message ?? ''} ${now.identity?.instance ?? ''}`
    if (text === word) return
    word = text
    ports.changed()
  }
  const count = (byTarget: Readonly<Record<string, Traffic>>): void => {
    traffic = byTarget
    budgets.count(profile.id, byTarget)
  }
  const stamp = (sweep: string) => (): Date => {
    const at = Math.max(clock.now().getTime(), lastAt.get(sweep) ?? 0)
    lastAt.set(sweep, at)
    return new Date(at)
  }

  async function finished(ask: RoundAsk, began: Date, startedMs: number, result: RoundResult, of: Stored): Promise<void> {
    const { error } = result
    const before = health.get(ask.sweep)
    const okMs = error === undefined ? clock.monotonicMs() : before?.okMs
    if (error === undefined) {
      lastAnswer = result.at
      died = false
      openError = undefined
    }
    health.set(ask.sweep, { pollMs: ask.pollMs, ...(okMs === undefined ? {} : { okMs }), ...(error === undefined ? {} : { error }) })
    ports.heard(error?.code)
    changed()
    try {
      await ports.onRound?.({
        stored: of,
        sweep: ask.sweep,
        emits: system.sweeps[ask.sweep]?.emits ?? [],
        began,
        at: result.at,
        tookMs: clock.monotonicMs() - startedMs,
        first: ask.first,
        ticks: result.ticks,
        ...(error === undefined ? {} : { error }),
      })
    } catch (thrown) {
      ports.log('error', `judging the round ${ask.sweep} failed`, { error: errorData(thrown) })
    }
  }

  async function round(on: WorkerClient, of: Stored, ask: RoundAsk): Promise<ErrorData | undefined> {
    const wanted = looks.wanted(of, ask.sweep)
    const run = async (op: (op: RoundOp) => void, stop: AbortController): Promise<void> => {
      await on.sweep(ask.sweep, { wanted, first: ask.first }, op, AbortSignal.any([ask.signal, stop.signal]))
    }
    const roundPorts: RoundPorts = {
      store: ports.store,
      ...(ports.derive === undefined ? {} : { derive: ports.derive }),
      stamp: stamp(ask.sweep),
      pollMs: ask.pollMs,
      fault: (error) => ports.log('error', `the round ${ask.sweep} could not be kept whole`, { error }),
    }
    const before = traffic
    const startedMs = clock.monotonicMs()
    const giveBack = budgets.reserve(expected.get(ask.sweep) ?? {})
    try {
      if (system.sweeps[ask.sweep]?.every === 'feed') {
        const feed = {
          ...roundPorts,
          after: clock.after,
          now: clock.now,
          silenceMs: ports.timing.feedSilenceMs,
          told: (began: Date, result: RoundResult) => void finished(ask, began, startedMs, result, of),
        }
        return await driveFeed({ stored: of, sweep: ask.sweep }, feed, run)
      }
      const began = clock.now()
      const result = await driveRound({ stored: of, sweep: ask.sweep, began }, roundPorts, run)
      expected.set(ask.sweep, spent(before, traffic))
      await finished(ask, began, startedMs, result, of)
      return result.error
    } finally {
      giveBack()
    }
  }

  function ended(why: ErrorData): void {
    const now = clock.monotonicMs()
    deaths = [...deaths.filter((at) => now - at < deathsMs), now]
    ports.log('error', why.message)
    died = true
    openError = why
    client = undefined
    schedule?.stop(AppError.from(why))
    schedule = undefined
    ports.heard(why.code)
    changed()
    reopenIn(Math.max(200, ports.random() * Math.min(30_000, 500 * 2 ** deaths.length)))
  }
  function reopenIn(ms: number): void {
    retry()
    if (closed || !Number.isFinite(ms)) return
    retry = clock.after(ms, () => void open())
  }

  async function open(): Promise<void> {
    if (closed || schedule !== undefined) return
    opening ??= tryOpen().finally(() => {
      opening = undefined
    })
    await opening
  }
  async function tryOpen(): Promise<void> {
    retry()
    const deadline = new AbortController()
    giveUp = deadline
    const limitMs = ports.timing.identifyMs ?? identifyMs
    const clear = clock.after(limitMs, () =>
      deadline.abort(new AppError('timeout', `It did not say who it is within ${limitMs / 1000} s.`, { system: system.id })),
    )
    let fresh: WorkerClient | undefined
    try {
      const opened = openingOf(profile, system)
      fresh = createWorkerClient(
        ports.openLine(profile.id),
        {
          ended: (why) => {
            if (client === fresh) ended(why)
          },
          traffic: count,
          wake: (sweep) => schedule?.wake(sweep),
          clock: (offset) => {
            clockOffsetMs = offset
          },
          log: ports.log,
          credential: ports.credential,
        },
        {
          ...(ports.timing.pingMs === undefined ? {} : { pingMs: ports.timing.pingMs }),
          ...(ports.timing.drainMs === undefined ? {} : { drainMs: ports.timing.drainMs }),
        },
      )
      await fresh.open(opened, deadline.signal)
      const found = await fresh.identify(deadline.signal)
      if (closed) throw new AppError('cancelled', 'The connection was closed.')
      identity = found
      ports.remember(found)
      pace.succeeded()
      openError = died ? openError : undefined
      client = fresh
      begin(fresh)
    } catch (thrown) {
      await fresh?.close(100)
      if (closed) return
      const error = errorData(deadline.signal.aborted ? reasonOf(deadline.signal) : thrown)
      openError = error
      ports.heard(error.code)
      reopenIn(pace.failed(error))
    } finally {
      clear()
      changed()
    }
  }
  function begin(on: WorkerClient): void {
    const of = stored()
    if (of === undefined) return
    schedule = createSchedule({
      clock,
      random: ports.random,
      sweeps: Object.entries(system.sweeps).map(([name, { every }]) => ({ name, every })),
      run: (ask) => round(on, of, ask),
      watched: (sweep) => looks.watched(of, sweep),
      wanted: (sweep) => looks.wanted(of, sweep).length > 0,
      waitMs: (sweep) => budgets.waitMs(expected.get(sweep) ?? {}),
      ...(ports.timing.roundMs === undefined ? {} : { deadlineMs: ports.timing.roundMs }),
    })
    schedule.start()
  }

  return {
    profile,
    system,
    start: () => {
      budgets.allow(profile.id, profile.budget)
      changed()
      void open()
    },
    state: () => {
      changed()
      return state()
    },
    stored,
    client: () => {
      if (client !== undefined && schedule !== undefined) return client
      throw openError === undefined
        ? new AppError('busy', `${profile.title} is being opened.`, { system: system.id })
        : AppError.from(openError)
    },
    looksChanged: () => {
      schedule?.looksChanged()
      const of = stored()
      if (of === undefined) return
      // A scope that is newly looked at is asked for at once, not at the next round.
      for (const sweep of Object.keys(system.sweeps)) {
        const texts = JSON.stringify(looks.wanted(of, sweep), (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))
        if (watched.get(sweep) !== texts && texts !== '[]') schedule?.wake(sweep)
        watched.set(sweep, texts)
      }
    },
    probe: () => {
      if (schedule === undefined) void open()
      else void schedule.now(Object.keys(system.sweeps).slice(0, 1))
    },
    collectNow: async (sweeps) => {
      await open()
      await schedule?.now(sweeps)
    },
    close: async () => {
      if (closed) return
      closed = true
      retry()
      const why = new AppError('cancelled', 'The connection was closed.')
      schedule?.stop(why)
      const on = client
      client = undefined
      schedule = undefined
      giveUp?.abort(why)
      await opening?.catch(() => {})
      await on?.close()
      if (identity !== undefined) {
        try {
          const ticks = await ports.store.closeConnection(profile.id, clock.now())
          ports.onClosed?.(ticks)
        } catch (thrown) {
          ports.log('error', 'closing its coverage failed', { error: errorData(thrown) })
        }
      }
      budgets.forget(profile.id)
      looks.forget(profile.id)
      changed()
    },
  }
}

function healthOf(health: SweepHealth, every: Sweep<string>['every'] | undefined): SweepHealth {
  if (typeof every === 'object') return health
  const { pollMs: _, ...rest } = health
  return every === 'feed' ? rest : { ...rest, passing: true }
}
/** Requests by target between two counts; a count that fell began anew. */
function spent(before: Readonly<Record<string, Traffic>>, after: Readonly<Record<string, Traffic>>): Expected {
  return Object.fromEntries(
    Object.entries(after).map(([target, t]) => [
      target,
      Math.max(0, t.requests - (t.requests >= (before[target]?.requests ?? 0) ? (before[target]?.requests ?? 0) : 0)),
    ]),
  )
}
