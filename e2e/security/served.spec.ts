// S25: the served app answers one browser of this machine and nobody else.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { CONTENT_SECURITY_POLICY } from '../../src-main/served/page-headers.ts'
import { type ServedHost, serveHost } from '../../src-main/served/serve-host.ts'

let root = ''
let served: ServedHost
let port = 0
let attached = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'served-'))
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Landscope</title>')
  const host = {
    attach: () => {
      attached += 1
    },
    close: async () => {},
  }
  served = await serveHost(host, 0, root)
  port = Number(new URL(served.origin).port)
})

afterAll(async () => {
  await served.close()
  await rm(root, { recursive: true, force: true })
})

interface Said {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A request as raw as Node lets it be: the path is sent as it is written. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET', body = ''): Promise<Said> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Status of an upgrade: 101 when the socket opened. */
function upgrade(headers: Readonly<Record<string, string>>, path = '/host'): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', () => {})
  })
}

let cookie = ''
const startPath = (): string => served.url.slice(served.origin.length)

describe('S25 the served app', () => {
  it('lets nobody in without the start address', async () => {
    for (const path of ['/', '/index.html', '/?token=', '/?token=x', `/?token=${'A'.repeat(43)}`])
      expect((await ask(path)).status, path).toBe(403)
  })

  it('does not spend the token on a wrong host or method', async () => {
    expect((await ask(startPath(), { host: `evil.example:${port}` })).status).toBe(421)
    expect((await ask(startPath(), {}, 'POST')).status).toBe(405)
  })

  it('exchanges the token for a cookie that scripts and other sites cannot use', async () => {
    const said = await ask(startPath())
    expect(said).toMatchObject({ status: 303, headers: { location: '/' } })
    const [set = ''] = said.headers['set-cookie'] ?? []
    expect(set).toMatch(/^landscope-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    cookie = set.split(';')[0] ?? ''
  })

  it('accepts the token only once', async () => {
    expect((await ask(startPath())).status).toBe(403)
  })

  it('sends the page with the policy to the browser that holds the cookie, again and again', async () => {
    for (let i = 0; i < 2; i += 1) {
      const said = await ask('/', { cookie })
      expect(said.status).toBe(200)
      expect(said.headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY)
      expect(said.headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it('sends no CORS header, also when another origin asks', async () => {
    const said = await ask('/', { cookie, origin: 'https://evil.example' })
    expect(Object.keys(said.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it.each(['evil.example', `evil.example:80`, 'localhost', '127.0.0.1', '[::1]:80', '127.0.0.1.evil.example', '0.0.0.0'])(
    'refuses the host name %j even with the cookie',
    async (host) => {
      expect((await ask('/', { cookie, host })).status).toBe(421)
    },
  )

  it.each(['wrong', '', 'x'.repeat(43)])('refuses the cookie value %j', async (value) => {
    expect((await ask('/', { cookie: `landscope-${port}=${value}` })).status).toBe(403)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'])('refuses %s, so a form of another site does nothing', async (method) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': method === 'HEAD' ? '0' : '3' }
    expect((await ask('/', { cookie, ...form }, method, method === 'HEAD' ? '' : 'a=b')).status).toBe(405)
  })

  it.each(['/..%2f..%2fetc/passwd', '/../index.html', '/%2e%2e/x.json', '/..\\x.json', 'http://evil.example/', '//evil.example/'])(
    'serves no file by the path %j',
    async (path) => {
      expect((await ask(path, { cookie })).status).toBeGreaterThanOrEqual(400)
    },
  )

  it('opens a socket only for its own page', async () => {
    const origin = `http://127.0.0.1:${port}`
    const before = attached
    expect(await upgrade({ cookie })).toBe(403) // no origin: not a browser's page
    expect(await upgrade({ origin })).toBe(403) // no cookie
    expect(await upgrade({ origin, cookie: `landscope-${port}=${'x'.repeat(43)}` })).toBe(403)
    expect(await upgrade({ origin: 'https://evil.example', cookie })).toBe(403)
    expect(await upgrade({ origin: 'null', cookie })).toBe(403)
    expect(await upgrade({ origin: `http://localhost:${port}`, cookie })).toBe(403) // not the name it was reached by
    expect(await upgrade({ origin: `http://127.0.0.1:${port + 1}`, cookie })).toBe(403)
    expect(await upgrade({ origin: `http://evil.example:${port}`, host: `evil.example:${port}`, cookie })).toBe(421)
    expect(await upgrade({ origin, cookie }, '/other')).toBe(404)
    expect(attached).toBe(before)
    expect(await upgrade({ origin, cookie })).toBe(101)
    expect(attached).toBe(before + 1)
  })

  it('lives on after an oversize frame and ends only that socket', async () => {
    const origin = `http://127.0.0.1:${port}`
    const socket = new WebSocket(`ws://127.0.0.1:${port}/host`, { headers: { origin, cookie } })
    const code = await new Promise<number>((resolve) => {
      socket.on('open', () => socket.send('x'.repeat(5 * 1024 * 1024)))
      socket.on('error', () => {})
      socket.on('close', resolve)
    })
    expect([1006, 1009]).toContain(code)
    expect(await upgrade({ origin, cookie })).toBe(101)
  })

  it('is reached at no address but the loopback one', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => address.address !== '127.0.0.1' && !address.address.startsWith('fe80'))
      .map((address) => address.address)
    for (const address of new Set([...others, '::1'])) {
      const outcome = await new Promise<string>((resolve) => {
        const socket = connect({ host: address, port })
        socket.on('connect', () => {
          socket.destroy()
          resolve('connected')
        })
        socket.on('error', () => resolve('refused'))
      })
      expect(outcome, address).toBe('refused')
    }
  })
})
