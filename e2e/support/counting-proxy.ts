// A TCP proxy that changes nothing and counts: bytes and requests at the socket, below every client library.
import { createServer, connect as openSocket, type Socket } from 'node:net'
import { httpRequests } from './http-request-lines.ts'
import { kafkaRequests, kafkaResponses } from './kafka-frames.ts'

export interface CountingProxyOptions {
  readonly target: { readonly host: string; readonly port: number }
  /** What is read out of the bytes: Kafka requests by API and version, HTTP requests by their line, or nothing. */
  readonly protocol: 'kafka' | 'http' | 'bytes'
  /** Default: a free one. */
  readonly port?: number
}

/** Requests of one kind: for Kafka an API key and version, for HTTP a method and path. */
export interface RequestCount {
  /** `ListOffsets v9`, `GET /jobs/overview`. */
  readonly name: string
  /** Kafka's API key; absent for HTTP. */
  readonly apiKey?: number
  readonly apiVersion?: number
  readonly count: number
  /** Bytes of these requests, with their frame. */
  readonly bytesToServer: number
  /** Bytes of their answers; 0 for HTTP, where answers are not told apart. */
  readonly bytesToClient: number
}

export interface ConnectionCount {
  /** Kafka's client id of the first request; undefined for other protocols. */
  readonly clientId: string | undefined
  readonly open: boolean
  readonly bytesToServer: number
  readonly bytesToClient: number
  readonly requests: readonly RequestCount[]
}

export interface CountingProxy {
  readonly host: string
  readonly port: number
  /** Every connection since the start or the last reset, in the order of their opening. */
  connections(): readonly ConnectionCount[]
  /** Connections added up; `clientId` keeps only those of one client. */
  totals(clientId?: string): Omit<ConnectionCount, 'clientId' | 'open'> & { readonly connections: number; readonly requestCount: number }
  /** Forgets what was counted; open connections go on being counted, from zero. */
  reset(): void
  stop(): Promise<void>
}

interface Tally {
  readonly name: string
  readonly apiKey?: number
  readonly apiVersion?: number
  count: number
  bytesToServer: number
  bytesToClient: number
}

interface Counted {
  clientId: string | undefined
  open: boolean
  bytesToServer: number
  bytesToClient: number
  requests: Map<string, Tally>
}

/** Listens on loopback and hands everything on to `target`. A target that cannot be reached ends the client's connection. */
export async function startCountingProxy(options: CountingProxyOptions): Promise<CountingProxy> {
  let counted: Counted[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const entry: Counted = { clientId: undefined, open: true, bytesToServer: 0, bytesToClient: 0, requests: new Map() }
    counted.push(entry)
    const upstream = openSocket({ ...options.target, allowHalfOpen: true })
    const observe = observer(options.protocol, entry)
    const end = (): void => {
      entry.open = false
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', (hadError) => {
        sockets.delete(socket)
        if (hadError || (client.destroyed && upstream.destroyed)) end()
      })
    }
    client.on('data', (chunk: Buffer) => {
      entry.bytesToServer += chunk.length
      observe.toServer(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      entry.bytesToClient += chunk.length
      observe.toClient(chunk)
    })
    client.pipe(upstream)
    upstream.pipe(client)
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  return {
    host: '127.0.0.1',
    port,
    connections: () => counted.map((entry) => ({ ...entry, requests: [...entry.requests.values()].map((tally) => ({ ...tally })) })),
    totals: (clientId) => totalsOf(counted.filter((entry) => clientId === undefined || entry.clientId === clientId)),
    reset: () => {
      counted = counted.filter((entry) => entry.open)
      for (const entry of counted) {
        entry.bytesToServer = 0
        entry.bytesToClient = 0
        entry.requests.clear()
      }
    },
    stop: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

interface Observer {
  toServer(chunk: Buffer): void
  toClient(chunk: Buffer): void
}

function observer(protocol: CountingProxyOptions['protocol'], entry: Counted): Observer {
  const tally = (seen: Omit<Tally, 'count' | 'bytesToServer' | 'bytesToClient'>, bytes: number): Tally => {
    const found = entry.requests.get(seen.name) ?? { ...seen, count: 0, bytesToServer: 0, bytesToClient: 0 }
    entry.requests.set(seen.name, found)
    found.count += 1
    found.bytesToServer += bytes
    return found
  }
  if (protocol === 'http') {
    const toServer = httpRequests((request) => void tally({ name: `${request.method} ${request.path}` }, request.bytes))
    return { toServer, toClient: () => undefined }
  }
  if (protocol === 'kafka') {
    const waiting = new Map<number, Tally>()
    const toServer = kafkaRequests((request) => {
      entry.clientId ??= request.clientId
      const { apiKey, apiVersion } = request
      waiting.set(request.correlationId, tally({ name: `${request.apiName} v${apiVersion}`, apiKey, apiVersion }, request.bytes))
    })
    const toClient = kafkaResponses((response) => {
      const asked = waiting.get(response.correlationId)
      waiting.delete(response.correlationId)
      if (asked !== undefined) asked.bytesToClient += response.bytes
    })
    return { toServer, toClient }
  }
  return { toServer: () => undefined, toClient: () => undefined }
}

function totalsOf(entries: readonly Counted[]): ReturnType<CountingProxy['totals']> {
  const requests = new Map<string, Tally>()
  for (const entry of entries) {
    for (const tally of entry.requests.values()) {
      const sum = requests.get(tally.name)
      if (sum === undefined) requests.set(tally.name, { ...tally })
      else {
        sum.count += tally.count
        sum.bytesToServer += tally.bytesToServer
        sum.bytesToClient += tally.bytesToClient
      }
    }
  }
  const all = [...requests.values()]
  return {
    connections: entries.length,
    bytesToServer: entries.reduce((sum, entry) => sum + entry.bytesToServer, 0),
    bytesToClient: entries.reduce((sum, entry) => sum + entry.bytesToClient, 0),
    requests: all,
    requestCount: all.reduce((sum, tally) => sum + tally.count, 0),
  }
}
