/** Judges every stored round, one after the other, and stores what was found as rounds of Landscope's own system. */
import type { Tick } from '../../shared/contract/messages.ts'
import type { AnyCollection } from '../../shared/model/collection.ts'
import { unknown } from '../../shared/model/known.ts'
import { own } from '../../shared/model/own.ts'
import type { Collector } from '../collecting/collector.ts'
import type { ConnectionState } from '../collecting/connection-state.ts'
import { encode } from '../store/columns.ts'
import type { Store, Stored } from '../store/store-types.ts'
import type { AnyRow } from '../triage/judging.ts'
import type { Judgement, Swept } from '../triage/run-judges.ts'

/** Under whom Landscope's own rows are stored. */
export const ownStored: Stored = { connection: own.id, system: own.id, instance: 'self', title: own.title }

const collections: Readonly<Record<string, AnyCollection>> = own.collections

export interface LiveJudging {
  /** A round was stored: judge it soon. Resolves when it is judged. */
  swept(round: Swept): Promise<void>
  /** A connection's state changed: write it down soon. */
  connectionsChanged(): void
  /** Looks again which findings can still be seen; to be called while nothing comes in. */
  idle(): Promise<void>
  close(): Promise<void>
}

export interface LiveJudgingPorts {
  readonly store: Pick<Store, 'round'>
  readonly judgement: Judgement
  readonly collector: Pick<Collector, 'states' | 'offline'>
  readonly now: () => Date
  readonly pollMs: number
  readonly tell: (ticks: readonly Tick[]) => void
  readonly fault: (what: string, thrown: unknown) => void
}

export function createLiveJudging(ports: LiveJudgingPorts): LiveJudging {
  const { store, judgement, collector, now } = ports
  let due: Swept[] = []
  let running: Promise<void> | undefined
  let statesDue = false
  let closed = false

  async function put(sweep: string, rows: Readonly<Record<string, readonly AnyRow[] | undefined>>): Promise<void> {
    const began = now()
    const writer = store.round(ownStored, sweep, began, ports.pollMs)
    try {
      for (const [name, of] of Object.entries(rows)) {
        const collection = collections[name]
        if (collection === undefined) continue
        if (of === undefined) {
          writer.same(name, 'all')
          continue
        }
        await writer.stage(name, encode(collection, of, Object.keys(collection.fields)))
        writer.cover(name, 'all')
      }
      ports.tell(await writer.commit(began))
    } catch (thrown) {
      await writer.abort().catch(() => undefined)
      throw thrown
    }
  }

  /** One turn: everything that is due. While our own network is gone nothing opens or closes. */
  async function turn(look: boolean): Promise<void> {
    const rounds = due
    due = []
    if (statesDue) {
      statesDue = false
      await put('connections', { connections: collector.states().map(stateRow) })
    }
    if (collector.offline() !== undefined) return
    if (rounds.length === 0 && !look) return
    const judged = await judgement.judge(rounds, now())
    await put('judge', { findings: judged.findings, edges: judged.edges, incidents: judged.incidents })
  }

  /** Runs turns until nothing is due. */
  function run(look: boolean): Promise<void> {
    if (closed) return Promise.resolve()
    const after = (running ?? Promise.resolve()).then(async () => {
      if (closed) return
      try {
        await turn(look)
      } catch (thrown) {
        ports.fault('judge', thrown)
      }
    })
    running = after
    return after
  }

  return {
    swept(round) {
      due.push(round)
      statesDue = true
      return run(false)
    },
    connectionsChanged() {
      if (statesDue) return
      statesDue = true
      void run(false)
    },
    idle: () => run(true),
    async close() {
      closed = true
      await running
    },
  }
}

/** A connection's state as a row of `landscope.connections`. */
function stateRow(s: ConnectionState): AnyRow {
  const sum = (of: (t: ConnectionState['targets'][number]) => number): number => s.targets.reduce((n, t) => n + of(t), 0)
  const notYet = unknown('not-yet')
  return {
    connection: s.connection,
    title: s.title,
    system: s.system,
    instance: s.identity?.instance ?? notYet,
    state: s.state,
    why: s.error?.message ?? unknown('not-recorded'),
    errorCode: s.error?.code ?? unknown('not-recorded'),
    lastAnswer: s.lastAnswer ?? notYet,
    clockOffsetMs: s.clockOffsetMs ?? notYet,
    requestsPerMinute: sum((t) => t.perMinute),
    requestsAllowed: sum((t) => t.allowed),
    writes: sum((t) => t.writes),
    bytesIn: sum((t) => t.bytesIn),
    slowestMs: Math.max(0, ...s.targets.map((t) => t.slowestMs)),
  }
}
