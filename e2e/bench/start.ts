// From the start of the program to the first sentence, in real Electron on the recorded incident; and what all its processes then hold.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { type RawData, WebSocket } from 'ws'
import { startDisplay } from '../support/display.ts'
import { electronRuntime } from '../support/electron-runtime.ts'
import { descendants, leftovers } from '../support/free-of-leftovers.ts'
import type { BenchResult } from './result.ts'

const checkout = resolve(import.meta.dirname, '../..')
const bounds = { firstSentenceMs: 3_000, idlePssMb: 450 }
const starts = 5
/** How long the memory must keep its size to count as idle, and how much it may move meanwhile. */
const idleSamples = 20
const idleMove = 0.005

/** Median of some starts with fresh profiles; the memory of the last one. */
export async function bench(): Promise<BenchResult> {
  const file = recordedIncident()
  if (!existsSync(join(checkout, 'out/main/shell.js'))) throw new Error('the app is not built: npm run build')
  const electron = await electronRuntime()
  const display = await startDisplay()
  try {
    const times: number[] = []
    let idlePssMb = 0
    for (let i = 0; i < starts; i++) {
      const { ms, pssMb } = await startOnce(electron, display.name, file, i === starts - 1)
      times.push(ms)
      idlePssMb = pssMb ?? idlePssMb
    }
    const firstSentenceMs = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY
    const figures = { firstSentenceMs: Math.round(firstSentenceMs), idlePssMb: Math.round(idlePssMb) }
    const pass = figures.firstSentenceMs <= bounds.firstSentenceMs && figures.idlePssMb <= bounds.idlePssMb
    return { name: 'start', figures, peer: null, ratio: null, pass }
  } finally {
    await display.close()
  }
}

function recordedIncident(): string {
  const folder = join(checkout, 'resources/incidents')
  const found = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.lsnap')) : undefined
  if (found === undefined) throw new Error('there is no recorded incident in resources/incidents: npm run record-incident')
  return join(folder, found)
}

async function startOnce(
  electron: string,
  display: string,
  file: string,
  weighs: boolean,
): Promise<{ readonly ms: number; readonly pssMb?: number }> {
  const left = leftovers()
  try {
    const profile = left.end(await mkdtemp(join(tmpdir(), 'landscope-start-')), (folder) =>
      rm(folder, { recursive: true, force: true, maxRetries: 5 }),
    )
    const root = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const args = [...root, '--disable-gpu', '--remote-debugging-port=0', checkout, '--profile', profile, '--open', file]
    const began = performance.now()
    const shell = left.end(spawn(electron, args, { env: { ...process.env, DISPLAY: display }, stdio: ['ignore', 'ignore', 'pipe'] }), ended)
    const { host } = new URL(await debuggingAddress(shell))
    const evaluate = await until(() => pageAt(host))
    await until(() => saysIt(evaluate))
    const ms = performance.now() - began
    return weighs ? { ms, pssMb: await idlePss(shell.pid ?? 0) } : { ms }
  } finally {
    await left.endAll()
  }
}

type Evaluate = (expression: string) => Promise<unknown>

/** The window's page, by the debugging protocol alone: whoever attaches to all of the app waits for its other processes. */
async function pageAt(host: string): Promise<Evaluate | undefined> {
  const targets = (await (await fetch(`http://${host}/json/list`)).json()) as readonly { type: string; webSocketDebuggerUrl?: string }[]
  const url = targets.find((target) => target.type === 'page')?.webSocketDebuggerUrl
  if (url === undefined) return undefined
  const socket = new WebSocket(url)
  socket.setMaxListeners(0) // one for each question that waits
  await once(socket, 'open')
  let last = 0
  return (expression) =>
    new Promise((resolve, reject) => {
      last += 1
      const id = last
      const heard = (data: RawData): void => {
        const said = JSON.parse(String(data)) as { id?: number; result?: { result?: { value?: unknown } } }
        if (said.id !== id) return
        socket.off('message', heard)
        resolve(said.result?.result?.value)
      }
      socket.on('message', heard)
      socket.once('close', () => reject(new Error('the page went away')))
      socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }))
    })
}

/** The sentence of the file, not the one of an app that has nothing yet. */
async function saysIt(evaluate: Evaluate): Promise<true | undefined> {
  const says = `document.querySelector('[data-viewing]')?.getAttribute('data-viewing') === 'file' && (document.querySelector('main h1')?.textContent ?? '').trim() !== ''`
  return (await evaluate(says)) === true ? true : undefined
}

async function until<T>(ask: () => Promise<T | undefined> | T | undefined, withinMs = 60_000): Promise<T> {
  const end = performance.now() + withinMs
  while (performance.now() < end) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await delay(10)
  }
  throw new Error(`no first sentence within ${withinMs} ms`)
}

async function debuggingAddress(shell: ChildProcess): Promise<string> {
  if (shell.stderr === null) throw new Error('no stderr')
  for await (const line of createInterface(shell.stderr)) {
    const found = /DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (found === undefined) continue
    shell.stderr.resume() // whatever else it says must not fill the pipe
    return found
  }
  throw new Error('Electron ended before its window came')
}

async function ended(shell: ChildProcess): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return
  const gone = once(shell, 'exit')
  shell.kill('SIGTERM')
  const insist = setTimeout(() => shell.kill('SIGKILL'), 8_000)
  await gone
  clearTimeout(insist)
}

/** Proportional set size of a process and all below it, in MB, once it has stopped moving. */
async function idlePss(pid: number): Promise<number> {
  const samples: number[] = []
  for (let i = 0; i < 120; i++) {
    samples.push([pid, ...descendants(pid)].reduce((sum, one) => sum + pssKb(one), 0) / 1_024)
    const last = samples.slice(-idleSamples)
    if (last.length === idleSamples && Math.max(...last) - Math.min(...last) < idleMove * Math.max(...last)) return last.at(-1) ?? 0
    await delay(500)
  }
  return samples.at(-1) ?? 0
}

/** Shared pages are counted once, split among those who share them; a process that has ended meanwhile holds nothing. */
function pssKb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
