// Runs the Kafka connector inline, as its worker would, and keeps what each round put.

import type { Row } from '../../shared/model/collection.ts'
import type { Traffic } from '../../shared/model/connector.ts'
import type { kafka } from '../../shared/systems/kafka/system.ts'
import { connect } from '../../src-main/systems/kafka/connect.ts'

type Collections = (typeof kafka)['collections']
export type Name = keyof Collections
/** A row as a connector puts it; derived fields are the host's. */
export type Put<N extends Name> = Row<Collections[N]>

export interface Ended {
  readonly collection: string
  readonly where: unknown
  readonly why: string
}
export interface Round {
  rows<N extends Name>(collection: N): readonly Put<N>[]
  covered(collection: Name): unknown
  readonly ended: readonly Ended[]
}
export interface Rounds {
  lag(): Promise<Round>
  health(): Promise<Round>
  readonly wakes: readonly string[]
  messages(input: {
    readonly topic: string
    readonly partition: bigint
    readonly from: string
    readonly offset?: bigint
    readonly limit?: number
  }): Promise<readonly Readonly<Record<string, unknown>>[]>
  traffic(): Readonly<Record<string, Traffic>>
  close(): Promise<void>
}

/** Opens a connection to the brokers. Nothing is asked before the first round. */
export async function openRounds(bootstrap: readonly string[]): Promise<Rounds> {
  const wakes: string[] = []
  const life = new AbortController()
  const connected = await connect(
    { settings: {}, endpoints: { brokers: { addresses: bootstrap } } },
    {
      signal: life.signal,
      now: () => new Date(),
      allowed: [],
      clock: () => {},
      credential: async () => undefined,
      wake: (sweep) => void wakes.push(sweep),
      log: () => {},
    },
  )
  let first = true
  const run = async (sweep: 'lag' | 'health'): Promise<Round> => {
    const rows = new Map<string, unknown[]>()
    const covered = new Map<string, unknown>()
    const ended: Ended[] = []
    const out = {
      put: (into: string, put: readonly unknown[], how: unknown): void => {
        rows.set(into, [...(rows.get(into) ?? []), ...put])
        covered.set(into, how)
      },
      same: (): void => {},
      lacks: (into: string, why: unknown): void => void covered.set(into, why),
      ended: (collection: string, where: unknown, why: string): void => void ended.push({ collection, where, why }),
    }
    const asked = { wanted: [], first, signal: new AbortController().signal }
    if (sweep === 'lag') await connected.sweeps.lag(out, asked)
    else await connected.sweeps.health(out, asked)
    if (sweep === 'lag') first = false
    return {
      rows: <N extends Name>(collection: N) => (rows.get(collection) ?? []) as Put<N>[],
      covered: (collection) => covered.get(collection),
      ended,
    }
  }
  return {
    lag: () => run('lag'),
    health: () => run('health'),
    wakes,
    messages: async (input) => {
      const items: Readonly<Record<string, unknown>>[] = []
      for await (const item of connected.reads.messages(
        input as Parameters<typeof connected.reads.messages>[0],
        new AbortController().signal,
      ))
        items.push(item)
      return items
    },
    traffic: connected.traffic,
    close: async () => {
      life.abort()
      await connected.close()
    },
  }
}
