// `npm start`: a window where there can be one, else the same app in a browser with the reason.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startDisplay } from '../support/display.ts'
import { electronRuntime } from '../support/electron-runtime.ts'
import { descendants, type Leftovers, leftovers, runs } from '../support/free-of-leftovers.ts'
import { checkout } from '../support/launch-app.ts'
import { type RunningProcess, startProcess, waitFor } from '../support/process.ts'

let left: Leftovers
let folder = ''
beforeEach(async () => {
  left = leftovers()
  folder = left.end(await mkdtemp(join(tmpdir(), 'start-')), (f) => rm(f, { recursive: true, force: true, maxRetries: 5 }))
})
afterEach(() => left.endAll())

const said = (): string => readFileSync(join(folder, 'start.log'), 'utf8')

async function start(env: Readonly<Record<string, string | undefined>>, args: readonly string[] = []): Promise<RunningProcess> {
  return left.end(
    await startProcess({
      name: 'npm start',
      command: process.execPath,
      args: [join(checkout, 'src-main/cli/start.ts'), '--profile', join(folder, 'profile'), ...args],
      env: { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, LANDSCOPE_CACHE: join(folder, 'cache'), ...env },
      logFile: join(folder, 'start.log'),
    }),
    (started) => started.stop(),
  )
}

/** Waits for the address and opens it as a browser would; returns the page. */
async function servedPage(started: RunningProcess): Promise<string> {
  await waitFor('the address', () => said().includes('http://127.0.0.1:'), { withinMs: 120_000, processes: [started] })
  const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(said())?.[0] ?? ''
  const opened = await fetch(url, { redirect: 'manual' })
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return (await fetch(new URL('/', url), { headers: { cookie } })).text()
}

describe('npm start', () => {
  it('without a display serves the app and says that there is none', async () => {
    const started = await start({})
    expect(await servedPage(started)).toContain('<title>Landscope</title>')
    expect(said()).toContain('No window: there is no display')
  })

  it('with a display that does not answer serves the app and says how Electron ended', async () => {
    const started = await start({ DISPLAY: ':9999', ELECTRON_OVERRIDE_DIST_PATH: dirname(await electronRuntime()) })
    expect(await servedPage(started)).toContain('<title>Landscope</title>')
    expect(said()).toMatch(/No window: Electron ended before its window was shown \(SIG\w+: .*(X server|DISPLAY|platform)/)
  })

  it('without an Electron serves the app and says what is missing', async () => {
    const { name } = left.end(await startDisplay(), (display) => display.close())
    const started = await start({ DISPLAY: name, ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'nothing') })
    expect(await servedPage(started)).toContain('<title>Landscope</title>')
    expect(said()).toContain('No window: ELECTRON_OVERRIDE_DIST_PATH names no Electron')
  })

  it('ends what it serves when it is ended', async () => {
    const started = await start({}, ['--browser'])
    await servedPage(started)
    const family = descendants(started.pid)
    expect(family.length).toBeGreaterThan(0)
    process.kill(started.pid, 'SIGTERM')
    await waitFor('all is gone', () => [started.pid, ...family].every((pid) => !runs(pid)), { withinMs: 20_000 })
  })

  it('opens a window where there is a display and an Electron, and ends with it', async () => {
    const { name } = left.end(await startDisplay(), (display) => display.close())
    const started = await start({ DISPLAY: name, ELECTRON_OVERRIDE_DIST_PATH: dirname(await electronRuntime()) })
    await waitFor('the window', () => said().includes('Landscope is open.'), { withinMs: 120_000, processes: [started] })
    expect(said()).not.toContain('No window')
    const family = descendants(started.pid)
    process.kill(started.pid, 'SIGTERM')
    expect(await started.exited).toMatchObject({ code: 0 })
    await waitFor('all is gone', () => family.every((pid) => !runs(pid)), { withinMs: 20_000 })
  })
})
