// Handlers for the conformance suite of the transports: few procedures answer, each in the way one test needs.

import type { Call, Handlers } from '../../../shared/contract/handlers.ts'
import type { ReadBatch } from '../../../shared/contract/messages.ts'
import { AppError } from '../../../shared/model/app-error.ts'

const no = async (): Promise<never> => {
  throw new AppError('unsupported', 'not in this suite')
}
// biome-ignore lint/correctness/useYield: a stream that only fails
async function* noStream(): AsyncGenerator<never, void, void> {
  throw new AppError('unsupported', 'not in this suite')
}
const later = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

export interface Counted {
  /** Streams that began, that ended (their `finally` ran), and items made. */
  readonly counts: { begun: number; ended: number; made: number }
  readonly handlers: Handlers
}

/** `names.find` answers by its text: echo, fail, hang, throw; `changes.watch` ticks for ever; `work.watch` never waits. */
export function conformanceHandlers(): Counted {
  const counts = { begun: 0, ended: 0, made: 0 }
  async function* ticking({
    signal,
  }: Call): AsyncGenerator<readonly { system: string; collection: string; version: number }[], void, void> {
    counts.begun += 1
    try {
      for (let version = 1; !signal.aborted; version += 1) {
        counts.made += 1
        yield [{ system: 'toy', collection: 'things', version }]
        await later(5, signal)
      }
    } finally {
      counts.ended += 1
    }
  }
  async function* flooding(): AsyncGenerator<readonly never[], void, void> {
    counts.begun += 1
    try {
      for (let i = 0; i < 1_000_000; i += 1) {
        counts.made += 1
        yield []
      }
    } finally {
      counts.ended += 1
    }
  }
  async function* failing(): AsyncGenerator<ReadBatch, void, void> {
    yield { columns: [], rows: [], from: 'live' }
    throw new AppError('refused', 'the stream broke', { system: 'toy' })
  }
  return {
    counts,
    handlers: {
      hello: async () => ({
        app: { name: 'Landscope', version: '0' },
        now: new Date(1_700_000_000_123),
        sources: [],
        connections: [],
        notices: [],
        mode: 'served',
      }),
      changes: { watch: (_ask, call) => ticking(call) },
      records: {
        page: async () => ({
          columns: ['offset', 'at', 'state'],
          rows: [
            {
              urn: 'urn:ls:toy:i:things:a',
              connection: 'c',
              seen: { at: new Date(5) },
              cells: [9_223_372_036_854_775_807n, new Date(7), { unknown: 'refused', note: 'broker 7' }],
            },
          ],
          total: 1,
          unjudged: 0,
          freshness: [],
          version: 1,
        }),
        diff: no,
      },
      record: { get: no },
      series: { read: no },
      coverage: { read: no },
      findings: { page: no },
      headline: { read: no },
      graph: { around: no },
      names: {
        find: async (ask, { signal }) => {
          if (ask.text === 'refused') throw new AppError('forbidden', 'no right to see it', { system: 'toy', target: 'a:1' })
          if (ask.text === 'thrown') throw new TypeError('a fault')
          if (ask.text === 'hang') {
            counts.begun += 1
            await later(60_000, signal)
            counts.ended += 1
          }
          return { hits: [] }
        },
      },
      reads: { run: () => failing() },
      work: { watch: () => flooding(), cancel: no },
      actions: { plan: no, run: noStream },
      sources: { open: no, close: no, get: no },
      snapshots: { write: no, verify: no },
      connections: { list: no, change: no, test: noStream },
    },
  }
}
