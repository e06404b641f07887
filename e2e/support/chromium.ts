// The served app in a real browser, for tests: a server process of its own, Debian's Chromium, Playwright on it.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, chromium, type Page } from '@playwright/test'
import { leftovers } from './free-of-leftovers.ts'
import { checkout } from './launch-app.ts'

/** Where Debian's Chromium lies; another place by LANDSCOPE_CHROMIUM. */
const executablePath = process.env.LANDSCOPE_CHROMIUM ?? '/usr/bin/chromium'
const args =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

/** Starts a browser without a window. The caller closes it. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...args.split(' '), '--font-render-hinting=none', '--force-device-scale-factor=1'] })
}

export interface ServedOptions {
  /** Profile folder that is kept; without it a fresh one, removed at the end. */
  readonly profile?: string
  /** More arguments of `landscope serve`, such as `--open FILE`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly viewport?: { readonly width: number; readonly height: number }
}

export interface ServedApp {
  readonly page: Page
  readonly browser: Browser
  readonly profile: string
  /** Process id of the server. */
  readonly pid: number
  close(): Promise<void>
}

/** Serves the built app by `landscope serve --json` and opens its page. Needs `npm run build` before. */
export async function openServedApp(options: ServedOptions = {}): Promise<ServedApp> {
  const left = leftovers()
  try {
    const profile =
      options.profile ??
      left.end(await mkdtemp(join(tmpdir(), 'landscope-served-')), (folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    const server = spawn(join(checkout, 'bin/landscope'), ['serve', '--json', '--profile', profile, ...(options.args ?? [])], {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = new Promise<number>((resolve) => {
      server.once('error', () => resolve(127))
      server.once('exit', (code) => resolve(code ?? 1))
    })
    left.end(server, async () => {
      server.kill('SIGTERM')
      const insist = setTimeout(() => server.kill('SIGKILL'), 10_000)
      await exited
      clearTimeout(insist)
    })
    const url = await Promise.race([
      addressOf(server.stdout),
      exited.then((code) => {
        throw new Error(`landscope serve ended with ${code}`)
      }),
    ])
    const browser = left.end(await openChromium(), (b) => b.close())
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1440, height: 900 } })
    const page = await context.newPage()
    await page.goto(url)
    return { page, browser, profile, pid: server.pid ?? 0, close: left.endAll }
  } catch (error) {
    await left.endAll()
    throw error
  }
}

function addressOf(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    createInterface(stdout).on('line', (line) => {
      const said: unknown = line.startsWith('{') ? JSON.parse(line) : undefined
      if (typeof said === 'object' && said !== null && 'url' in said) resolve(String(said.url))
    })
  })
}
