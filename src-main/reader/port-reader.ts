// A reader that somebody else started and handed a port to: the shell, in Electron.
import type { FromReader, ReaderLink } from './reader-messages.ts'

/** As much of a MessagePort as is needed, in Electron's and in Node's form. */
export interface ReaderPort {
  postMessage(message: unknown): void
  on(event: 'message', told: (message: unknown) => void): unknown
  start(): void
}

/** @param onGone tells once when the process is gone (the port's own end says so too late or never). */
export function portReader(port: ReaderPort, onGone: (told: () => void) => void, kill: () => void): ReaderLink {
  const listeners: ((message: FromReader) => void)[] = []
  port.on('message', (event) => {
    // Electron hands over an event with `data`, Node the message itself
    const message = typeof event === 'object' && event !== null && 'data' in event ? event.data : event
    for (const told of listeners) told(message as FromReader)
  })
  port.start()
  return {
    send: (message) => port.postMessage(message),
    onMessage: (told) => {
      listeners.push(told)
    },
    onGone,
    kill,
  }
}
