// An opened file in real Electron: its reader is a process of its own that the shell starts; file and place survive its death and
// the host's.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceAnswer } from '../../shared/contract/control.ts'
import { createHost } from '../../src-main/host/create-host.ts'
import { leftovers, runs } from '../support/free-of-leftovers.ts'
import { type LaunchedApp, launchApp } from '../support/launch-app.ts'
import { noFiles } from '../support/no-files.ts'
import { waitFor } from '../support/process.ts'

const left = leftovers()
let launched: LaunchedApp
let file = ''
let broken = ''

/** A real file: what a profile without connections has recorded of itself. */
async function recordOne(folder: string): Promise<string> {
  const path = join(folder, 'one.lsnap')
  const host = await createHost({
    profile: join(folder, 'recorded'),
    app: { name: 'Landscope', version: '0' },
    mode: 'served',
    files: noFiles,
  })
  const call = { signal: new AbortController().signal }
  try {
    const to = new Date()
    await host.handlers.snapshots.write({ path, title: 'One', from: new Date(to.getTime() - 60_000), to, redaction: 'internal' }, call)
    await waitFor('the file is written', () => existsSync(path), { withinMs: 30_000 })
  } finally {
    await host.close()
  }
  return path
}

beforeAll(async () => {
  const folder = left.end(await mkdtemp(join(tmpdir(), 'opened-file-')), (f) => rm(f, { recursive: true, force: true }))
  file = await recordOne(folder)
  broken = join(folder, 'broken.lsnap')
  await writeFile(broken, 'PK\u0003\u0004 no snapshot')
  launched = left.end(await launchApp({ args: ['--open', file] }), (app) => app.close())
  // A picture of the app in place of its page: it has the bridge too, but no connection of its own that takes the port back.
  const picture = await launched.page.locator('link[rel=icon]').evaluate((link: HTMLLinkElement) => link.href)
  await launched.app.evaluate(({ BrowserWindow }, url) => BrowserWindow.getAllWindows()[0]?.loadURL(url), picture)
})
afterAll(() => left.endAll())

/** Asks the host over an own port, as the page does. */
function ask(path: string, input: string): Promise<string> {
  return launched.page.evaluate(
    ({ path, input }) =>
      new Promise<string>((resolve) => {
        const heard = (event: MessageEvent): void => {
          const [port] = event.data?.type === 'landscope-port' ? event.ports : []
          if (port === undefined) return
          removeEventListener('message', heard)
          port.onmessage = ({ data }) => {
            port.close()
            resolve(String(data))
          }
          port.addEventListener('close', () => resolve('the port was closed'))
          port.start()
          port.postMessage(`{"i":"a","p":{"u":"${path}","b":{"json":${input}}}}`)
        }
        addEventListener('message', heard)
        ;(globalThis as unknown as { landscope: { connect(): void } }).landscope.connect()
      }),
    { path, input },
  )
}
async function sources(): Promise<readonly SourceAnswer[]> {
  const answer = await ask('/hello', '{}')
  if (!answer.startsWith('{')) return []
  const frame = JSON.parse(answer) as { p?: { b?: { json?: { sources?: readonly SourceAnswer[] } } } }
  return frame.p?.b?.json?.sources ?? []
}
const pidOf = (name: string): Promise<number | undefined> =>
  launched.app.evaluate(
    ({ app }, wanted) => app.getAppMetrics().find((metric) => metric.serviceName === wanted || metric.name === wanted)?.pid,
    name,
  )

describe('an opened file', () => {
  it('is what the page looks at, although it was opened before the page was there', async () => {
    const other = await launchApp({ args: ['--open', file] })
    try {
      await other.page.waitForFunction(() => location.hash.includes('source='), undefined, { timeout: 30_000 })
      await other.page.getByRole('button', { name: 'Viewing' }).filter({ hasText: 'FILE' }).waitFor()
    } finally {
      await other.close()
    }
  })

  it('named at the start is open before the page asks, in a process of its own', async () => {
    let first: readonly SourceAnswer[] | undefined
    // The page goes to the file's place as it starts, which ends what runs in it.
    await waitFor('the page stands', async () => {
      first = await sources().catch(() => undefined)
      return first !== undefined
    })
    expect(first).toMatchObject([{ path: file }])
    expect(await pidOf('Landscope reader')).toBeGreaterThan(0)
  })

  it('answers again within two seconds after its reader was killed', async () => {
    const [before] = await sources()
    const old = await pidOf('Landscope reader')
    const at = performance.now()
    process.kill(old ?? 0, 'SIGKILL')
    const question = JSON.stringify({ source: before?.source })
    await waitFor(
      'the file answers',
      async () => {
        const now = await pidOf('Landscope reader')
        return now !== undefined && now !== old && (await ask('/sources/get', question)).includes('"manifest"')
      },
      { withinMs: 10_000, everyMs: 20 },
    )
    const backMs = performance.now() - at
    console.log(`reader killed: the file answers again after ${backMs.toFixed(0)} ms (≤ 2000)`)
    expect(backMs).toBeLessThan(2_000)
  })

  it('is open again under the same name after the host was killed', async () => {
    const [before] = await sources()
    const old = await pidOf('Landscope host')
    process.kill(old ?? 0, 'SIGKILL')
    await waitFor('another host', async () => ![undefined, old].includes(await pidOf('Landscope host')), { withinMs: 10_000, everyMs: 20 })
    await waitFor(
      'the file is open',
      async () => (await sources()).some(({ source, path }) => source === before?.source && path === file),
      { withinMs: 10_000 },
    )
  })

  it('that is none is named to the person, with the reason', async () => {
    await launched.app.evaluate(
      ({ app, dialog }, { path }) => {
        Object.assign(globalThis, { boxes: [] })
        const box = async (...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> => {
          ;(globalThis as unknown as { boxes: unknown[] }).boxes.push(args.at(-1))
          return { response: 0, checkboxChecked: false }
        }
        dialog.showMessageBox = box as typeof dialog.showMessageBox
        app.emit('second-instance', {}, [], '/', { words: ['--open', path], cwd: '/' })
      },
      { path: broken },
    )
    const boxes = (): Promise<{ message: string; detail: string }[]> =>
      launched.app.evaluate(() => (globalThis as unknown as { boxes: { message: string; detail: string }[] }).boxes)
    await waitFor('the person is told', async () => (await boxes()).length > 0)
    const [said] = await boxes()
    expect(said?.message).toBe('broken.lsnap was not opened.')
    expect(said?.detail.length).toBeGreaterThan(10)
    expect((await sources()).map(({ path }) => path)).toEqual([file])
  })

  it('leaves no reader behind when the host has died', async () => {
    const reader = await pidOf('Landscope reader')
    const host = await pidOf('Landscope host')
    expect(runs(reader ?? 0)).toBe(true)
    process.kill(host ?? 0, 'SIGKILL')
    await waitFor('the reader is gone', () => !runs(reader ?? 0), { withinMs: 10_000 })
  })
})
