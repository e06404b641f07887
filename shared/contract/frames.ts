/** Frames: texts in order between two sides. Three carriers look the same from above: a MessagePort, a WebSocket, memory. */

/** One end. `onClose` is told once, also when it was closed before anybody listened. `send` after the end is silent. */
export interface Frames {
  send(frame: string): void
  onFrame(told: (frame: unknown) => void): void
  onClose(told: (why: string) => void): void
  close(why?: string): void
}

/** Tells many listeners of one end, once. */
function ending(): {
  readonly add: (told: (why: string) => void) => void
  readonly end: (why: string) => boolean
  readonly over: () => boolean
} {
  const told: ((why: string) => void)[] = []
  let reason: string | undefined
  return {
    over: () => reason !== undefined,
    add: (listener) => {
      if (reason === undefined) told.push(listener)
      else listener(reason)
    },
    end: (why) => {
      if (reason !== undefined) return false
      reason = why
      for (const listener of told.splice(0)) listener(why)
      return true
    },
  }
}

/** A web MessagePort (page, worker threads): events by `addEventListener`. */
export interface WebPort {
  postMessage(message: string): void
  start?(): void
  close(): void
  addEventListener(type: 'message', told: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close' | 'messageerror', told: () => void): void
}
/** Electron's MessagePortMain: events by `on`, the text inside `data`. */
export interface MainPort {
  postMessage(message: string): void
  start(): void
  close(): void
  on(event: 'message', told: (event: { readonly data: unknown }) => void): unknown
  on(event: 'close', told: () => void): unknown
}

/** Frames over a port of either shape. The other side's death arrives as `close`. */
export function portFrames(port: WebPort | MainPort): Frames {
  const end = ending()
  const closed = (): void => void end.end('the port was closed')
  if ('addEventListener' in port) port.addEventListener('close', closed)
  else port.on('close', closed)
  return {
    send: (frame) => {
      if (!end.over()) port.postMessage(frame)
    },
    onFrame: (told) => {
      const message = (event: { readonly data: unknown }): void => {
        if (!end.over()) told(event.data)
      }
      if ('addEventListener' in port) port.addEventListener('message', message)
      else port.on('message', message)
      port.start?.()
    },
    onClose: end.add,
    close: (why = 'closed here') => {
      if (end.end(why)) port.close()
    },
  }
}

/** What the browser's WebSocket and the server's have in common. */
export interface SocketLike {
  readonly readyState: number
  send(frame: string): void
  close(): void
  addEventListener(type: 'message', told: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', told: (event: { readonly code: number; readonly reason: string }) => void): void
  addEventListener(type: 'error', told: () => void): void
}
const OPEN = 1

/** Frames over an open WebSocket. A send between `close()` and the close event is dropped: the pending call learns of it by the end. */
export function socketFrames(socket: SocketLike): Frames {
  const end = ending()
  socket.addEventListener(
    'close',
    (event) => void end.end(`the socket was closed (${event.code}${event.reason === '' ? '' : ` ${event.reason}`})`),
  )
  socket.addEventListener('error', () => undefined)
  if (socket.readyState > OPEN) end.end('the socket was closed')
  return {
    send: (frame) => {
      if (!end.over() && socket.readyState === OPEN) socket.send(frame)
    },
    onFrame: (told) =>
      socket.addEventListener('message', (event) => {
        if (!end.over()) told(event.data)
      }),
    onClose: end.add,
    close: (why = 'closed here') => {
      if (end.end(why)) socket.close()
    },
  }
}

/** Two ends in one process. Frames arrive later, in order, as on a wire. */
export function memoryFrames(): readonly [Frames, Frames] {
  const ends = [ending(), ending()] as const
  const listeners: [((frame: unknown) => void)[], ((frame: unknown) => void)[]] = [[], []]
  const waiting: [string[], string[]] = [[], []]
  const side = (here: 0 | 1, there: 0 | 1): Frames => ({
    send: (frame) => {
      if (ends[here].over()) return
      queueMicrotask(() => {
        if (ends[there].over()) return
        if (listeners[there].length === 0) waiting[there].push(frame)
        else for (const told of listeners[there]) told(frame)
      })
    },
    onFrame: (told) => {
      listeners[here].push(told)
      for (const frame of waiting[here].splice(0)) queueMicrotask(() => told(frame))
    },
    onClose: ends[here].add,
    close: (why = 'closed here') => {
      if (ends[here].end(why)) queueMicrotask(() => ends[there].end('the other side closed'))
    },
  })
  return [side(0, 1), side(1, 0)]
}
