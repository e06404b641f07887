import { type AddressInfo, createServer, connect as dial, type Server } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '../../shared/model/app-error.ts'
import { createFrameGuard } from './frame-guard.ts'
import { checkTarget, readOnlyPolicy, targetText } from './policy.ts'
import { checkSecurity } from './security.ts'
import { TrafficLedger } from './traffic.ts'
import { stretchTripwire, throughTheDoor } from './tripwire.ts'

const codeOf = (work: () => void): string | undefined => {
  try {
    work()
    return undefined
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.data.code : 'not an AppError'
  }
}

describe('allowed hosts', () => {
  const policy = readOnlyPolicy('kafka', ['Broker-1.example.net', '127.0.0.1', '*.kafka.example.net', '[::1]'])
  test.each([
    ['broker-1.EXAMPLE.net', 9092],
    ['broker-1.example.net.', 9092],
    ['127.0.0.1', 1],
    ['b7.kafka.example.net', 65_535],
    ['::1', 9092],
  ])('%s is let through', (host, port) => {
    expect(codeOf(() => checkTarget(policy, host, port))).toBeUndefined()
  })
  test.each([
    ['169.254.169.254', 80],
    ['127.0.0.2', 9092],
    ['evilkafka.example.net', 9092],
    ['kafka.example.net.evil.org', 9092],
    ['broker-1.example.net.evil.org', 9092],
  ])('%s, announced by a server, is forbidden and named', (host, port) => {
    expect(codeOf(() => checkTarget(policy, host, port))).toBe('forbidden')
    expect(() => checkTarget(policy, host, port)).toThrow(targetText({ host, port }))
  })
  test.each([
    ['', 9092],
    ['a b', 9092],
    ['127.0.0.1', 0],
    ['127.0.0.1', 65_536],
    ['127.0.0.1', 1.5],
    ['x\u0000y', 9092],
  ])('%j:%d is no target at all', (host, port) => {
    expect(codeOf(() => checkTarget(policy, host, port))).toBe('bad-request')
  })
  test('anything but plaintext is refused rather than sent in the clear', () => {
    expect(codeOf(() => checkSecurity({ tls: {} }, 'kafka', 'a:1'))).toBe('unsupported')
    expect(codeOf(() => checkSecurity({}, 'kafka', 'a:1'))).toBeUndefined()
  })
})

describe('frame guard', () => {
  const frame = (length: number): Buffer => {
    const head = Buffer.alloc(4)
    head.writeInt32BE(length)
    return Buffer.concat([head, Buffer.alloc(Math.max(0, Math.min(length, 64)))])
  }
  test.each([2 ** 31 - 1, -1, -(2 ** 31), 0, 3, 65])('a length of %d ends the stream', (length) => {
    expect(createFrameGuard(64).feed(frame(length))).toContain(String(length))
  })
  test('whole frames pass however they are cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 4, max: 64 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 17 }),
        (lengths, cut) => {
          const stream = Buffer.concat(lengths.map(frame))
          const guard = createFrameGuard(64)
          for (let at = 0; at < stream.length; at += cut) expect(guard.feed(stream.subarray(at, at + cut))).toBeUndefined()
          expect(guard.feed(frame(65))).toBeDefined()
        },
      ),
    )
  })
})

describe('traffic', () => {
  test('counts by endpoint and in all', () => {
    const ledger = new TrafficLedger()
    ledger.countRequest('a:1', false)
    ledger.countRequest('b:1', true)
    ledger.countBytes('a:1', 10, 5)
    ledger.countAnswer('a:1', 7)
    ledger.countAnswer('a:1', 3)
    expect(ledger.of('a:1')).toEqual({ requests: 1, writes: 0, bytesIn: 10, bytesOut: 5, slowestMs: 7 })
    expect(ledger.total()).toEqual({ requests: 2, writes: 1, bytesIn: 10, bytesOut: 5, slowestMs: 7 })
    expect(ledger.list().map((t) => t.endpoint)).toEqual(['a:1', 'b:1'])
  })
})

describe('tripwire', () => {
  const servers: Server[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))))
  })
  const listen = async (): Promise<number> => {
    const server = createServer((socket) => socket.destroy())
    servers.push(server)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return (server.address() as AddressInfo).port
  }

  test('a socket that came through no door is cut and reported; one through the door works', async () => {
    const port = await listen()
    const reports: string[] = []
    const takeAway = stretchTripwire((stack) => reports.push(stack))
    try {
      const cut = dial(port, '127.0.0.1')
      const error = await new Promise<Error>((done) => cut.once('error', done))
      expect(error.message).toContain('one place')
      expect(reports).toHaveLength(1)
      const fine = throughTheDoor(() => dial(port, '127.0.0.1'))
      await new Promise<void>((done) => fine.once('connect', done))
      fine.destroy()
      expect(reports).toHaveLength(1)
    } finally {
      takeAway()
    }
  })
})
