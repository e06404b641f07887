// The three carriers the conformance suite runs on. Each can lose its host and get another.
import { type ChildProcess, fork } from 'node:child_process'
import { MessageChannel, Worker } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import { type Frames, memoryFrames, portFrames, socketFrames } from '../../../shared/contract/frames.ts'
import { type Attached, attach, type HostRouter } from '../attach.ts'

/** A host in this process, so that a test sees what its handlers counted. */
export interface Near {
  readonly open: () => Promise<Frames>
  readonly attached: () => Attached | undefined
  readonly stop: () => Promise<void>
}
/** A host elsewhere that can be killed and started again. */
export interface Far {
  readonly open: () => Promise<Frames>
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

export function nearMemory(router: HostRouter): Near {
  let last: Attached | undefined
  const open = async (): Promise<Frames> => {
    const [page, host] = memoryFrames()
    last = attach(router, host)
    return page
  }
  return { open, attached: () => last, stop: async () => undefined }
}

/** Electron's MessagePortMain in shape: `on`, the text inside `data`, nothing before `start`. */
function mainShape(port: import('node:worker_threads').MessagePort): Parameters<typeof portFrames>[0] {
  return {
    postMessage: (message) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
    on: (event: string, told: (event: { readonly data: unknown }) => void) => {
      if (event === 'message') port.on('message', (data: unknown) => told({ data }))
      else port.on('close', () => told({ data: undefined }))
    },
  }
}

export function nearPort(router: HostRouter): Near {
  let last: Attached | undefined
  const opened: Frames[] = []
  const open = async (): Promise<Frames> => {
    const { port1, port2 } = new MessageChannel()
    last = attach(router, portFrames(mainShape(port2)))
    const page = portFrames(port1)
    opened.push(page)
    return page
  }
  return { open, attached: () => last, stop: async () => opened.forEach((f) => void f.close()) }
}

function dial(port: number): Promise<Frames> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    socket.addEventListener('open', () => resolve(socketFrames(socket)))
    socket.addEventListener('error', () => reject(new Error('no host')))
  })
}

export async function nearSocket(router: HostRouter): Promise<Near> {
  let last: Attached | undefined
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (socket) => {
    last = attach(router, socketFrames(socket))
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      for (const client of server.clients) client.terminate()
      server.close(() => resolve())
    })
  return { open: () => dial(port), attached: () => last, stop }
}

export function farPort(): Far {
  let worker: Worker | undefined
  const start = async (): Promise<void> => {
    worker = new Worker(new URL('./worker-host.ts', import.meta.url))
    await new Promise((resolve) => worker?.once('online', resolve))
  }
  const kill = async (): Promise<void> => {
    await worker?.terminate()
    worker = undefined
  }
  const open = async (): Promise<Frames> => {
    if (worker === undefined) throw new Error('no host')
    const { port1, port2 } = new MessageChannel()
    worker.postMessage(port2, [port2])
    return portFrames(port1)
  }
  return { open, kill, start, stop: kill }
}

export function farSocket(): Far {
  let child: ChildProcess | undefined
  let port = 0
  const start = async (): Promise<void> => {
    const started = fork(new URL('./socket-host.ts', import.meta.url), [String(port)], { silent: true })
    child = started
    port = await new Promise<number>((resolve, reject) => {
      started.stdout?.once('data', (text: Buffer) => resolve(Number(text.toString().trim())))
      started.once('exit', (code) => reject(new Error(`the host ended with ${code}`)))
    })
  }
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child?.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    child = undefined
  }
  return { open: () => dial(port), kill, start, stop: kill }
}
