import { createServer as createHttpServer, request as httpRequest } from 'node:http'
import { connect, createServer, type Server } from 'node:net'
import * as P from '@platformatic/kafka'
import { afterEach, describe, expect, it } from 'vitest'
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts'
import { kafkaRequests } from './kafka-frames.ts'
import { waitFor } from './process.ts'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
const proxied = async (port: number, protocol: 'kafka' | 'http' | 'bytes'): Promise<CountingProxy> => {
  const proxy = await startCountingProxy({ target: { host: '127.0.0.1', port }, protocol })
  opened.push(() => proxy.stop())
  return proxy
}

/** Answers every Kafka frame with its correlation id and `size` bytes of nothing. */
const fakeBroker = (size: number): Promise<number> =>
  listening(
    createServer((socket) => {
      socket.on(
        'data',
        kafkaRequests((request) => {
          const frame = Buffer.alloc(8 + size)
          frame.writeInt32BE(4 + size, 0)
          frame.writeInt32BE(request.correlationId, 4)
          socket.write(frame)
        }),
      )
    }),
  )

const frame = (apiKey: number, version: number, correlation: number, clientId: string, body: number): Buffer => {
  const head = Buffer.alloc(14 + clientId.length + body)
  head.writeInt32BE(10 + clientId.length + body, 0)
  head.writeInt16BE(apiKey, 4)
  head.writeInt16BE(version, 6)
  head.writeInt32BE(correlation, 8)
  head.writeInt16BE(clientId.length, 12)
  head.write(clientId, 14)
  return head
}

describe('the counting proxy', () => {
  it('counts Kafka requests by API and version, with the bytes of their answers, however the bytes are cut', async () => {
    const proxy = await proxied(await fakeBroker(100), 'kafka')
    const client = connect(proxy.port, proxy.host)
    opened.push(() => client.destroy())
    const sent = Buffer.concat([frame(3, 12, 1, 'landscope', 5_000), frame(2, 9, 2, 'landscope', 20), frame(2, 9, 3, 'landscope', 0)])
    for (const byte of sent.subarray(0, 40)) client.write(Buffer.of(byte))
    client.write(sent.subarray(40))
    await waitFor('three answers', () => proxy.totals().bytesToClient === 3 * 108)
    expect(proxy.totals()).toEqual({
      connections: 1,
      bytesToServer: sent.length,
      bytesToClient: 324,
      requestCount: 3,
      requests: [
        { name: 'Metadata v12', apiKey: 3, apiVersion: 12, count: 1, bytesToServer: 5_023, bytesToClient: 108 },
        { name: 'ListOffsets v9', apiKey: 2, apiVersion: 9, count: 2, bytesToServer: 66, bytesToClient: 216 },
      ],
    })
  })

  it('tells clients apart and forgets on reset', async () => {
    const proxy = await proxied(await fakeBroker(0), 'kafka')
    for (const name of ['one', 'two']) {
      const client = connect(proxy.port, proxy.host)
      opened.push(() => client.destroy())
      client.write(frame(18, 3, 1, name, 0))
    }
    await waitFor('both', () => proxy.totals().bytesToClient === 16)
    expect(proxy.totals('two').requestCount).toBe(1)
    expect(proxy.connections().map((one) => [one.clientId, one.open])).toEqual(
      expect.arrayContaining([
        ['one', true],
        ['two', true],
      ]),
    )
    proxy.reset()
    expect(proxy.totals().requestCount).toBe(0)
  })

  it('counts what a real Kafka client sends', async () => {
    const proxy = await proxied(await fakeBroker(0), 'kafka')
    const connection = new P.Connection('landscope-test', { connectTimeout: 2_000, requestTimeout: 500 })
    opened.push(() => connection.close().catch(() => undefined))
    await connection.connect(proxy.host, proxy.port)
    await P.listGroupsV5.api.async(connection, [], []).catch(() => undefined)
    expect(proxy.totals('landscope-test').requests.map((one) => one.name)).toEqual(['ListGroups v5'])
  })

  it('counts HTTP requests over one kept-alive connection, past bodies', async () => {
    const server = createHttpServer((request, response) => {
      request.resume().on('end', () => response.end('{}'))
    })
    const proxy = await proxied(await listening(server), 'http')
    const { Agent } = await import('node:http')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    opened.push(() => agent.destroy())
    const ask = (method: string, path: string, body?: string, chunked = false): Promise<void> =>
      new Promise((resolve, reject) => {
        const headers =
          body === undefined ? {} : chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(Buffer.byteLength(body)) }
        const sent = httpRequest({ host: proxy.host, port: proxy.port, method, path, agent, headers }, (response) =>
          response.resume().on('end', resolve),
        )
        sent.on('error', reject)
        sent.end(body)
      })
    await ask('GET', '/jobs/overview?x=1')
    await ask('POST', '/jars', 'GET /not HTTP/1.1\r\n\r\n é')
    await ask('PUT', '/jars', 'GET /neither HTTP/1.1\r\n\r\n', true)
    await ask('GET', '/jobs/overview')
    expect(proxy.totals().connections).toBe(1)
    expect(proxy.totals().requests.map((one) => [one.name, one.count])).toEqual([
      ['GET /jobs/overview', 2],
      ['POST /jars', 1],
      ['PUT /jars', 1],
    ])
  })

  it('ends the client when the target refuses', async () => {
    const port = await fakeBroker(0)
    const proxy = await proxied(port, 'bytes')
    await opened.shift()?.()
    const client = connect(proxy.port, proxy.host)
    client.on('error', () => undefined)
    await waitFor('the end', () => client.destroyed)
    expect(proxy.connections()[0]?.open).toBe(false)
  })
})
