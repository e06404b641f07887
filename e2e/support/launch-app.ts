// The real app in real Electron, for tests: its own profile folder, its own display, Playwright attached.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { startDisplay } from './display.ts'
import { electronRuntime } from './electron-runtime.ts'
import { leftovers, runs } from './free-of-leftovers.ts'
import { waitFor } from './process.ts'

declare global {
  /** Set by the shell while a test holds its start. */
  var __go: (() => void) | undefined
}

export interface LaunchOptions {
  /** Profile folder that is kept; without it a fresh one, removed at the end. */
  readonly profile?: string
  /** Arguments for the app, such as `--open FILE`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface LaunchedApp {
  readonly app: ElectronApplication
  readonly page: Page
  readonly profile: string
  readonly display: string
  /** Process id of the shell. */
  readonly pid: number
  close(): Promise<void>
}

/** Folder of the checkout. */
export const checkout = resolve(import.meta.dirname, '../..')

/** Chromium refuses to run as root with its sandbox. */
export const sandboxArgs: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : []

/** Starts the built app and waits until its page is drawn. Needs `npm run build` before. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  if (!existsSync(join(checkout, 'out/main/shell.js'))) throw new Error('the app is not built: npm run build')
  const executablePath = await electronRuntime()
  const left = leftovers()
  try {
    const profile =
      options.profile ??
      left.end(await mkdtemp(join(tmpdir(), 'landscope-app-')), (folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    const display = left.end(await startDisplay(), (d) => d.close())
    const launch = (): Promise<ElectronApplication> =>
      _electron.launch({
        executablePath,
        args: [...sandboxArgs, '--disable-gpu', checkout, '--profile', profile, ...(options.args ?? [])],
        env: { ...definedEnv(), DISPLAY: display.name, LANDSCOPE_TEST_HOLD: '1', ...options.env },
        timeout: 15_000,
      })
    // Attaching races with the start of the process now and then: once more, then it is a failure.
    const app = await launch().catch(launch)
    const pid = app.process().pid
    if (pid === undefined) throw new Error('Electron has no process id')
    left.end(app, () => endApp(app, pid))
    // The app waits until it is attached, or the attaching would race with its first window. A closed __go is not there yet: ask again.
    await waitFor('the app holds its start', () =>
      app.evaluate(() => {
        globalThis.__go?.()
        return globalThis.__go !== undefined
      }),
    )
    const page = await app.firstWindow({ timeout: 20_000 })
    await page.locator('#root > *').first().waitFor({ state: 'attached', timeout: 20_000 })
    return { app, page, profile, display: display.name, pid, close: left.endAll }
  } catch (error) {
    await left.endAll()
    throw error
  }
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((e): e is [string, string] => e[1] !== undefined))
}

async function endApp(app: ElectronApplication, pid: number): Promise<void> {
  if (!runs(pid)) return
  await Promise.race([app.close().catch(() => {}), waitFor('the app is gone', () => !runs(pid), { withinMs: 8_000 }).catch(() => {})])
  if (runs(pid)) process.kill(pid, 'SIGKILL')
  await waitFor('the app is gone', () => !runs(pid))
}
