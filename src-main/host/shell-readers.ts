// Readers that the shell starts for this host: in Electron only the shell can start a process of its kind.
import { portReader, type ReaderPort } from '../reader/port-reader.ts'
import type { ReaderLink, StartReader } from '../reader/reader-messages.ts'
import type { FromHost } from './shell-messages.ts'

export interface ShellReaders {
  readonly start: StartReader
  /** Starts the next reader before it is asked for: a file that is opened at the start need not wait for the host to be there. */
  warm(): void
  /** The shell has started reader `id` and hands over its port. */
  started(id: number, port: ReaderPort): void
  gone(id: number): void
}

export function shellReaders(say: (message: FromHost) => void): ShellReaders {
  const waiting = new Map<number, (link: ReaderLink) => void>()
  const ends = new Map<number, (() => void)[]>()
  let next = 1
  let early: Promise<ReaderLink> | undefined
  const begin: StartReader = () =>
    new Promise((resolve) => {
      const id = next
      next += 1
      waiting.set(id, resolve)
      ends.set(id, [])
      say({ type: 'start-reader', id })
    })
  return {
    start: () => {
      const started = early ?? begin()
      early = undefined
      return started
    },
    warm: () => {
      early ??= begin()
    },
    started: (id, port) => {
      const onGone = (told: () => void): void => {
        const list = ends.get(id)
        if (list === undefined) told()
        else list.push(told)
      }
      waiting.get(id)?.(portReader(port, onGone, () => say({ type: 'kill-reader', id })))
      waiting.delete(id)
    },
    gone: (id) => {
      const list = ends.get(id)
      ends.delete(id)
      for (const told of list ?? []) told()
    },
  }
}
