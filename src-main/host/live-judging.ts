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
  let statesDue = false
  let closed = false

  /** A queue of its own: work runs one after the other, and what fails is told and stops nothing. */
  function oneByOne(what: string): (work: () => Promise<void>) => Promise<void> {
    let last: Promise<void> = Promise.resolve()
    return (work) => {
      last = last.then(async () => {
        if (!closed) await work().catch((thrown: unknown) => ports.fault(what, thrown))
      })
      return last
    }
  }
  const judging = oneByOne('judge')
  const telling = oneByOne('connections')

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

  /** Everything that is due. While our own network is gone nothing opens or closes. */
  async function judge(look: boolean): Promise<void> {
    const rounds = due
    due = []
    if (collector.offline() !== undefined) return
    if (rounds.length === 0 && !look) return
    const judged = await judgement.judge(rounds, now())
    await put('judge', { findings: judged.findings, edges: judged.edges, incidents: judged.incidents })
  }

  /** How the connections are does not wait for what is judged: a dead one must be seen at once. */
  function tellStates(): Promise<void> {
    statesDue = true
    return telling(async () => {
      if (!statesDue) return
      statesDue = false
      await put('connections', { connections: collector.states().map(stateRow) })
    })
  }

  return {
    async swept(round) {
      due.push(round)
      await Promise.all([tellStates(), judging(() => judge(false))])
    },
    connectionsChanged: () => void tellStates(),
    idle: () => judging(() => judge(true)),
    async close() {
      closed = true
      await Promise.all([judging(async () => {}), telling(async () => {})])
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
