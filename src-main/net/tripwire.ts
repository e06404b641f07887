/** Notices sockets that were opened past the doors of this folder: a driver that dials by itself is a fault, not a feature. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

let doors = 0

/** Runs `open` (which must create its socket before it returns) as a socket that this folder vouches for. */
export function throughTheDoor<T>(open: () => T): T {
  doors += 1
  try {
    return open()
  } finally {
    doors -= 1
  }
}

/**
 * Destroys every outgoing socket of this process that did not come through the door, and reports it once.
 * Returns the function that takes the wire away. Source: Node's channel `net.client.socket`, published when a socket is created.
 */
export function stretchTripwire(report: (stack: string) => void): () => void {
  const onSocket = (message: unknown): void => {
    if (doors > 0) return
    const socket = (message as { readonly socket?: Socket }).socket
    const stack = new Error('a socket was opened outside src-main/net').stack ?? ''
    socket?.destroy(new Error('Landscope opens sockets in one place only.'))
    report(stack)
  }
  subscribe('net.client.socket', onSocket)
  return () => {
    unsubscribe('net.client.socket', onSocket)
  }
}
