import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { waitFor } from './process.ts'

let server: Server
let serverSockets: Socket[]
let proxy: FaultProxy
let clients: Socket[]

beforeEach(async () => {
  serverSockets = []
  clients = []
  server = createServer({ allowHalfOpen: true }, (socket) => {
    serverSockets.push(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: address.port }, seed: 7 })
})

afterEach(async () => {
  for (const socket of [...clients, ...serverSockets]) socket.destroy()
  await proxy.stop()
  await new Promise((resolve) => server.close(resolve))
})

interface Client {
  readonly socket: Socket
  received(): Buffer
  readonly chunks: Buffer[]
  /** 'end' for a clean end, an error code, or undefined while open. */
  ended(): string | undefined
}

async function open(): Promise<Client> {
  const chunks: Buffer[] = []
  let ended: string | undefined
  const socket = connect(proxy.port, proxy.host)
  clients.push(socket)
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('end', () => (ended ??= 'end'))
  socket.on('error', (error: NodeJS.ErrnoException) => (ended ??= error.code))
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return { socket, chunks, received: () => Buffer.concat(chunks), ended: () => ended }
}

const bytes = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, index) => index % 251))

const echo = async (client: Client, data: Buffer): Promise<number> => {
  const before = client.received().length
  const began = performance.now()
  client.socket.write(data)
  await waitFor('the echo', () => client.received().length >= before + data.length, { everyMs: 5 })
  return performance.now() - began
}

describe('the fault proxy', () => {
  it('changes nothing without faults', async () => {
    const client = await open()
    const data = bytes(300_000)
    await echo(client, data)
    expect(client.received().equals(data)).toBe(true)
    client.socket.end()
    await waitFor('the end', () => client.ended() === 'end')
    await waitFor('the pair to close', () => proxy.open === 0)
  })

  it('delays by latency in one direction, also on an open connection, until it is taken away', async () => {
    const client = await open()
    expect(await echo(client, bytes(10))).toBeLessThan(150)
    const remove = proxy.add({ type: 'latency', latency: 200, direction: 'downstream' })
    expect(await echo(client, bytes(10))).toBeGreaterThanOrEqual(195)
    remove()
    expect(await echo(client, bytes(10))).toBeLessThan(150)
  })

  it('limits bandwidth', async () => {
    const client = await open()
    proxy.add({ type: 'bandwidth', rate: 100, direction: 'upstream' })
    expect(await echo(client, bytes(30_000))).toBeGreaterThanOrEqual(250)
  })

  it('slices the answer to single bytes without changing it', async () => {
    const client = await open()
    proxy.add({ type: 'slicer', averageSize: 1, direction: 'downstream' })
    const data = bytes(200)
    await echo(client, data)
    expect(client.received().equals(data)).toBe(true)
    expect(client.chunks.length).toBeGreaterThan(20)
  })

  it('ends the stream after so many bytes', async () => {
    const client = await open()
    proxy.add({ type: 'limit_data', bytes: 1_000, direction: 'downstream' })
    client.socket.write(bytes(5_000))
    await waitFor('the end', () => client.ended() !== undefined)
    expect(client.ended()).toBe('end')
    expect(client.received().equals(bytes(5_000).subarray(0, 1_000))).toBe(true)
  })

  it('resets the connection in the middle', async () => {
    const client = await open()
    proxy.add({ type: 'reset', afterBytes: 100, direction: 'downstream' })
    client.socket.write(bytes(5_000))
    await waitFor('the reset', () => client.ended() !== undefined)
    expect(client.ended()).toBe('ECONNRESET')
  })

  it('corrupts one bit in every n bytes, the same ones for the same seed', async () => {
    proxy.add({ type: 'corrupt', everyNBytes: 100, direction: 'downstream' })
    const client = await open()
    const data = bytes(1_000)
    await echo(client, data)
    const wrong = [...client.received()].flatMap((byte, index) => (byte === data[index] ? [] : [index]))
    expect(wrong).toEqual([99, 199, 299, 399, 499, 599, 699, 799, 899, 999])
  })

  it('swallows everything for half_open and leaves the socket open, even when the server ends', async () => {
    const client = await open()
    await echo(client, bytes(10))
    proxy.add({ type: 'half_open', direction: 'downstream' })
    client.socket.write(bytes(10))
    await waitFor('the server to have it', () => (serverSockets[0]?.bytesRead ?? 0) === 20)
    serverSockets[0]?.end()
    // Another connection goes through after it, so its turn has come and gone.
    const later = await open()
    later.socket.write(bytes(10))
    await waitFor('the server to have the later one', () => serverSockets[1]?.bytesRead === 10)
    expect(client.received().length).toBe(10)
    expect(client.ended()).toBeUndefined()
  })

  it('holds data and closes after a timeout', async () => {
    const client = await open()
    proxy.add({ type: 'timeout', timeout: 100 })
    client.socket.write(bytes(10))
    await waitFor('the close', () => client.socket.destroyed)
    expect(client.received().length).toBe(0)
    expect(serverSockets[0]?.bytesRead ?? 0).toBe(0)
  })

  it('closes late under slow_close', async () => {
    const client = await open()
    await echo(client, bytes(10))
    proxy.add({ type: 'slow_close', delay: 200, direction: 'downstream' })
    const began = performance.now()
    client.socket.end()
    await waitFor('the end', () => client.ended() === 'end', { everyMs: 5 })
    expect(performance.now() - began).toBeGreaterThanOrEqual(195)
  })

  it('refuses while down, ends what was open, and comes up on the same port', async () => {
    const client = await open()
    await proxy.down()
    await waitFor('the close', () => client.socket.destroyed)
    await expect(open()).rejects.toThrow(/ECONNREFUSED/)
    await proxy.up()
    await echo(await open(), bytes(10))
  })

  it('meets only a share of the connections where a probability is given', async () => {
    proxy.add({ type: 'limit_data', bytes: 0, probability: 0.5 })
    const all = await Promise.all(Array.from({ length: 20 }, open))
    for (const client of all) client.socket.write(bytes(10))
    await waitFor('an outcome for all', () => all.every((client) => client.ended() !== undefined || client.received().length === 10))
    const cut = all.filter((client) => client.ended() !== undefined).length
    expect(cut).toBeGreaterThan(2)
    expect(cut).toBeLessThan(18)
  })
})
