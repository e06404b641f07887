// `npm start`: opens the app in a window, or, where there can be none, serves the same app to a browser and says why. It shows the
// recorded incident first, for nobody has a platform on the first day. Options: --profile DIR, --open FILE, --browser.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { build, isBuildStale } from './start-build.ts'
import { findElectron, lacksDisplay, lacksLibraries } from './start-runtime.ts'
import { openWindow } from './start-window.ts'

const checkout = resolve(import.meta.dirname, '../..')
const given = process.argv.slice(2)
const appArgs = [...(given.includes('--open') ? [] : recordedIncident()), ...given.filter((word) => word !== '--browser')]

process.exitCode = await start()

async function start(): Promise<number> {
  if (isBuildStale(checkout)) {
    console.log('Landscope is built …')
    const failure = build(checkout)
    if (failure !== undefined) {
      console.error(failure)
      return 1
    }
  }
  if (given.includes('--browser')) return serve('that was asked for')
  const noDisplay = lacksDisplay()
  if (noDisplay !== undefined) return serve(noDisplay)
  const electron = await findElectron(checkout, console.log)
  if ('why' in electron) return serve(electron.why)
  const noLibraries = lacksLibraries(electron.binary)
  if (noLibraries !== undefined) return serve(noLibraries)
  if (electron.note !== undefined) console.log(electron.note)
  const root = process.platform === 'linux' && process.getuid?.() === 0
  if (root) console.log('You are root: Chromium runs without its sandbox then.')
  const window = await openWindow(electron.binary, [...(root ? ['--no-sandbox'] : []), checkout, ...appArgs])
  return 'why' in window ? serve(window.why) : window.ended
}

/** Serves the app as a process of its own, because the size of Node's thread pool is taken from the environment at the start. */
async function serve(why: string): Promise<number> {
  console.log(`No window: ${why}.`)
  const child = spawn(process.execPath, [join(checkout, 'out/main/cli.js'), 'serve', '--json', ...appArgs], {
    cwd: checkout,
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface(child.stdout).on('line', (line) => {
    const url = addressIn(line)
    console.log(url === undefined ? line : `Landscope is served to your browser at ${url} (the address works once; Ctrl+C ends it)`)
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((done) => {
    child.once('error', () => done(127))
    child.once('exit', (code) => done(code ?? 0))
  })
}

function addressIn(line: string): string | undefined {
  try {
    const said: unknown = JSON.parse(line)
    return typeof said === 'object' && said !== null && 'url' in said && typeof said.url === 'string' ? said.url : undefined
  } catch {
    return undefined
  }
}

function recordedIncident(): readonly string[] {
  const folder = join(checkout, 'resources/incidents')
  const file = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.lsnap')) : undefined
  return file === undefined ? [] : ['--open', join(folder, file)]
}
