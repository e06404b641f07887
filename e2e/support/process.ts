// Child processes of a test or of the lab: own log file, readiness by a condition, stopped by their pid, and never left
// behind: a guard in a session of its own ends them when this process dies, even by kill -9.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface ProcessOptions {
  /** For messages. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Added to this process's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Takes stdout and stderr, appended. */
  readonly logFile: string
  /** How long SIGTERM may take before SIGKILL, default 10 s. */
  readonly stopWithinMs?: number
}

export interface RunningProcess {
  readonly name: string
  readonly pid: number
  readonly logFile: string
  /** Settles when the process has ended, however it ended. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  alive(): boolean
  /** SIGTERM, then SIGKILL; resolves when it is gone. Of no effect on one that has ended. */
  stop(): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGSTOP: frozen, its sockets stay open; resolves when every thread of it stands. */
  pause(): Promise<void>
  /** SIGCONT. */
  resume(): void
  /** The last lines of the log, for messages. */
  logTail(lines?: number): string
}

/** Starts a process. Its end is this module's business: nobody needs to remember it for the case of a crash. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  mkdirSync(path.dirname(options.logFile), { recursive: true })
  const log = openSync(options.logFile, 'a')
  let child: ChildProcess
  try {
    // In a process group of its own, so that Ctrl-C reaches only us and the stop stays in order.
    child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', log, log],
      detached: true,
    })
  } finally {
    closeSync(log)
  }
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => reject(new Error(`${options.name} did not start: ${error.message}`, { cause: error })))
  })
  const pid = child.pid
  if (pid === undefined) throw new Error(`${options.name} has no pid`)
  watchOver(pid, exited)
  const alive = (): boolean => child.exitCode === null && child.signalCode === null
  const signal = (name: NodeJS.Signals): void => {
    if (alive()) child.kill(name)
  }
  const kill = async (): Promise<void> => {
    signal('SIGKILL')
    await exited
  }
  const stop = async (): Promise<void> => {
    signal('SIGTERM')
    signal('SIGCONT')
    const timer = new AbortController()
    await Promise.race([exited, delay(options.stopWithinMs ?? 10_000, undefined, { signal: timer.signal }).catch(() => undefined)])
    timer.abort()
    await kill()
  }
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    exited,
    alive,
    stop,
    kill,
    pause: async () => {
      signal('SIGSTOP')
      await waitFor(`${options.name} stands`, () => !alive() || stands(pid), { everyMs: 5 })
    },
    resume: () => signal('SIGCONT'),
    logTail: (lines = 15) => readFileSync(options.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n'),
  }
}

/** True when every thread of a process is stopped (state T): each stops only when it is scheduled next. */
function stands(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.every((thread) => /\) [Tt] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')))
}

/**
 * Polls until `condition` is true. Fails with the time, with the last error of the condition and, where a process is named,
 * with its log as soon as that process has ended.
 */
export async function waitFor(
  what: string,
  condition: () => Promise<boolean> | boolean,
  options: { readonly withinMs?: number; readonly everyMs?: number; readonly processes?: readonly RunningProcess[] } = {},
): Promise<void> {
  const withinMs = options.withinMs ?? 60_000
  const until = performance.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      if (await condition()) return
      last = undefined
    } catch (error) {
      last = error
    }
    const ended = options.processes?.find((one) => !one.alive())
    if (ended) throw new Error(`${ended.name} ended while waiting for ${what}:\n${ended.logTail()}`, { cause: last })
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}${last ? ` (${String(last)})` : ''}`, { cause: last })
    await delay(options.everyMs ?? 100)
  }
}

// Reads "add PID" and "drop PID"; at the end of its input, which comes when this process ends in whatever way, it asks
// every process that is left to stop and after 5 s makes it.
const GUARD = `
pids=
while read -r verb pid; do
  if [ "$verb" = add ]; then pids="$pids $pid"; else
    kept=; for one in $pids; do [ "$one" = "$pid" ] || kept="$kept $one"; done; pids=$kept
  fi
done
for one in $pids; do kill -TERM "$one" 2>/dev/null; kill -CONT "$one" 2>/dev/null; done
rounds=0
while [ $rounds -lt 50 ]; do
  left=; for one in $pids; do kill -0 "$one" 2>/dev/null && left="$left $one"; done
  [ -z "$left" ] && exit 0
  rounds=$((rounds + 1)); sleep 0.1
done
for one in $left; do kill -KILL "$one" 2>/dev/null; done
`

let guard: ChildProcess | undefined

function watchOver(pid: number, exited: Promise<unknown>): void {
  if (guard === undefined) {
    guard = spawn('/bin/sh', ['-c', GUARD], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    guard.unref()
    const input = guard.stdin
    input?.on('error', () => undefined)
    if (input && 'unref' in input && typeof input.unref === 'function') input.unref()
  }
  const tell = (line: string): void => {
    guard?.stdin?.write(line)
  }
  tell(`add ${pid}\n`)
  void exited.then(() => tell(`drop ${pid}\n`))
}
