// Keeps one host process running: starts it, asks whether it still answers, starts it again when it died or hangs, and gives up
// with a report after three deaths in five minutes. Pages that ask for a port while there is no host get it from the next one.
import type { FromHost, HostState, ToHost } from '../host/shell-messages.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'

/** Deaths within `CRASH_WINDOW_MS` after which the host is not started again without being asked to. */
export const CRASHES_ALLOWED = 3
export const CRASH_WINDOW_MS = 5 * 60_000
const CLOSE_DEADLINE_MS = 5_000

/** A started host. */
export interface HostChild<Port> {
  send(message: ToHost, port?: Port): void
  /** Ends it at once, also when it is frozen. */
  kill(): void
  /** The last lines it wrote to its error output. */
  lastLines(): readonly string[]
}

/** One death of the host, as it goes into the report. */
export interface HostCrash {
  readonly at: string
  readonly code: number
  /** True when it was ended because it no longer answered. */
  readonly frozen: boolean
  readonly lastLines: readonly string[]
}

/** What keeping a host needs from around it. */
export interface HostPorts<Port> {
  fork(on: { message(message: FromHost): void; exit(code: number): void }): HostChild<Port>
  channel(): { readonly page: Port; readonly host: Port }
  /** Messages of the host that concern other processes (its reader). */
  onMessage(message: FromHost, host: HostChild<Port>): void
  onGone(): void
  onState(state: HostState): void
  /** Writes the report and returns where it lies. */
  report(crashes: readonly HostCrash[]): string
  now(): number
  readonly heartbeat: { readonly everyMs: number; readonly openAtStart: number; readonly openLater: number }
}

/** One load of a page that wants a port. `key` is the same for all requests of one load. */
export interface PageRequest<Port> {
  readonly key: string
  hand(id: number, port: Port): void
}

export interface HostProcess<Port> {
  /** Hands a port to the page, now or when there is a host. A load holds one port at most: a new one replaces it. */
  connect(page: PageRequest<Port>): void
  /** Forgets a load that is gone. */
  forget(key: string): void
  /** Starts a host that was given up. */
  startAgain(): void
  send(message: ToHost): void
  state(): HostState
  close(): Promise<void>
}

export function keepHost<Port>(ports: HostPorts<Port>): HostProcess<Port> {
  let child: HostChild<Port> | undefined
  let heartbeat: Heartbeat | undefined
  let state: HostState = { state: 'starting' }
  let nextId = 1
  let frozen = false
  let closing: (() => void) | undefined
  let crashes: (HostCrash & { readonly atMs: number })[] = []
  const open = new Map<string, number>()
  const waiting = new Map<string, PageRequest<Port>>()
  const unsent: ToHost[] = []
  let files: readonly string[] = []

  function setState(next: HostState): void {
    state = next
    ports.onState(next)
  }

  function start(): void {
    frozen = false
    const started: HostChild<Port> = ports.fork({
      message: (message) => {
        if (message.type === 'pong') {
          heartbeat?.answered()
          if (state.state !== 'running') setState({ state: 'running' })
        } else if (message.type === 'files') files = message.paths
        else ports.onMessage(message, started)
      },
      exit: (code) => gone(started, code),
    })
    child = started
    heartbeat = startHeartbeat({
      ...ports.heartbeat,
      ask: (n) => started.send({ type: 'ping', n }),
      onSilent: () => {
        frozen = true
        started.kill()
      },
    })
    started.send({ type: 'ping', n: 0 })
    for (const file of files) started.send({ type: 'open', file, again: true })
    for (const message of unsent.splice(0)) started.send(message)
    serveWaiting()
  }

  function serveWaiting(): void {
    for (const [key, page] of waiting) {
      if (child === undefined) return
      waiting.delete(key)
      const before = open.get(key)
      if (before !== undefined) child.send({ type: 'drop-page', id: before })
      const id = nextId
      nextId += 1
      open.set(key, id)
      const { page: pagePort, host: hostPort } = ports.channel()
      child.send({ type: 'page', id }, hostPort)
      page.hand(id, pagePort)
    }
  }

  function gone(which: HostChild<Port>, code: number): void {
    if (child !== which) return
    heartbeat?.stop()
    child = undefined
    open.clear()
    ports.onGone()
    if (closing !== undefined) {
      closing()
      return
    }
    const atMs = ports.now()
    const crash = { at: new Date().toISOString(), atMs, code, frozen, lastLines: which.lastLines() }
    crashes = [...crashes.filter((c) => atMs - c.atMs < CRASH_WINDOW_MS), crash]
    if (crashes.length >= CRASHES_ALLOWED) {
      setState({ state: 'stopped', report: ports.report(crashes.map(({ atMs: _, ...rest }) => rest)) })
      return
    }
    setState({ state: 'starting' })
    start()
  }

  start()
  return {
    connect: (page) => {
      waiting.set(page.key, page)
      if (state.state === 'stopped') ports.onState(state)
      serveWaiting()
    },
    forget: (key) => {
      waiting.delete(key)
      open.delete(key)
    },
    startAgain: () => {
      if (state.state !== 'stopped') return
      crashes = []
      setState({ state: 'starting' })
      start()
    },
    send: (message) => {
      if (child === undefined) unsent.push(message)
      else child.send(message)
    },
    state: () => state,
    close: async () => {
      const ending = child
      if (ending === undefined) return
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(() => ending.kill(), CLOSE_DEADLINE_MS)
        closing = () => {
          clearTimeout(deadline)
          resolve()
        }
        ending.send({ type: 'close' })
      })
    },
  }
}
