// S3: started by an ordinary user, the page's process really runs inside Chromium's sandbox. Root can only start without it, so
// this test gives the app to the user nobody.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDisplay } from '../support/display.ts'
import { electronRuntime } from '../support/electron-runtime.ts'
import { descendants, leftovers } from '../support/free-of-leftovers.ts'
import { checkout } from '../support/launch-app.ts'
import { type RunningProcess, startProcess, waitFor } from '../support/process.ts'

const NOBODY = '65534'
const left = leftovers()
let app: RunningProcess
let processes: readonly { readonly type: string; readonly seccomp: string }[] = []

beforeAll(async () => {
  const root = process.getuid?.() === 0
  const folder = left.end(await mkdtemp(join(tmpdir(), 'sandbox-')), (f) => rm(f, { recursive: true, force: true, maxRetries: 5 }))
  const display = left.end(await startDisplay({ open: true }), (d) => d.close())
  // Root's cache and checkout may be closed to others: the app is laid out anew where nobody can read it, the runtime by hard links.
  await chmod(folder, 0o755)
  const runtime = dirname(await electronRuntime())
  await promisify(execFile)('cp', ['-al', runtime, join(folder, 'runtime')]).catch(() =>
    cp(runtime, join(folder, 'runtime'), { recursive: true }),
  )
  for (const part of ['out', 'package.json']) await cp(join(checkout, part), join(folder, 'app', part), { recursive: true })
  await mkdir(join(folder, 'home'))
  if (root) await chown(join(folder, 'home'), Number(NOBODY), Number(NOBODY))
  const electron = [join(folder, 'runtime', 'electron'), '--disable-gpu', join(folder, 'app'), '--profile', join(folder, 'home', 'profile')]
  const [command = '', ...args] = root ? ['setpriv', '--reuid', NOBODY, '--regid', NOBODY, '--clear-groups', ...electron] : electron
  app = left.end(
    await startProcess({
      name: 'the app',
      command,
      args,
      cwd: folder,
      env: { DISPLAY: display.name, HOME: join(folder, 'home'), TMPDIR: undefined, XDG_RUNTIME_DIR: undefined },
      logFile: join(folder, 'home', 'app.log'),
    }),
    (p) => p.stop(),
  )
  await waitFor('the window is shown', () => readFileSync(app.logFile, 'utf8').includes('Landscope is open.'), {
    withinMs: 30_000,
    processes: [app],
  })
  processes = descendants(app.pid).flatMap((pid) => {
    try {
      const type = /--type=([\w-]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1] ?? 'main'
      return [{ type, seccomp: /^Seccomp:\s+(\d)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '' }]
    } catch {
      return [] // it has ended meanwhile
    }
  })
})
afterAll(() => left.endAll())

describe('S3 the sandbox', () => {
  it('holds the process of the page by a filter of system calls', () => {
    const pages = processes.filter(({ type }) => type === 'renderer')
    expect(pages.length).toBeGreaterThan(0)
    expect(pages.every(({ seccomp }) => seccomp === '2')).toBe(true)
  })

  it('is on without any switch that turns it off', () => {
    expect(readFileSync(`/proc/${app.pid}/cmdline`, 'utf8')).not.toContain('no-sandbox')
  })
})
