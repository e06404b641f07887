import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../../shared/model/app-error.ts'
import { type NetPolicy, readOnlyPolicy } from '../../../net/policy.ts'
import { TrafficLedger } from '../../../net/traffic.ts'
import { type Answer, FakeBrokers, framed, int16, int32 } from '../toy/fake-broker.ts'
import { BrokerLink } from './broker-link.ts'
import { Cluster } from './cluster.ts'
import { listGroups } from './groups.ts'
import { metadata } from './metadata.ts'

const brokers = new FakeBrokers()
const { sockets } = brokers
const broker = brokers.start.bind(brokers)
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()))
  await brokers.stop()
})

function link(port: number, policy: Partial<NetPolicy> = {}, ledger = new TrafficLedger()): BrokerLink {
  const made = new BrokerLink({
    door: { clientId: 'test', policy: { ...readOnlyPolicy('kafka', ['127.0.0.1']), ...policy }, security: {}, ledger },
    target: { host: '127.0.0.1', port },
    now: () => new Date(),
    onLost: () => {},
  })
  open.push(made)
  return made
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const thrown = await work.then(
    () => undefined,
    (error) => error,
  )
  if (!(thrown instanceof AppError)) throw new Error(`expected an AppError, got ${String(thrown)}`)
  return thrown
}

describe('answers that cannot be Kafka’s', () => {
  const hostile: readonly (readonly [name: string, answer: Answer])[] = [
    ['a length of 2^31-1', (_c, s) => s.write(int32(2 ** 31 - 1))],
    ['a negative length', (_c, s) => s.write(int32(-5))],
    ['a length of 0', (_c, s) => s.write(Buffer.concat([int32(0), int32(0), int32(0)]))],
    ['another correlation id', (_c, s) => s.write(framed(Buffer.concat([int32(4711), Buffer.alloc(20)])))],
    [
      'an array longer than its frame',
      (c, s) =>
        s.write(framed(Buffer.concat([int32(c), Buffer.from([0]), int32(0), int16(0), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07])]))),
    ],
    [
      'a text longer than its frame',
      (c, s) => s.write(framed(Buffer.concat([int32(c), Buffer.from([0]), int32(0), int16(0), Buffer.from([2, 0xff, 0xff, 0xff, 0x7f])]))),
    ],
    [
      'a varint without end',
      (c, s) => s.write(framed(Buffer.concat([int32(c), Buffer.from([0]), int32(0), int16(0), Buffer.alloc(12, 0xff)]))),
    ],
    ['an answer cut short', (c, s) => s.write(framed(Buffer.concat([int32(c), Buffer.from([0])])))],
  ]
  test.each(hostile)('%s: the connection is dropped, code protocol, memory bounded', async (_name, answer) => {
    const broken = link(await broker(answer))
    await broken.open('control')
    const before = process.memoryUsage().rss
    const error = await failure(broken.ask(listGroups, {}, 'control'))
    expect(error.data.code).toBe('protocol')
    expect(error.data.target).toContain('127.0.0.1:')
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
    await expect.poll(() => [...sockets].every((socket) => socket.destroyed)).toBe(true)
  })

  test('an error code nobody knows stays a code and costs nothing else', async () => {
    const odd = link(
      await broker((c, s) => s.write(framed(Buffer.concat([int32(c), Buffer.from([0]), int32(0), int16(4242), Buffer.from([1, 0])])))),
    )
    expect(await odd.ask(listGroups, {}, 'control')).toEqual({ errorCode: 4242, groups: [] })
  })

  test('a TLS listener is named as one', async () => {
    const tls = link(
      await broker(
        () => {},
        (_c, s) => s.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 70])),
      ),
    )
    expect((await failure(tls.open('control'))).data.code).toMatch(/tls|protocol/)
  })
})

describe('contact', () => {
  test('a refused port is unreachable within a second, with its name', async () => {
    const port = await broker(() => {})
    await brokers.stop()
    const began = performance.now()
    const error = await failure(link(port).open('control'))
    expect(error.data).toMatchObject({ code: 'unreachable', target: `127.0.0.1:${port}` })
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  test('failures in a row are counted with their beginning, and the next answer forgets them', async () => {
    let broken = true
    const flaky = link(
      await broker((c, s) =>
        broken ? s.destroy() : s.write(framed(Buffer.concat([int32(c), Buffer.from([0]), int32(0), int16(0), Buffer.from([1, 0])]))),
      ),
    )
    await failure(flaky.ask(listGroups, {}, 'control'))
    expect(flaky.contact).toMatchObject({ failures: 1 })
    expect(flaky.contact.failingSince).toBeInstanceOf(Date)
    broken = false
    await expect
      .poll(() =>
        flaky.ask(listGroups, {}, 'control').then(
          (answer) => answer.errorCode,
          () => -1,
        ),
      )
      .toBe(0)
    expect(flaky.contact).toMatchObject({ failures: 0, failingSince: undefined })
  })

  test('silence is a timeout at the request deadline, and the socket is destroyed', async () => {
    const silent = link(await broker(() => {}), { requestDeadlineMs: 300 })
    const error = await failure(silent.ask(listGroups, {}, 'control'))
    expect(error.data.code).toBe('timeout')
    await expect.poll(() => [...sockets].every((socket) => socket.destroyed)).toBe(true)
  })

  test('a refused address is not dialled again at once', async () => {
    const port = await broker(() => {})
    await brokers.stop()
    const ledger = new TrafficLedger()
    const gone = link(port, {}, ledger)
    const errors = await Promise.all(Array.from({ length: 20 }, () => failure(gone.open('control'))))
    expect(new Set(errors).size).toBeLessThanOrEqual(2)
  })

  test('a host that nobody allowed is never dialled', async () => {
    const port = await broker(() => {})
    const error = await failure(link(port, { hosts: ['kafka.example.net'] }).open('control'))
    expect(error.data.code).toBe('forbidden')
    expect(sockets.size).toBe(0)
  })

  test('requests are counted, and one that could write is refused before it is sent', async () => {
    const ledger = new TrafficLedger()
    const port = await broker((c, s) =>
      s.write(framed(Buffer.concat([int32(c), Buffer.from([0]), int32(0), int16(0), Buffer.from([1, 0])]))),
    )
    const counted = link(port, {}, ledger)
    await counted.ask(listGroups, {}, 'control')
    expect(ledger.of(`127.0.0.1:${port}`)).toMatchObject({ requests: 2, writes: 0 })
    const write = { ...listGroups, key: 16, name: 'x' }
    await counted.ask(write, {}, 'control')
    const refused = await failure(
      counted.open('control').then(async (line) => {
        const { call } = await import('./wire-api.ts')
        return call(line.connection, { ...listGroups, key: 20 }, 5, {})
      }),
    )
    expect(refused.data.code).toBe('locked')
    expect(ledger.of(`127.0.0.1:${port}`)).toMatchObject({ requests: 3, writes: 0 })
  })
})

describe('bootstrap', () => {
  test('a frozen bootstrap broker does not hold up the others', async () => {
    const frozen = await broker(
      () => {},
      () => {},
    )
    const answering = await broker((c, s) =>
      s.write(framed(Buffer.concat([int32(c), Buffer.from([0]), int32(0), Buffer.from([1, 0]), int32(-1), Buffer.from([1, 0])]))),
    )
    const cluster = new Cluster({
      door: { clientId: 'test', policy: readOnlyPolicy('kafka', ['127.0.0.1']), security: {}, ledger: new TrafficLedger() },
      bootstrap: [
        { host: '127.0.0.1', port: frozen },
        { host: '127.0.0.1', port: answering },
      ],
      now: () => new Date(),
      onLost: () => {},
    })
    open.push(cluster)
    const began = performance.now()
    expect(await cluster.metadata()).toMatchObject({ brokers: [], topics: [] })
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(metadata.max).toBe(12)
  })
})
