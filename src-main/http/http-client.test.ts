import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket, type Server as TcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type NetPolicy, readOnlyPolicy } from '../net/policy.ts'
import { TrafficLedger } from '../net/traffic.ts'
import { createHttpClient, type HttpClient, segment } from './http-client.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
async function listening(server: Server | TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
interface Talk {
  readonly client: HttpClient
  readonly port: number
  readonly ledger: TrafficLedger
  readonly asked: IncomingMessage[]
}
const client = (port: number, policy: Partial<NetPolicy> = {}, path = ''): { client: HttpClient; ledger: TrafficLedger } => {
  const ledger = new TrafficLedger()
  const made = createHttpClient({
    base: `http://127.0.0.1:${port}${path}`,
    policy: { ...readOnlyPolicy('flink', ['127.0.0.1']), requestDeadlineMs: 2_000, ...policy },
    ledger,
  })
  closing.push(() => made.close())
  return { client: made, ledger }
}
/** A well-behaved server with odd answers. */
async function http(answer: RequestListener, policy: Partial<NetPolicy> = {}): Promise<Talk> {
  const asked: IncomingMessage[] = []
  const port = await listening(
    createHttp((request, response) => {
      asked.push(request)
      answer(request, response)
    }),
  )
  return { ...client(port, policy), port, asked }
}
/** A server that writes bytes as they are; the socket is ended after the last part. */
async function raw(
  parts: readonly (string | Buffer)[] | ((socket: Socket) => void),
  policy: Partial<NetPolicy> = {},
): Promise<{ client: HttpClient; ledger: TrafficLedger; accepted: () => number }> {
  let accepted = 0
  const sockets = new Set<Socket>()
  const port = await listening(
    createServer((socket) => {
      accepted += 1
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('data', () => {
        if (typeof parts === 'function') parts(socket)
        else {
          for (const part of parts) socket.write(part)
          socket.end()
        }
      })
    }),
  )
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
  })
  return { ...client(port, policy), accepted: () => accepted }
}
const any = z.unknown()
const get = (talk: { client: HttpClient }) => talk.client.json('/x', any)
const json = (response: ServerResponse, body: string, headers: Record<string, string> = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body)
const code = (c: string) => expect.objectContaining({ data: expect.objectContaining({ code: c, system: 'flink' }) })

describe('the HTTP client', () => {
  it('asks for JSON below its base, and counts what it costs', async () => {
    const { port, ledger, asked } = await http((_, response) => json(response, '{"n":9223372036854775807}'))
    const proxied = client(port, {}, '/proxy')
    const answer = await proxied.client.json('/jobs/overview', z.object({ n: z.bigint() }), { query: { get: ['a', 'b'] } })
    expect(answer).toEqual({ n: 9_223_372_036_854_775_807n })
    expect(asked[0]?.url).toBe('/proxy/jobs/overview?get=a%2Cb')
    const traffic = proxied.ledger.of(`127.0.0.1:${port}`)
    expect(traffic).toMatchObject({ requests: 1, writes: 0 })
    expect(traffic.bytesIn).toBeGreaterThan(100)
    expect(ledger.list()).toEqual([])
  })

  it('names the place of an answer that has another shape', async () => {
    const talk = await http((_, response) => json(response, '{"jobs":[{"jid":3}]}'))
    await expect(talk.client.json('/jobs', z.object({ jobs: z.array(z.object({ jid: z.string() })) }))).rejects.toThrow('jobs.0.jid')
  })

  it.each([
    ['an HTML page', '<html>Please sign in</html>', '<html>Please sign in</html>'],
    ['nothing', '', 'with nothing'],
    ['truncated JSON', '{"a":', 'no JSON'],
    ['two documents', '{}{}', 'no JSON'],
    ['control characters', 'a\u001b]0;x\u0007b', 'a ]0;x b'],
  ])('calls %s no protocol, with a safe piece of it', async (_, body, says) => {
    const talk = await http((_q, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(body))
    await expect(get(talk)).rejects.toThrow(says)
    await expect(get(talk)).rejects.toEqual(code('protocol'))
  })

  it.each([
    [401, 'needs-sign-in'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'refused'],
    [429, 'busy'],
    [500, 'busy'],
    [502, 'unreachable'],
    [504, 'timeout'],
  ])('%s means %s', async (status, meant) => {
    const body = JSON.stringify({ errors: ['org.apache.flink.Nope: no such job\n\tat a.b.C(D.java:1)'] })
    const talk = await http((_, response) => response.writeHead(status).end(body))
    await expect(get(talk)).rejects.toEqual(code(meant))
    await expect(get(await http((_, r) => r.writeHead(status).end(body)))).rejects.toThrow(
      `answered ${status}: org.apache.flink.Nope: no such job`,
    )
  })

  it('leaves a server alone for as long as it asks', async () => {
    const talk = await http((_, response) => response.writeHead(503, { 'retry-after': '60' }).end('busy'))
    await expect(get(talk)).rejects.toEqual(code('busy'))
    await expect(get(talk)).rejects.toThrow('left alone for 60 s')
    expect(talk.asked).toHaveLength(1)
  })

  it('keeps a version of an answer', async () => {
    const talk = await http((request, response) =>
      request.headers['if-none-match'] === '"7"' ? response.writeHead(304).end() : json(response, '[]', { etag: '"7"' }),
    )
    const first = await talk.client.text('/x')
    expect(first).toMatchObject({ text: '[]', etag: '"7"' })
    expect(await talk.client.text('/x', { etag: '"7"' })).toBe('same')
  })

  it('sends nothing that could change something while it is read-only, but queries', async () => {
    const talk = await http((_, response) => json(response, '[]'))
    expect(await talk.client.ask('/sql', '{}', 'application/json', any)).toEqual([])
    expect(talk.asked[0]).toMatchObject({ method: 'POST' })
    expect(talk.ledger.total()).toMatchObject({ requests: 1, writes: 0 })
  })

  it('speaks only to allowed hosts and only below its base', async () => {
    const talk = await http((_, response) => json(response, '[]'))
    const other = createHttpClient({
      base: `http://localhost:${talk.port}`,
      policy: readOnlyPolicy('flink', ['127.0.0.1']),
      ledger: talk.ledger,
    })
    await expect(other.json('/x', any)).rejects.toEqual(code('forbidden'))
    await expect(client(talk.port, {}, '/proxy').client.json('/../x', any)).rejects.toEqual(code('bad-request'))
    expect(talk.asked).toEqual([])
    expect(['../x', '..', 'a/b', '%2e', 'ü'].map(segment)).toEqual(['..%2Fx', '%2E%2E', 'a%2Fb', '%252e', '%C3%BC'])
  })

  it('refuses header values with line ends', async () => {
    const talk = await http((_, response) => json(response, '[]'))
    await expect(talk.client.json('/x', any, { headers: { 'x-user': 'a\r\nb: c' } })).rejects.toEqual(code('bad-request'))
  })
})

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('of %s are followed to the same server, three times at most', async (status) => {
    const talk = await http((request, response) => {
      const n = Number(request.url?.slice(2))
      if (n === 0) json(response, '"there"')
      else response.writeHead(status, { location: `/x${n - 1}` }).end()
    })
    expect(await talk.client.json('/x3', any)).toBe('there')
    await expect(talk.client.json('/x4', any)).rejects.toThrow('in circles')
    await expect(talk.client.ask('/x1', 'body', 'text/plain', any)).rejects.toThrow('not sent twice')
  })

  it.each([301, 302, 303, 307, 308])('of %s to anywhere else are refused, with both hosts named', async (status) => {
    const second = await http((_, response) => json(response, '[]'))
    for (const to of [
      `http://127.0.0.1:${second.port}/x`,
      `http://localhost:${second.port}/`,
      '//evil.example/x',
      'file:///etc/passwd',
      'http://169.254.169.254/latest',
    ]) {
      const first = await http((_, response) => response.writeHead(status, { location: to }).end())
      await expect(get(first)).rejects.toEqual(code('refused'))
      await expect(get(first)).rejects.toThrow(`127.0.0.1:${first.port} sends us to`)
    }
    expect(second.asked).toEqual([])
  })
})

describe('a bad network', () => {
  it('is told as unreachable, with the address, when nobody listens', async () => {
    const server = createServer()
    const port = await listening(server)
    server.close()
    await expect(get(client(port))).rejects.toThrow(`127.0.0.1:${port} refused the connection`)
    await expect(get(client(port))).rejects.toEqual(code('unreachable'))
  })

  it.each<[string, readonly string[]]>([
    ['nothing', []],
    ['half a head', ['HTTP/1.1 200 OK\r\ncont']],
    ['half a body', ['HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":']],
    ['an endless body', ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n']],
  ])('is a timeout after %s, and the socket is gone', async (_, parts) => {
    let ended = false
    const talk = await raw(
      (socket) => {
        socket.on('close', () => {
          ended = true
        })
        for (const part of parts) socket.write(part)
      },
      { requestDeadlineMs: 300 },
    )
    const began = performance.now()
    await expect(get(talk)).rejects.toEqual(code('timeout'))
    expect(performance.now() - began).toBeLessThan(1_500)
    await expect.poll(() => ended).toBe(true)
  })

  it('stops at once when its caller leaves', async () => {
    const talk = await raw(() => {})
    const abort = new AbortController()
    const asked = talk.client.json('/x', any, { signal: abort.signal })
    setTimeout(() => abort.abort(), 20)
    await expect(asked).rejects.toEqual(code('cancelled'))
  })

  it('gives the same answer byte by byte, and never half of one, wherever it is cut', async () => {
    const body = '{"jobs":[{"jid":"a","n":9223372036854775807}]}'
    const answer = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    const whole = { jobs: [{ jid: 'a', n: 9_223_372_036_854_775_807n }] }
    const sliced = await raw((socket) => {
      socket.setNoDelay(true)
      let at = 0
      const next = (): void => {
        if (at >= answer.length || socket.destroyed) return
        socket.write(answer.subarray(at, at + 1), () => setImmediate(next))
        at += 1
      }
      next()
    })
    expect(await get(sliced)).toEqual(whole)
    for (let cut = 0; cut <= answer.length; cut += 3) {
      const talk = await raw([answer.subarray(0, cut)])
      if (cut === answer.length) expect(await get(talk)).toEqual(whole)
      else await expect(get(talk)).rejects.toMatchObject({ data: { code: expect.stringMatching(/^(protocol|unreachable)$/) } })
    }
  })

  it('asks once more when a socket died before it answered, and only for what asks', async () => {
    const talk = await raw((socket) => socket.resetAndDestroy())
    await expect(get(talk)).rejects.toEqual(code('unreachable'))
    expect(talk.accepted()).toBe(2)
    await expect(talk.client.ask('/x', '{}', 'application/json', any)).rejects.toEqual(code('unreachable'))
    expect(talk.accepted()).toBe(3)
  })

  it('survives junk, huge headers, damaged compression and a compressed bomb', async () => {
    const head = (more: string) => `HTTP/1.1 200 OK\r\n${more}\r\n\r\n`
    await expect(get(await raw(['SSH-2.0-OpenSSH_9.2\r\n']))).rejects.toEqual(code('protocol'))
    await expect(get(await raw([head(`x: ${'a'.repeat(100_000)}`)]))).rejects.toEqual(code('too-large'))
    await expect(get(await raw([head('content-encoding: gzip\r\ncontent-length: 4'), 'oops']))).rejects.toEqual(code('protocol'))
    await expect(get(await raw([head('content-encoding: pigeon\r\ncontent-length: 2'), '[]']))).rejects.toEqual(code('protocol'))
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 32))
    const before = process.memoryUsage().rss
    const began = performance.now()
    await expect(get(await raw([head(`content-encoding: gzip\r\ncontent-length: ${bomb.length}`), bomb]))).rejects.toEqual(
      code('too-large'),
    )
    expect(performance.now() - began).toBeLessThan(1_500)
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024)
  })

  it('calls text that is not what it says no protocol', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-type: application/json; charset=utf-8\r\n\r\n'
    await expect(get(await raw([head, Buffer.from([0x22, 0xff, 0x22])]))).rejects.toEqual(code('protocol'))
  })
})
