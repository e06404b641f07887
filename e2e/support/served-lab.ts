// The served app with a short window W, for tests that watch real servers: its page in a browser, its contract in the test's hands,
// and the processes behind it within reach.
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { socketFrames } from '../../shared/contract/frames.ts'
import { SOCKET_PATH } from '../../src-main/served/serve-host.ts'
import { openConnection } from '../../src-renderer/client/connection.ts'
import { openChromium } from './chromium.ts'
import { descendants, leftovers } from './free-of-leftovers.ts'
import { type LabApp, labApp } from './lab-app.ts'
import { checkout } from './launch-app.ts'

export interface ServedLab extends LabApp {
  readonly origin: string
  /** Ends the thread of a connection from outside, as a crash in it would. */
  endThread(connection: string): void
}

export interface ServedLabOptions {
  /** W; default five minutes, as people have it. */
  readonly windowMs?: number
  /** Another tree than this one, built as well. */
  readonly tree?: string
}

/** Serves a fresh profile from the sources, and opens the built page on it. Needs `npm run build` before. */
export async function openServedLab({ windowMs = 300_000, tree = checkout }: ServedLabOptions = {}): Promise<ServedLab> {
  const left = leftovers()
  try {
    const profile = left.end(await mkdtemp(join(tmpdir(), 'landscope-served-lab-')), (folder) =>
      rm(folder, { recursive: true, force: true, maxRetries: 5 }),
    )
    const host = fork(join(tree, 'e2e/support/served-lab-host.ts'), ['--profile', profile, '--window', String(windowMs)], {
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const exited = new Promise<number>((resolve) => host.once('exit', (code) => resolve(code ?? 1)))
    left.end(host, async () => {
      if (host.connected) host.send('close')
      const insist = setTimeout(() => host.kill('SIGKILL'), 15_000)
      await exited
      clearTimeout(insist)
    })
    const url = await new Promise<string>((resolve, reject) => {
      host.once('message', (said: { readonly url: string }) => resolve(said.url))
      void exited.then((code) => reject(new Error(`the host ended with ${code}`)))
    })
    const { origin } = new URL(url)
    const cookie = await cookieOf(url)
    const connection = left.end(
      openConnection(() => openSocket(origin, cookie)),
      (c) => c.close(),
    )
    const { client } = connection
    const browser = left.end(await openChromium(), (b) => b.close())
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const [name = '', value = ''] = cookie.split('=')
    await context.addCookies([{ name, value, url: origin }])
    const page = await context.newPage()
    await page.goto(origin)

    return {
      ...labApp(page, client),
      origin,
      profile,
      endThread: (endThread) => void host.send({ endThread }),
      readers: async () => descendants(host.pid ?? 0).filter((pid) => commandOf(pid).includes('reader-entry')),
      close: left.endAll,
    }
  } catch (error) {
    await left.endAll()
    throw error
  }
}

/** Spends the token of the start address: who has the cookie is in. */
async function cookieOf(url: string): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' })
  const [cookie] = (answer.headers.get('set-cookie') ?? '').split(';')
  if (cookie === undefined || cookie === '') throw new Error(`no cookie came from the start address (${answer.status})`)
  return cookie
}

async function openSocket(origin: string, cookie: string): Promise<ReturnType<typeof socketFrames>> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${SOCKET_PATH}`, { headers: { cookie, origin } })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return socketFrames(socket)
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it has ended meanwhile
  }
}
