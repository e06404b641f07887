// The app without a window: the same page and the same host, served to a browser of this machine alone. Who has the start address
// gets in, once; from then on the browser's cookie is the key. Other sites, other machines and other programs' pages do not.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { type Frames, socketFrames } from '../../shared/contract/frames.ts'
import { pageFolder } from '../host/entry-path.ts'
import { readPageFile } from './page-files.ts'
import { PAGE_HEADERS } from './page-headers.ts'

/** Where the page opens its socket. */
export const SOCKET_PATH = '/host'
/** Largest message a page may send; questions are small. */
export const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024

/** What answers pages. */
export interface ServableHost {
  attach(page: Frames): void
  close(): Promise<void>
}

export interface ServedHost {
  /** Address to open, with the token that works once. */
  readonly url: string
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  /** Ends the sockets, the server and the host. */
  close(): Promise<void>
}

/**
 * Serves a host on the loopback address.
 * @param port 0 takes a free one. Rejects when the port is taken.
 * @param root folder of the built page
 */
export async function serveHost(host: ServableHost, port = 0, root: string = pageFolder()): Promise<ServedHost> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  const door = guard(taken)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false })

  server.on('request', (request, response) => {
    void answer(request, response, door, root).catch(() => response.destroy())
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const refusal = door.refuseSocket(request)
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} \r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (page) => {
      page.on('error', () => page.terminate()) // an oversize or broken frame ends this socket, nothing else
      host.attach(socketFrames(page))
    })
  })

  return {
    url: `http://127.0.0.1:${taken}/?token=${door.token}`,
    origin: `http://127.0.0.1:${taken}`,
    close: async () => {
      for (const page of sockets.clients) page.terminate()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await host.close()
    },
  }
}

interface Door {
  readonly token: string
  /** True once, for the right token. */
  spend(token: string): boolean
  readonly cookie: string
  hasCookie(request: IncomingMessage): boolean
  isOurName(host: string | undefined): boolean
  refuseSocket(request: IncomingMessage): 403 | 404 | 421 | undefined
}

function guard(port: number): Door {
  const token = randomBytes(32).toString('base64url')
  const key = randomBytes(32).toString('base64url')
  const name = `landscope-${port}` // cookies do not tell ports apart: two servers must not overwrite each other's
  const names: ReadonlySet<string> = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  let spent = false
  const isOurName = (host: string | undefined): boolean => host !== undefined && names.has(host.toLowerCase())
  const hasCookie = (request: IncomingMessage): boolean =>
    (request.headers.cookie ?? '').split(/;\s*/).some((pair) => pair.startsWith(`${name}=`) && same(pair.slice(name.length + 1), key))
  return {
    token,
    spend: (given) => {
      if (spent || !same(given, token)) return false
      spent = true
      return true
    },
    cookie: `${name}=${key}; HttpOnly; SameSite=Strict; Path=/`,
    hasCookie,
    isOurName,
    refuseSocket: (request) => {
      const { host, origin } = request.headers
      if (!isOurName(host)) return 421
      if (origin !== `http://${host}` || !hasCookie(request)) return 403
      return request.url === SOCKET_PATH ? undefined : 404
    },
  }
}

function same(given: string, right: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(right)
  return a.length === b.length && timingSafeEqual(a, b)
}

async function answer(request: IncomingMessage, response: ServerResponse, door: Door, root: string): Promise<void> {
  const say = (status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8', ...headers }).end(sentence)
  }
  if (!door.isOurName(request.headers.host)) return say(421, 'This server answers only to its own address.\n')
  if (request.method !== 'GET') return say(405, 'Only GET is answered.\n', { allow: 'GET' })
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
  const token = path === '/' ? new URLSearchParams(query).get('token') : null
  if (token !== null && door.spend(token)) return say(303, '', { location: '/', 'set-cookie': door.cookie })
  if (!door.hasCookie(request)) {
    return say(403, 'This address works once, in one browser. Start Landscope again for a new one.\n')
  }
  if (token !== null) return say(303, '', { location: '/' }) // the same browser again, by its history
  const file = await readPageFile(root, path)
  if (file.status !== 200) return say(file.status, file.status === 404 ? 'There is no such file.\n' : 'This path is not acceptable.\n')
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': file.type, 'content-length': file.body.length }).end(file.body)
}
