// One suite for every transport: what a page may rely on, whatever carries its frames.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { MAX_REQUEST_CHARS } from '../../shared/contract/frame-check.ts'
import type { Frames } from '../../shared/contract/frames.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { type Connection, defaultTiming, openConnection } from '../../src-renderer/client/connection.ts'
import { implementContract } from './attach.ts'
import { type Far, farPort, farSocket, type Near, nearMemory, nearPort, nearSocket } from './conformance/carriers.ts'
import { conformanceHandlers } from './conformance/handlers.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})
const viewing = {}
const find = (text: string): { viewing: Record<never, never>; text: string; limit: number } => ({ viewing, text, limit: 5 })
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 })

async function failure(call: Promise<unknown>): Promise<AppError> {
  try {
    await call
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('it did not fail')
}

const near: Readonly<Record<string, (router: ReturnType<typeof implementContract>) => Near | Promise<Near>>> = {
  memory: nearMemory,
  MessagePort: nearPort,
  WebSocket: nearSocket,
}
describe.each(Object.entries(near))('over %s', (_name, carrier) => {
  async function start(
    timing = {},
  ): Promise<{ near: Near; connection: Connection; counts: ReturnType<typeof conformanceHandlers>['counts'] }> {
    const { handlers, counts } = conformanceHandlers()
    const made = await carrier(implementContract(handlers))
    const connection = openConnection(made.open, { ...defaultTiming, ...timing })
    stops.push(made.stop, connection.close)
    return { near: made, connection, counts }
  }
  /** A bare carrier, to send what no client would send. */
  async function bare(): Promise<{ frames: Frames; near: Near; answers: string[] }> {
    const made = await carrier(implementContract(conformanceHandlers().handlers))
    const frames = await made.open()
    const answers: string[] = []
    frames.onFrame((frame) => answers.push(String(frame)))
    stops.push(made.stop, () => frames.close())
    return { frames, near: made, answers }
  }

  it('answers calls with exact 64-bit numbers, times and unknowns', async () => {
    const { connection } = await start()
    expect((await connection.client.hello({})).now).toEqual(new Date(1_700_000_000_123))
    const page = await connection.client.records.page({ viewing, system: 'toy', collection: 'things', offset: 0, limit: 10 })
    expect(page.rows[0]?.cells).toEqual([9_223_372_036_854_775_807n, new Date(7), { unknown: 'refused', note: 'broker 7' }])
  })

  it('hands over typed errors, and hides nothing and invents nothing of others', async () => {
    const { connection } = await start()
    expect((await failure(connection.client.names.find(find('refused')))).data).toMatchObject({
      code: 'forbidden',
      message: 'no right to see it',
      system: 'toy',
      target: 'a:1',
      retryable: false,
    })
    expect((await failure(connection.client.names.find(find('thrown')))).data).toMatchObject({ code: 'internal', message: 'a fault' })
  })

  it('refuses an input that is not of the contract, naming the field, and stays up', async () => {
    const { connection } = await start()
    const error = await failure(connection.client.names.find({ viewing, text: 'x', limit: -1 }))
    expect(error.data).toMatchObject({ code: 'bad-request' })
    expect(error.data.message).toContain('limit')
    expect(await connection.client.names.find(find('echo'))).toEqual({ hits: [] })
  })

  it('streams in order and ends the producer once when the reader breaks off', async () => {
    const { connection, counts } = await start()
    const seen: number[] = []
    for await (const ticks of await connection.client.changes.watch({ collections: [] })) {
      seen.push(...ticks.map((t) => t.version))
      if (seen.length === 20) break
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    await until(() => expect(counts.ended).toBe(1))
  })

  it('ends the producer once when the reader aborts, and tells the reader it was cancelled', async () => {
    const { connection, counts } = await start()
    const stop = new AbortController()
    const read = async (): Promise<void> => {
      for await (const _ of await connection.client.changes.watch({ collections: [] }, { signal: stop.signal })) {
        if (counts.made > 3) stop.abort()
      }
    }
    expect((await failure(read())).data.code).toBe('cancelled')
    await until(() => expect(counts.ended).toBe(1))
    const made = counts.made
    await sleep(40)
    expect({ ended: counts.ended, made: counts.made }).toEqual({ ended: 1, made })
  })

  it('cancels a call, which the handler learns of', async () => {
    const { connection, counts } = await start()
    const stop = new AbortController()
    const call = failure(connection.client.names.find(find('hang'), { signal: stop.signal }))
    await until(() => expect(counts.begun).toBe(1))
    stop.abort()
    expect((await call).data).toMatchObject({ code: 'cancelled', retryable: true })
    await until(() => expect(counts.ended).toBe(1))
  })

  it('stops a producer that never waits long before its end', async () => {
    const { connection, counts } = await start()
    let read = 0
    for await (const _ of await connection.client.work.watch({})) {
      read += 1
      if (read === 1_000) break
    }
    await until(() => expect(counts.ended).toBe(1))
    expect(counts.made).toBeLessThan(200_000)
  })

  it('hands over the typed error of a stream that broke', async () => {
    const { connection } = await start()
    const read = async (): Promise<void> => {
      for await (const _ of await connection.client.reads.run({ viewing, connection: 'c', read: 'r', input: {} }));
    }
    expect((await failure(read())).data).toMatchObject({ code: 'refused', message: 'the stream broke', system: 'toy' })
  })

  it('answers an oversize request with too-large and stays up', async () => {
    const { connection } = await start()
    expect((await failure(connection.client.names.find(find('x'.repeat(MAX_REQUEST_CHARS))))).data.code).toBe('too-large')
    expect(await connection.client.names.find(find('echo'))).toEqual({ hits: [] })
  })

  it('refuses a request nested too deep and stays up', async () => {
    const { frames, answers } = await bare()
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
    frames.send(`{"i":"7","p":{"u":"/names/find","b":{"json":${deep}}}}`)
    frames.send('{"i":"8","p":{"u":"/hello","b":{"json":{}}}}')
    await until(() => expect(answers.length).toBe(2))
    expect(answers[0]).toContain('bad-request')
    expect(answers[1]).toContain('Landscope')
  })

  it('drops malformed frames and goes on answering good ones', async () => {
    const { frames, near: made, answers } = await bare()
    const bad = [
      '',
      'null',
      '{',
      '[]',
      '{"i":1}',
      '{"i":"1","t":9}',
      '{"i":"1","p":null}',
      '{"i":"1","p":{"u":"http://elsewhere/"}}',
      '\u0000',
    ]
    const bodies = ['"x"', '[]', '{"json":1,"maps":[]}', '{"json":{},"meta":[[1]]}', '{"json":{},"meta":7}', '{"meta":[["__proto__"]]}']
    for (const frame of bad) frames.send(frame)
    for (const [n, body] of bodies.entries()) frames.send(`{"i":"b${n}","p":{"u":"/names/find","b":${body}}}`)
    frames.send('{"i":"u","p":{"u":"/no/such","b":{"json":{}}}}')
    frames.send('{"i":"9","p":{"u":"/hello","b":{"json":{}}}}')
    await until(() => expect(answers.some((a) => a.includes('"9"') && a.includes('Landscope'))).toBe(true))
    expect(made.attached()?.refused()).toBeGreaterThanOrEqual(bad.length)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('gives a call that nobody answers a deadline of its own', async () => {
    const { connection, counts } = await start({ callMs: 100 })
    expect((await failure(connection.client.names.find(find('hang')))).data).toMatchObject({ code: 'timeout', retryable: true })
    await until(() => expect(counts.ended).toBe(1))
  })

  it('ends running streams of a page that goes away', async () => {
    const { connection, counts } = await start()
    const reading = failure(
      (async () => {
        for await (const _ of await connection.client.changes.watch({ collections: [] }));
      })(),
    )
    await until(() => expect(counts.made).toBeGreaterThan(2))
    connection.close()
    expect((await reading).data.retryable).toBe(true)
    await until(() => expect(counts.ended).toBe(1))
  })
})

const far: Readonly<Record<string, () => Far>> = { 'MessagePort of a thread': farPort, 'WebSocket of a process': farSocket }
describe.each(Object.entries(far))('over a %s that is killed', (_name, carrier) => {
  async function start(): Promise<{ host: Far; connection: Connection }> {
    const host = carrier()
    stops.push(host.stop)
    await host.start()
    const connection = openConnection(host.open, { ...defaultTiming, firstWaitMs: 10, longestWaitMs: 100 })
    stops.push(connection.close)
    return { host, connection }
  }

  it('rejects pending calls as retryable, says so, connects again and takes its streams up again', async () => {
    const { host, connection } = await start()
    const states: string[] = []
    connection.onState((s) => states.push(s.state))
    const seen: number[] = []
    const stop = new AbortController()
    const item = (ticks: readonly { readonly version: number }[]): void => void seen.push(...ticks.map((t) => t.version))
    const following = connection.follow((client, signal) => client.changes.watch({ collections: [] }, { signal }), { item }, stop.signal)
    const pending = failure(connection.client.names.find(find('hang')))
    await until(() => expect(seen.length).toBeGreaterThan(2))

    await host.kill()
    expect((await pending).data).toMatchObject({ code: 'internal', retryable: true })
    await until(() => expect(connection.state().state).toBe('lost'))
    const before = seen.length

    const waiting = connection.client.names.find(find('echo'))
    await host.start()
    expect(await waiting).toEqual({ hits: [] })
    await until(() => expect(seen.length).toBeGreaterThan(before + 2))
    expect(seen.slice(before, before + 2)).toEqual([1, 2])
    expect(states).toEqual(['connected', 'lost', 'connected'])
    stop.abort()
    await following
  })

  it('lets a call end by its deadline while there is no host', async () => {
    const { host, connection } = await start()
    await connection.client.hello({})
    await host.kill()
    const hurried = openConnection(host.open, { ...defaultTiming, callMs: 150 })
    stops.push(hurried.close)
    expect((await failure(hurried.client.hello({}))).data.code).toBe('timeout')
  })
})

it('a carrier that swallows everything is given up and opened again', async () => {
  const { handlers } = conformanceHandlers()
  const router = implementContract(handlers)
  const frozen = { now: false, opened: 0 }
  const made = nearMemory(router)
  const open = async (): Promise<Frames> => {
    frozen.opened += 1
    const frames = await made.open()
    return { ...frames, onFrame: (told) => frames.onFrame((frame) => (frozen.now ? undefined : told(frame))) }
  }
  const connection = openConnection(open, { ...defaultTiming, heartbeatMs: 20, heartbeatAnswerMs: 50, firstWaitMs: 5 })
  stops.push(connection.close)
  await connection.client.hello({})
  frozen.now = true
  await until(() => expect(connection.state().state).toBe('lost'))
  frozen.now = false
  await until(() => expect(connection.state().state).toBe('connected'))
  expect(frozen.opened).toBeGreaterThanOrEqual(2)
})
