// All connections of a profile: opens their workers, drives their rounds into the Store, and answers for how they are.
import type { Profile } from '../../shared/contract/control.ts'
import type { Tick } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Credential, Outcome, Plan, TestStep } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { parseValues } from '../connections/parse-values.ts'
import type { Notice, Store, Stored } from '../store/store-types.ts'
import type { AnyRow } from '../triage/judging.ts'
import { type BudgetRow, createBudgets } from './budgets.ts'
import type { Clock } from './clock.ts'
import { type Connection, createConnection, type RoundInfo, type Timing } from './connection.ts'
import type { ConnectionState } from './connection-state.ts'
import { createEyes } from './eyes.ts'
import { createGate, type JournalEntry } from './gate.ts'
import { createLooks, type Look } from './looks.ts'
import type { DeriveHook } from './round.ts'
import { tryProfile } from './try-profile.ts'
import type { OpenLine } from './worker.ts'
import type { Identity } from './worker-client.ts'
import type { Input } from './worker-messages.ts'

export interface CollectorPorts {
  readonly systems: Readonly<Record<string, AnySystem>>
  readonly store: Pick<Store, 'round' | 'closeConnection'>
  readonly openLine: OpenLine
  readonly clock: Clock
  /** 0 to 1; spreads retries. */
  readonly random?: () => number
  readonly timing?: Timing
  readonly credential?: (profile: Profile, endpoint: string) => Promise<Credential | undefined>
  /** Fills derived fields before a round is stored. */
  readonly derive?: DeriveHook
  /** Told after each stored round; the next round of that sweep waits for it. */
  readonly onRound?: (round: RoundInfo) => Promise<void> | void
  /** Ticks of a connection's rows when it was closed. */
  readonly onClosed?: (ticks: readonly Tick[]) => void
  /** Any connection's state, or being offline, changed. Told once a turn. */
  readonly onChange?: () => void
  /** Who answered each connection when the program last ran, and the place to keep it. */
  readonly remembered?: (connection: string) => Identity | undefined
  readonly remember?: (connection: string, identity: Identity) => void
  readonly journal?: (entry: JournalEntry) => Promise<void>
  readonly log?: (level: 'debug' | 'warn' | 'error', connection: string, message: string, data?: Readonly<Record<string, unknown>>) => void
}
export interface Collector {
  /** Opens a connection, or opens it again as changed. bad-request: no such system. */
  put(profile: Profile): Promise<void>
  remove(connection: string): Promise<void>
  profiles(): readonly Profile[]
  states(): readonly ConnectionState[]
  state(connection: string): ConnectionState | undefined
  /** Under whom a connection's rows are stored; none before anybody answered. */
  stored(connection: string): Stored | undefined
  /** Set while our own network seems to be gone: findings must not open or close. */
  offline(): { readonly since: Date } | undefined
  /** Requests a minute of every server, used and allowed. */
  budgets(): readonly BudgetRow[]
  /** Somebody looks; call the answer when they stop. */
  look(look: Look): () => void
  /** Scopes that are asked for because they are unhealthy; replaces what was said before of that collection. */
  want(connection: string, collection: string, scopes: readonly AnyRow[]): void
  /** A round of everything now (or of these sweeps); resolves when it is stored. */
  collectNow(connection: string, sweeps?: readonly string[]): Promise<void>
  /** A person asks to try again: past back-off and circuit. */
  wake(connection: string): void
  /** Items of a read, in batches. bad-request: no such read, wrong input. Leaving the loop cancels it. */
  read(connection: string, read: string, input: Input, signal: AbortSignal): AsyncGenerator<readonly Input[], void, undefined>
  unlock(connection: string): Date
  lock(connection: string): void
  unlockedUntil(connection: string): Date | undefined
  plan(connection: string, action: string, input: Input, signal: AbortSignal): Promise<Plan & { readonly plan: string }>
  run(plan: string, typed: string, signal: AbortSignal): AsyncGenerator<Outcome, void, undefined>
  test(profile: Profile, signal: AbortSignal): AsyncGenerator<TestStep, void, undefined>
  notices(): readonly Notice[]
  close(): Promise<void>
}

const probeMs = 5_000
const pokeGapMs = 60_000
const tickMs = 1_000

/** A collector with no connections yet. */
export function createCollector(ports: CollectorPorts): Collector {
  const { clock, systems } = ports
  const random = ports.random ?? Math.random
  const connections = new Map<string, Connection>()
  const moved = new Map<string, Notice>()
  const budgets = createBudgets(clock)
  const eyes = createEyes(clock, (offline) => {
    told()
    if (offline === undefined) for (const c of connections.values()) void c.collectNow()
  })
  const looks = createLooks(systems, () => {
    for (const c of connections.values()) c.looksChanged()
  })
  let telling = false
  let pokedMs = Number.NEGATIVE_INFINITY
  let probed = 0
  let probedMs = 0
  let closed = false

  function told(): void {
    if (telling) return
    telling = true
    queueMicrotask(() => {
      telling = false
      if (!closed) ports.onChange?.()
    })
  }
  const there = (id: string): Connection => {
    const found = connections.get(id)
    if (found === undefined) throw new AppError('not-found', `There is no connection ${id}.`)
    return found
  }
  const systemOf = (profile: Profile): AnySystem => {
    const found = Object.hasOwn(systems, profile.system) ? systems[profile.system] : undefined
    if (found === undefined) throw new AppError('bad-request', `This version has no system ${profile.system}.`)
    return found
  }
  /** One connection lost its server: the others are asked at once, so that a network that is gone shows within seconds. */
  const pokeOthers = (but: string): void => {
    if (clock.monotonicMs() - pokedMs < pokeGapMs) return
    pokedMs = clock.monotonicMs()
    for (const c of connections.values()) if (c.profile.id !== but) c.probe()
  }
  const identified = (profile: Profile, identity: Identity, before: Identity | undefined): void => {
    if (before !== undefined && before.instance !== identity.instance && before.by === 'server')
      moved.set(profile.id, {
        id: `moved-${profile.id}`,
        says: `${profile.title} now answers as another instance (${identity.instance}, before ${before.instance}); its history goes on under the new one.`,
        since: clock.now(),
      })
    ports.remember?.(profile.id, identity)
  }
  function build(profile: Profile): Connection {
    let before = ports.remembered?.(profile.id)
    return createConnection({
      profile,
      system: systemOf(profile),
      openLine: ports.openLine,
      clock,
      random,
      budgets,
      looks,
      store: ports.store,
      timing: ports.timing ?? {},
      remembered: before,
      remember: (identity) => {
        identified(profile, identity, before)
        before = identity
      },
      derive: ports.derive,
      onRound: ports.onRound,
      onClosed: ports.onClosed,
      credential: async (endpoint) => ports.credential?.(profile, endpoint),
      heard: (error) => {
        if (eyes.heard(profile.id, error)) pokeOthers(profile.id)
      },
      changed: told,
      log: (level, message, data) => ports.log?.(level, profile.id, message, data),
    })
  }
  const gate = createGate({
    clock,
    journal: ports.journal ?? (async () => Promise.reject(new AppError('unsupported', 'Changes need a journal, and there is none.'))),
    find: (id) => {
      const c = there(id)
      return { system: c.system, client: c.client }
    },
    refresh: (id, collections) => {
      const c = there(id)
      const sweeps = Object.entries(c.system.sweeps).filter(
        ([, s]) => s.every !== 'derived' && s.emits.some((e) => collections.includes(e)),
      )
      void c.collectNow(sweeps.map(([name]) => name))
    },
  })
  /** Staleness shows by itself, and while offline one connection after the other is tried. */
  const tick = (): void => {
    for (const c of connections.values()) c.state()
    if (eyes.offline() !== undefined && clock.monotonicMs() - probedMs >= probeMs) {
      probedMs = clock.monotonicMs()
      probed += 1
      const all = [...connections.values()]
      all[probed % all.length]?.probe()
    }
    stopTicking = clock.after(tickMs, tick)
  }
  let stopTicking = clock.after(tickMs, tick)

  /** Changes of one connection come one after the other: two at once would leave one running that nobody knows. */
  const changing = new Map<string, Promise<void>>()
  function inTurn(id: string, work: () => Promise<void>): Promise<void> {
    const turn = (changing.get(id) ?? Promise.resolve()).catch(() => undefined).then(work)
    const over = turn
      .catch(() => undefined)
      .finally(() => {
        if (changing.get(id) === over) changing.delete(id)
      })
    changing.set(id, over)
    return turn
  }
  async function remove(id: string): Promise<void> {
    const found = connections.get(id)
    connections.delete(id)
    eyes.forget(id)
    moved.delete(id)
    gate.lock(id)
    await found?.close()
    told()
  }

  return {
    put: async (profile) => {
      systemOf(profile)
      await inTurn(profile.id, async () => {
        await remove(profile.id)
        if (closed) throw new AppError('cancelled', 'Landscope is closing.')
        const fresh = build(profile)
        connections.set(profile.id, fresh)
        fresh.start()
        told()
      })
    },
    remove: (id) => inTurn(id, () => remove(id)),
    profiles: () => [...connections.values()].map((c) => c.profile),
    states: () => [...connections.values()].map((c) => c.state()),
    state: (id) => connections.get(id)?.state(),
    stored: (id) => connections.get(id)?.stored(),
    offline: eyes.offline,
    budgets: budgets.list,
    look: looks.add,
    want: looks.want,
    collectNow: (id, sweeps) => there(id).collectNow(sweeps),
    wake: (id) => void there(id).collectNow(),
    read: async function* (id, read, input, signal) {
      const { system, client } = there(id)
      const declared = Object.hasOwn(system.reads, read) ? system.reads[read] : undefined
      if (declared === undefined) throw new AppError('bad-request', `${system.title} has no read ${read}.`, { system: system.id })
      yield* client().read(read, parseValues(declared.input, input, `the read ${read}`), signal)
    },
    unlock: gate.unlock,
    lock: gate.lock,
    unlockedUntil: gate.unlockedUntil,
    plan: gate.plan,
    run: gate.run,
    test: async function* (profile, signal) {
      const credential = async (endpoint: string): Promise<Credential | undefined> => ports.credential?.(profile, endpoint)
      yield* tryProfile(profile, systemOf(profile), { openLine: ports.openLine, credential }, signal)
    },
    notices: () => {
      const offline = eyes.offline()
      const network: readonly Notice[] =
        offline === undefined
          ? []
          : [
              {
                id: 'offline',
                says: 'Most connections lost their servers at the same moment: it looks like our own network. Nothing is judged until it is back.',
                since: offline.since,
              },
            ]
      return [...network, ...moved.values()]
    },
    close: async () => {
      if (closed) return
      closed = true
      stopTicking()
      await Promise.all([...connections.values()].map((c) => c.close()))
      connections.clear()
      await Promise.all(changing.values())
    },
  }
}
