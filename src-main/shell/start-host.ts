// Starts the host as a utility process of Electron and keeps it running.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app, MessageChannelMain, type MessagePortMain, utilityProcess } from 'electron'
import { redactText } from '../host/redact.ts'
import type { FromHost, HostState } from '../host/shell-messages.ts'
import { type HostChild, type HostProcess, keepHost } from './host-process.ts'
import { killProcess } from './kill-process.ts'
import { readerProcesses } from './reader-processes.ts'

/** How much of the host's last words goes into a report. */
const LAST_LINES = 30

export interface StartHostOptions {
  /** Folder of the built programs. */
  readonly programs: string
  readonly profile: string
  /** W; the host's own where it is not given. */
  readonly windowMs?: number | undefined
  onState(state: HostState): void
  /** The host has opened a file that the shell asked for. */
  onOpened(source: string): void
  onNotOpened(file: string, says: string): void
}

export function startHost({ programs, profile, windowMs, onState, onOpened, onNotOpened }: StartHostOptions): HostProcess<MessagePortMain> {
  const readers = readerProcesses(programs)
  return keepHost<MessagePortMain>({
    fork: (on) =>
      fork(join(programs, 'host.js'), ['--profile', profile, ...(windowMs === undefined ? [] : ['--window', String(windowMs)])], on),
    channel: () => {
      const { port1, port2 } = new MessageChannelMain()
      return { page: port1, host: port2 }
    },
    onMessage: (message, host) => {
      if (message.type === 'opened') onOpened(message.source)
      else if (message.type === 'not-opened') onNotOpened(message.file, message.says)
      else readers.onMessage(message, (said, port) => host.send(said, port))
    },
    onGone: () => readers.endAll(),
    onState,
    report: (crashes) => {
      const file = join(profile, 'host-stopped.json')
      const versions = { landscope: app.getVersion(), electron: process.versions.electron, node: process.versions.node }
      writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), versions, crashes }, null, 2)}\n`, { mode: 0o600 })
      return file
    },
    now: () => performance.now(),
    heartbeat: { everyMs: 1_000, openAtStart: 20, openLater: 5 },
  })
}

function fork(
  program: string,
  args: readonly string[],
  on: { message(m: FromHost): void; exit(code: number): void },
): HostChild<MessagePortMain> {
  // DuckDB holds a thread of libuv's pool for each running query; with the four of the default, every file access would wait.
  const child = utilityProcess.fork(program, [...args], {
    serviceName: 'Landscope host',
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  })
  const lines: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk)
    lines.push(...chunk.toString('utf8').split('\n').filter(Boolean))
    lines.splice(0, Math.max(0, lines.length - LAST_LINES))
  })
  child.on('message', (message: FromHost) => on.message(message))
  child.on('exit', (code) => on.exit(code))
  return {
    send: (message, port) => child.postMessage(message, port === undefined ? [] : [port]),
    kill: () => killProcess(child),
    lastLines: () => lines.map((line) => redactText(line.slice(0, 2_000))),
  }
}
