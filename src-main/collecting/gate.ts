// The gate of changes: read-only until a person unlocks a connection, planned, typed, and written down before anything is sent.
import { randomUUID } from 'node:crypto'
import { AppError } from '../../shared/model/app-error.ts'
import type { Outcome, Plan } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { parseValues } from '../connections/parse-values.ts'
import type { Clock } from './clock.ts'
import type { WorkerClient } from './worker-client.ts'

const unlockedMs = 15 * 60_000
const planMs = 5 * 60_000

/** A line of the journal; `intended` is on disk before the change is sent. */
export interface JournalEntry {
  readonly at: Date
  readonly what: 'intended' | 'outcome'
  readonly connection: string
  readonly action: string
  readonly plan: string
  readonly detail: Readonly<Record<string, unknown>>
}
export interface GatePorts {
  readonly clock: Clock
  /** Writes an entry so that it survives a crash. */
  readonly journal: (entry: JournalEntry) => Promise<void>
  readonly find: (connection: string) => { readonly system: AnySystem; readonly client: () => WorkerClient }
  /** Asks collections again after a change. */
  readonly refresh: (connection: string, collections: readonly string[]) => void
}
export interface Gate {
  /** Opens a connection for changes for 15 minutes; answers until when. */
  unlock(connection: string): Date
  lock(connection: string): void
  unlockedUntil(connection: string): Date | undefined
  /** locked: the connection is read-only; bad-request: no such action, or wrong input. */
  plan(
    connection: string,
    action: string,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<Plan & { readonly plan: string }>
  /** Runs a plan once. refused: typed wrong, or the facts have changed (named); locked; not-found: no such plan, or older than five minutes. */
  run(plan: string, typed: string, signal: AbortSignal): AsyncGenerator<Outcome, void, undefined>
}
interface Planned {
  readonly connection: string
  readonly action: string
  readonly input: Readonly<Record<string, unknown>>
  readonly made: Plan
  readonly untilMs: number
}

/** A gate that is locked everywhere. */
export function createGate(ports: GatePorts): Gate {
  const { clock } = ports
  const open = new Map<string, { readonly untilMs: number; readonly until: Date }>()
  const plans = new Map<string, Planned>()

  const until = (connection: string): Date | undefined => {
    const unlocked = open.get(connection)
    return unlocked !== undefined && unlocked.untilMs > clock.monotonicMs() ? unlocked.until : undefined
  }
  const demand = (connection: string): { readonly system: AnySystem; readonly client: WorkerClient } => {
    const { system, client } = ports.find(connection)
    if (until(connection) === undefined) throw new AppError('locked', 'This connection is read-only.', { system: system.id })
    return { system, client: client() }
  }
  const declared = (system: AnySystem, action: string): AnySystem['actions'][string] => {
    const found = Object.hasOwn(system.actions, action) ? system.actions[action] : undefined
    if (found === undefined) throw new AppError('bad-request', `${system.title} has no action ${action}.`, { system: system.id })
    return found
  }
  const write = (planned: Planned, plan: string, what: JournalEntry['what'], detail: JournalEntry['detail']): Promise<void> =>
    ports.journal({ at: clock.now(), what, connection: planned.connection, action: planned.action, plan, detail })

  return {
    unlock: (connection) => {
      ports.find(connection)
      const at = new Date(clock.now().getTime() + unlockedMs)
      open.set(connection, { untilMs: clock.monotonicMs() + unlockedMs, until: at })
      return at
    },
    lock: (connection) => void open.delete(connection),
    unlockedUntil: until,
    plan: async (connection, action, input, signal) => {
      const { system, client } = demand(connection)
      const given = parseValues(declared(system, action).input, input, `the action ${action}`)
      const made = await client.plan(action, given, signal)
      const plan = randomUUID()
      for (const [id, old] of plans) if (old.untilMs <= clock.monotonicMs()) plans.delete(id)
      plans.set(plan, { connection, action, input: given, made, untilMs: clock.monotonicMs() + planMs })
      return { plan, ...made }
    },
    run: async function* (plan, typed, signal) {
      const planned = plans.get(plan)
      if (planned === undefined || planned.untilMs <= clock.monotonicMs())
        throw new AppError('not-found', 'This plan is not there any more: plan it again.')
      const { system, client } = demand(planned.connection)
      if (typed !== planned.made.phrase)
        throw new AppError('refused', `What was typed is not “${planned.made.phrase}”.`, { system: system.id })
      plans.delete(plan)
      const now = await client.plan(planned.action, planned.input, signal)
      const difference = differing(planned.made.facts, now.facts)
      if (difference !== undefined) throw new AppError('refused', `Since it was planned, ${difference}.`, { system: system.id })
      await write(planned, plan, 'intended', { input: textual(planned.input), facts: planned.made.facts, typed })
      let last: Outcome = { state: 'unknown', why: 'it ended without an answer' }
      try {
        for await (const outcome of client.run(planned.action, planned.input, planned.made.facts, signal)) {
          last = outcome
          yield outcome
        }
      } catch (thrown) {
        last = { state: 'unknown', why: thrown instanceof Error ? thrown.message : String(thrown) }
        throw thrown
      } finally {
        await write(planned, plan, 'outcome', { ...last })
        ports.refresh(planned.connection, declared(system, planned.action).refreshes)
      }
    },
  }
}

function differing(planned: Plan['facts'], now: Plan['facts']): string | undefined {
  const changed = [...new Set([...Object.keys(planned), ...Object.keys(now)])].filter((name) => planned[name] !== now[name])
  return changed.length === 0
    ? undefined
    : changed.map((name) => `${name} was ${planned[name] ?? 'not there'} and is ${now[name] ?? 'not there'}`).join(', ')
}
function textual(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]))
}
