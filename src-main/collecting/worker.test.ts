import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ErrorData } from '../../shared/model/app-error.ts'
import type { Connect } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { decode } from '../store/columns.ts'
import { scriptedToy, type ToyScript, thing } from './toy/toy-connect.ts'
import { toy } from './toy/toy-system.ts'
import { inlineLine, type OpenLine, threadLine } from './worker.ts'
import { createWorkerClient, type WorkerClient } from './worker-client.ts'
import type { RoundOp } from './worker-messages.ts'

const thread = threadLine(new URL('./toy/toy-worker.ts', import.meta.url), 48)
const inline = (script: ToyScript): OpenLine =>
  inlineLine(async () => ({ declared: toy, connect: scriptedToy(script) as unknown as Connect<AnySystem> }))
const forever = new AbortController().signal
const asked = { wanted: [], first: true }

const open: WorkerClient[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((c) => c.close(200)))
})

async function connect(line: OpenLine, behaviour = 'well'): Promise<{ client: WorkerClient; ended: ErrorData[]; logs: string[] }> {
  const ended: ErrorData[] = []
  const logs: string[] = []
  const client = createWorkerClient(
    line('toy'),
    {
      ended: (why) => void ended.push(why),
      traffic: () => {},
      wake: () => {},
      clock: () => {},
      log: (_, message) => void logs.push(message),
      credential: async () => undefined,
    },
    { pingMs: 250, drainMs: 200 },
  )
  open.push(client)
  const opening = { system: 'toy', settings: { behaviour }, endpoints: { server: { addresses: ['http://toy:80'] } }, allowed: ['toy'] }
  await client.open(opening, forever)
  return { client, ended, logs }
}
async function sweep(client: WorkerClient, name = 'fleet', signal = forever): Promise<readonly RoundOp[]> {
  const ops: RoundOp[] = []
  await client.sweep(name, asked, (op) => void ops.push(op), signal)
  return ops
}

describe('a connection in its own thread', () => {
  it('hands over rows as columns of at most 8,000 rows, covered with the last of them', async () => {
    const { client } = await connect(thread, 'many')
    expect(await client.identify(forever)).toEqual({ instance: 'toy at http://toy:80', by: 'server' })
    const ops = await sweep(client)
    expect(ops.map((op) => op.do === 'put' && [op.rows.rows, op.covered])).toEqual([
      [8_000, undefined],
      [8_000, undefined],
      [4_001, 'all'],
    ])
    const rows = ops.flatMap((op) => (op.do === 'put' ? decode(toy.collections.things.fields, op.rows) : []))
    expect(rows).toHaveLength(20_001)
    expect(rows[12_345]).toEqual(thing('t12345', 12_345n))
  })

  it.each([
    ['spins', 'spin', 'did not turn'],
    ['eats all memory', 'oom', 'ran out of memory'],
    ['leaves', 'exit', 'ended by itself (code 3)'],
    ['throws where nobody catches', 'uncaught', 'thrown where nobody catches'],
  ])('is told to have ended when it %s, and its round is rejected', async (_, behaviour, why) => {
    const { client, ended } = await connect(thread, behaviour)
    await expect(sweep(client)).rejects.toThrow(why)
    expect(ended).toHaveLength(1)
    await expect(sweep(client)).rejects.toThrow(why)
  })

  it('is ended by force when a round that was called off goes on', async () => {
    const { client, ended } = await connect(thread, 'hang')
    await expect(sweep(client, 'fleet', AbortSignal.timeout(50))).rejects.toMatchObject({ data: { code: 'cancelled' } })
    expect(ended[0]?.message).toContain('did not stop a round')
  })
})

describe('the same without a thread', () => {
  it('answers errors as data and goes on', async () => {
    const { client, ended } = await connect(inline({ fleet: () => Promise.reject(new Error('oops')) }))
    await expect(sweep(client)).rejects.toMatchObject({ data: { code: 'internal', message: 'oops' } })
    await expect(sweep(client, 'nothing')).rejects.toMatchObject({ data: { code: 'bad-request' } })
    expect(await sweep(client, 'memory')).toEqual([])
    expect(ended).toEqual([])
  })

  it('refuses rows for a collection that the sweep does not emit', async () => {
    const wrong = inline({
      fleet: async (out) => (out as unknown as { put(into: string, rows: unknown[], covered: string): void }).put('parts', [], 'all'),
    })
    const { client } = await connect(wrong)
    await expect(sweep(client)).rejects.toThrow('does not emit parts')
  })

  it('keeps what a server says that nobody foresaw as unrecognised', async () => {
    const odd = { ...thing('a', 2n ** 63n), mood: 'furious' as unknown as 'glad' }
    const { client } = await connect(inline({ fleet: async (out) => out.put('things', [odd], 'all') }))
    const [op] = await sweep(client)
    expect(op?.do === 'put' && decode(toy.collections.things.fields, op.rows)).toEqual([
      {
        thing: 'a',
        host: 'h1',
        size: { unknown: 'unrecognised', note: '9223372036854775808' },
        mood: { unknown: 'unrecognised', note: 'furious' },
      },
    ])
  })
})

describe('a read', () => {
  it('gives every item once, in order', async () => {
    const { client } = await connect(thread)
    const seen: unknown[] = []
    for await (const items of client.read('numbers', { upTo: 12_345 }, forever)) seen.push(...items.map((i) => i.n))
    expect(seen).toEqual(Array.from({ length: 12_345 }, (_, n) => n))
  })

  it('waits for its reader, and stops when the reader leaves', async () => {
    let made = 0
    let stopped = false
    const numbers = async function* (upTo: number, signal: AbortSignal): AsyncGenerator<{ n: number }> {
      try {
        for (let n = 0; n < upTo && !signal.aborted; n += 1) {
          made += 1
          if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
          yield { n }
        }
      } finally {
        stopped = true
      }
    }
    const { client } = await connect(inline({ numbers }))
    const read = client.read('numbers', { upTo: 10_000_000 }, forever)
    await read.next()
    await vi.waitFor(() => expect(made).toBeGreaterThan(3_000))
    const before = made
    for (let i = 0; i < 200; i += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(made).toBeLessThanOrEqual(Math.max(before, 11 * 500))
    await read.return()
    await vi.waitFor(() => expect(stopped).toBe(true))
  })
})
