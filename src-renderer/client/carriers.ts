// The two ways a page reaches its host: a MessagePort handed over by the shell, or a WebSocket to the origin it was served from.
import { type Frames, portFrames, socketFrames } from '../../shared/contract/frames.ts'
import type { OpenCarrier } from './connection.ts'

/** The one object the shell's preload script puts into the page. */
interface Bridge {
  readonly connect: (again?: boolean) => void
}
declare global {
  interface Window {
    readonly landscope?: Bridge
  }
}
const PORT_MS = 10_000

/** Asks the shell for a port; it comes as a window message of our own origin. */
function openPort(bridge: Bridge, signal: AbortSignal): Promise<Frames> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(late)
      window.removeEventListener('message', message)
      signal.removeEventListener('abort', gaveUp)
    }
    const gaveUp = (): void => {
      stop()
      reject(new Error('the shell handed over no port'))
    }
    const late = setTimeout(gaveUp, PORT_MS)
    const message = (event: MessageEvent): void => {
      const [port] = event.ports
      if (event.source !== window || event.data?.type !== 'landscope-port' || port === undefined) return
      stop()
      resolve(portFrames(port))
    }
    window.addEventListener('message', message)
    signal.addEventListener('abort', gaveUp, { once: true })
    bridge.connect()
  })
}

/** Tells the sources that the shell opened for the person (menu, a file dropped on the icon, the command line). Answers how to stop. */
export function onOpenedByShell(told: (source: string) => void): () => void {
  const message = (event: MessageEvent): void => {
    if (event.source !== window || event.data?.type !== 'landscope-opened' || typeof event.data.source !== 'string') return
    told(event.data.source)
  }
  window.addEventListener('message', message)
  return () => window.removeEventListener('message', message)
}

/** A socket to the server the page came from; the cookie signs in. */
export function openSocket(url: string, signal: AbortSignal): Promise<Frames> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    const failed = (): void => reject(new Error('the served Landscope does not answer'))
    socket.addEventListener('open', () => resolve(socketFrames(socket)), { once: true })
    socket.addEventListener('error', failed, { once: true })
    socket.addEventListener('close', failed, { once: true })
    signal.addEventListener('abort', () => socket.close(), { once: true })
  })
}

/** Path of the socket in served mode. */
export const SOCKET_PATH = '/host'

/** The carrier for where this page runs. */
export function carrierOfThisPage(): OpenCarrier {
  const bridge = window.landscope
  if (bridge !== undefined) return (signal) => openPort(bridge, signal)
  const url = new URL(SOCKET_PATH, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  return (signal) => openSocket(url.href, signal)
}

/** How the host process is, as the shell tells the page: stopped after too many deaths, with the place of the report. */
export type HostState = { readonly state: 'starting' | 'running' } | { readonly state: 'stopped'; readonly report: string }

/** Told of the host's state; returns the function that ends it. */
export function onHostState(told: (state: HostState) => void): () => void {
  const message = (event: MessageEvent): void => {
    if (event.source === window && event.data?.type === 'landscope-host') told(event.data.host)
  }
  window.addEventListener('message', message)
  return () => window.removeEventListener('message', message)
}
/** Starts a host that was given up. */
export function startHostAgain(): void {
  window.landscope?.connect(true)
}
