// A TCP proxy that hurts: the words of Toxiproxy and four more, per direction, from a seed, changed while it runs.
import { createServer, connect as openSocket, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { random } from './seeded-random.ts'

/** Towards the server, towards the client, or both. */
export type Direction = 'upstream' | 'downstream' | 'both'

export type FaultKind =
  /** Every chunk comes `latency` ± `jitter` ms later; order is kept. */
  | { readonly type: 'latency'; readonly latency: number; readonly jitter?: number }
  /** At most `rate` KB a second. */
  | { readonly type: 'bandwidth'; readonly rate: number }
  /** The end of the stream is handed on `delay` ms late. */
  | { readonly type: 'slow_close'; readonly delay: number }
  /** Nothing is handed on, and the connection ends after `timeout` ms; 0 holds it open. */
  | { readonly type: 'timeout'; readonly timeout: number }
  /** Chunks are cut into pieces of `averageSize` ± `sizeVariation` bytes with `delayUs` microseconds between them. */
  | { readonly type: 'slicer'; readonly averageSize: number; readonly sizeVariation?: number; readonly delayUs?: number }
  /** The connection is closed after `bytes` bytes. */
  | { readonly type: 'limit_data'; readonly bytes: number }
  /** The connection is reset (RST) with the first data, `afterBytes` bytes into it. */
  | { readonly type: 'reset'; readonly afterBytes?: number }
  /** One bit in every `everyNBytes` bytes is turned over. */
  | { readonly type: 'corrupt'; readonly everyNBytes: number }
  /** Like a peer whose machine is gone: data and the end of the stream vanish, the socket stays open. */
  | { readonly type: 'half_open' }

export type Fault = FaultKind & {
  /** Default: both. */
  readonly direction?: Direction
  /** Share of connections that it meets, drawn when the connection first carries data under it. Default 1. */
  readonly probability?: number
}

export interface FaultProxy {
  readonly host: string
  readonly port: number
  /** Connections accepted since the start. */
  readonly accepted: number
  /** Connections open now. */
  readonly open: number
  /** From now on, also on open connections. The answer takes this fault away again. */
  add(fault: Fault): () => void
  /** Takes every fault away, and comes up again. What `half_open` and `timeout` have swallowed does not come back. */
  clear(): Promise<void>
  /** Ends all connections and refuses new ones. */
  down(): Promise<void>
  up(): Promise<void>
  stop(): Promise<void>
}

/** Starts a proxy without faults. The same seed and the same traffic give the same cuts, flips and delays. */
export async function startFaultProxy(options: {
  readonly target: { readonly host: string; readonly port: number }
  readonly seed: number
}): Promise<FaultProxy> {
  const faults = new Set<Fault>()
  const pairs = new Set<() => void>()
  let accepted = 0
  const open = (client: Socket): void => {
    accepted += 1
    const upstream = openSocket({ ...options.target, allowHalfOpen: true })
    const end = (): void => {
      pairs.delete(end)
      client.destroy()
      upstream.destroy()
    }
    pairs.add(end)
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', () => {
        if (client.destroyed && upstream.destroyed) end()
      })
    }
    const reset = (): void => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
    const met = memberOf(random(options.seed ^ (accepted * 2_654_435_761)))
    const carry = (from: Socket, to: Socket, direction: Direction, salt: number): void => {
      const active = (): readonly Fault[] =>
        [...faults].filter((one) => (one.direction ?? 'both') === 'both' || one.direction === direction).filter(met)
      carryWithFaults({ from, to, active, draw: random(options.seed + accepted * 2 + salt), end, reset })
    }
    carry(client, upstream, 'upstream', 0)
    carry(upstream, client, 'downstream', 1)
  }
  let server = await listen(0, open)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const down = async (): Promise<void> => {
    const closed = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : Promise.resolve()
    for (const end of [...pairs]) end()
    await closed
  }
  const up = async (): Promise<void> => {
    if (!server.listening) server = await listen(port, open)
  }
  return {
    host: '127.0.0.1',
    port,
    get accepted() {
      return accepted
    },
    get open() {
      return pairs.size
    },
    add: (fault) => {
      faults.add(fault)
      return () => faults.delete(fault)
    },
    clear: async () => {
      faults.clear()
      await up()
    },
    down,
    up,
    stop: down,
  }
}

function listen(port: number, open: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, open)
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** Whether a fault with a probability meets this connection: drawn once per fault. */
function memberOf(draw: () => number): (fault: Fault) => boolean {
  const drawn = new Map<Fault, boolean>()
  return (fault) => {
    const known = drawn.get(fault)
    if (known !== undefined) return known
    const meets = draw() < (fault.probability ?? 1)
    drawn.set(fault, meets)
    return meets
  }
}

interface Carriage {
  readonly from: Socket
  readonly to: Socket
  readonly active: () => readonly Fault[]
  readonly draw: () => number
  readonly end: () => void
  readonly reset: () => void
}

const QUEUE_BYTES = 1 << 20

/** One direction of one connection: chunks are queued with the time they came and leave in order as the faults allow. */
function carryWithFaults(carriage: Carriage): void {
  const { from, to } = carriage
  const queue: { readonly chunk: Buffer | 'end'; readonly cameAt: number }[] = []
  let queued = 0
  let passed = 0
  let running = false

  const run = async (): Promise<void> => {
    if (running) return
    running = true
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.chunk === 'end') await handOnEnd(carriage)
      else {
        queued -= next.chunk.length
        if (queued < QUEUE_BYTES) from.resume()
        passed += await handOn(carriage, next.chunk, next.cameAt, passed)
      }
      if (to.destroyed) break
    }
    running = false
  }
  from.on('data', (chunk: Buffer) => {
    queue.push({ chunk, cameAt: performance.now() })
    queued += chunk.length
    if (queued >= QUEUE_BYTES) from.pause()
    void run()
  })
  from.on('end', () => {
    queue.push({ chunk: 'end', cameAt: performance.now() })
    void run()
  })
}

async function handOnEnd(carriage: Carriage): Promise<void> {
  for (const fault of carriage.active()) {
    if (fault.type === 'half_open' || fault.type === 'timeout') return
    if (fault.type === 'slow_close') await delay(fault.delay)
  }
  carriage.to.end()
}

/** Hands one chunk on as far as the faults let it; answers how many of its bytes count as passed. */
async function handOn(carriage: Carriage, original: Buffer, cameAt: number, passed: number): Promise<number> {
  const { to, draw } = carriage
  let chunk = original
  let after: (() => void) | undefined
  let pieces: readonly Buffer[] | undefined
  let pauseUs = 0
  let bytesPerMs = Number.POSITIVE_INFINITY
  for (const fault of carriage.active()) {
    if (fault.type === 'half_open') return 0
    if (fault.type === 'timeout') {
      if (fault.timeout > 0) setTimeout(carriage.end, fault.timeout).unref()
      return 0
    }
    if (fault.type === 'latency') {
      const due = cameAt + fault.latency + (draw() * 2 - 1) * (fault.jitter ?? 0)
      await delay(Math.max(0, due - performance.now()))
    }
    if (fault.type === 'corrupt') chunk = corrupted(chunk, passed, fault.everyNBytes, draw)
    if (fault.type === 'bandwidth') bytesPerMs = Math.min(bytesPerMs, fault.rate * 1.024)
    if (fault.type === 'reset' && passed + chunk.length > (fault.afterBytes ?? 0)) {
      chunk = chunk.subarray(0, Math.max(0, (fault.afterBytes ?? 0) - passed))
      after = carriage.reset
    }
    if (fault.type === 'limit_data' && passed + chunk.length >= fault.bytes) {
      chunk = chunk.subarray(0, Math.max(0, fault.bytes - passed))
      after = () => {
        to.once('close', carriage.end)
        to.destroySoon()
      }
    }
    if (fault.type === 'slicer') {
      pieces = sliced(chunk, fault.averageSize, fault.sizeVariation ?? 0, draw)
      pauseUs = fault.delayUs ?? 0
    }
  }
  // A limited line carries a piece every 20 ms instead of all at once.
  pieces ??= Number.isFinite(bytesPerMs) ? sliced(chunk, bytesPerMs * 20, 0, draw) : [chunk]
  for (const piece of pieces) {
    const waitMs = pauseUs / 1000 + piece.length / bytesPerMs
    if (waitMs > 0) await delay(waitMs)
    // Without it the kernel may join the pieces again.
    else if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve))
    if (to.destroyed) return chunk.length
    await write(to, piece)
  }
  after?.()
  return chunk.length
}

function write(to: Socket, chunk: Buffer): Promise<void> {
  if (chunk.length === 0 || to.destroyed || to.writableEnded) return Promise.resolve()
  return new Promise((resolve) => to.write(chunk, () => resolve()))
}

function corrupted(chunk: Buffer, passed: number, every: number, draw: () => number): Buffer {
  const copy = Buffer.from(chunk)
  for (let at = every - 1 - (passed % every); at < copy.length; at += every) copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(draw() * 8))
  return copy
}

function sliced(chunk: Buffer, averageSize: number, variation: number, draw: () => number): readonly Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < chunk.length; ) {
    const size = Math.max(1, Math.round(averageSize + (draw() * 2 - 1) * variation))
    pieces.push(chunk.subarray(at, at + size))
    at += size
  }
  return pieces
}
