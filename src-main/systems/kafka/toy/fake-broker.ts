/** Brokers for tests: sockets on loopback that answer ApiVersions right and everything else as the test says. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** Answers one request: its correlation id, the socket it came on, the key of its API. */
export type Answer = (correlation: number, socket: Socket, api: number) => void

export const int16 = (n: number): Buffer => Buffer.from([(n >> 8) & 255, n & 255])
export const int32 = (n: number): Buffer => {
  const b = Buffer.alloc(4)
  b.writeInt32BE(n)
  return b
}
export const int64 = (n: number): Buffer => Buffer.concat([int32(Math.trunc(n / 2 ** 32)), int32(n | 0)])
/** A body with its length before it. */
export const framed = (body: Buffer): Buffer => Buffer.concat([int32(body.length), body])
/** An answer to a request of a flexible version: its header, then the body. */
export const answered = (correlation: number, ...body: readonly Buffer[]): Buffer =>
  framed(Buffer.concat([int32(correlation), Buffer.from([0]), ...body]))

const spoken = [2, 3, 9, 16, 32, 35, 55]
const versionsBody = (correlation: number): Buffer => {
  const keys = spoken.map((key) => Buffer.concat([int16(key), int16(0), int16(30), Buffer.from([0])]))
  return framed(Buffer.concat([int32(correlation), int16(0), Buffer.from([keys.length + 1]), ...keys, int32(0), Buffer.from([0])]))
}

/** The body of Metadata 12 that lists these brokers by node id and port, and no topic. */
export function metadataBody(brokers: Readonly<Record<number, number>>): Buffer {
  const host = Buffer.from('127.0.0.1')
  const entries = Object.entries(brokers).map(([node, port]) =>
    Buffer.concat([int32(Number(node)), Buffer.from([host.length + 1]), host, int32(port), Buffer.from([0, 0])]),
  )
  return Buffer.concat([int32(0), Buffer.from([entries.length + 1]), ...entries, Buffer.from([0]), int32(-1), Buffer.from([1, 0])])
}

export class FakeBrokers {
  readonly #servers: Server[] = []
  readonly sockets = new Set<Socket>()

  /** Starts one; answers its port. */
  async start(answer: Answer, versions: Answer = (c, socket) => socket.write(versionsBody(c))): Promise<number> {
    const server = createServer((socket) => {
      this.sockets.add(socket)
      socket.on('error', () => {})
      let held = Buffer.alloc(0)
      socket.on('data', (chunk) => {
        held = Buffer.concat([held, chunk])
        while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
          const request = held.subarray(4, 4 + held.readInt32BE(0))
          held = held.subarray(4 + request.length)
          const api = request.readInt16BE(0)
          const reply = api === 18 ? versions : answer
          reply(request.readInt32BE(4), socket, api)
        }
      })
    })
    this.#servers.push(server)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return (server.address() as AddressInfo).port
  }

  /** Ends all of them and their sockets. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.sockets.clear()
    await Promise.all(this.#servers.splice(0).map((server) => new Promise((done) => server.close(done))))
  }
}
