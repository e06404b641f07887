// S11: the port to the host goes to the top frame of our window on our own page, and to nobody else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkout, type LaunchedApp, launchApp } from '../support/launch-app.ts'

let launched: LaunchedApp

beforeAll(async () => {
  launched = await launchApp()
  // The page's own connection is none of this test's business: only ports that come from now on are counted.
  await launched.page.evaluate(() => {
    Object.assign(globalThis, { ports: 0 })
    addEventListener('message', (event) => {
      const given = event.data?.type === 'landscope-port' ? event.ports.length : 0
      ;(globalThis as unknown as { ports: number }).ports += given
    })
  })
})
afterAll(() => launched?.close())

const ports = (): Promise<number> => launched.page.evaluate(() => (globalThis as unknown as { ports: number }).ports)

/** Lets a request that is under way arrive, be answered and come back: the answers keep their order. */
async function settle(): Promise<void> {
  await launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.send('ping'))
  await launched.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)))
}

/** Raises the shell's request as if a frame had sent it. `frame` is code that makes it from the window's contents. */
function request(frame: 'top' | 'none' | 'child' | 'top on another origin' | 'top on a blank page'): Promise<void> {
  return launched.app.evaluate(({ BrowserWindow }, kind) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (contents === undefined) throw new Error('there is no window')
    const top = contents.mainFrame
    const frames = {
      top: () => top,
      none: () => null,
      child: () => ({ origin: top.origin, url: top.url, parent: top, top }),
      'top on another origin': () => top,
      'top on a blank page': () => top,
    }
    const place =
      { 'top on another origin': { origin: 'https://evil.example' }, 'top on a blank page': { url: 'about:blank' } }[kind as string] ?? {}
    const told = Object.entries(place).map(([key, value]) => [key, { value, configurable: true }] as const)
    Object.defineProperties(top, Object.fromEntries(told))
    contents.ipc.emit('connect', { sender: contents, senderFrame: frames[kind](), ports: [] }, false)
    for (const [key] of told) Reflect.deleteProperty(top, key)
  }, frame)
}

describe('S11 a port', () => {
  it('is handed to our page when it asks', async () => {
    const before = await ports()
    await launched.page.evaluate(() => (globalThis as unknown as { landscope: { connect(): void } }).landscope.connect())
    await expect.poll(ports).toBeGreaterThan(before)
  })

  it('is handed when the top frame asks, so the refusals below are about the frame', async () => {
    const before = await ports()
    await request('top')
    await expect.poll(ports).toBeGreaterThan(before)
  })

  it.each(['none', 'child', 'top on another origin', 'top on a blank page'] as const)(
    'is refused to a frame that is: %s',
    async (frame) => {
      const before = await ports()
      await request(frame)
      await settle()
      expect(await ports()).toBe(before)
    },
  )

  it('is refused to a second window, whatever it shows, though it has the bridge', async () => {
    const outcome = await launched.app.evaluate(
      async ({ BrowserWindow }, { preload }) => {
        const second = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true, contextIsolation: true } })
        const tried: string[] = []
        for (const url of ['data:text/html,<title>x</title>', 'landscope://app/index.html']) {
          await second.loadURL(url).catch(() => {})
          const got = await second.webContents.executeJavaScript(`new Promise((resolve) => {
            addEventListener('message', (event) => event.data?.type === 'landscope-port' && resolve('port'))
            landscope.connect()
            setTimeout(resolve, 500, 'nothing')
          })`)
          tried.push(String(got))
        }
        second.destroy()
        return tried
      },
      { preload: `${checkout}/out/preload/preload.cjs` },
    )
    expect(outcome).toEqual(['nothing', 'nothing'])
  })

  it('is not in a child frame, which has no bridge', async () => {
    const has = await launched.page.evaluate(() => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      const found = frame.contentWindow !== null && 'landscope' in frame.contentWindow
      frame.remove()
      return found
    })
    expect(has).toBe(false)
  })

  it('is refused after the window was forced to another page, and the page comes back', async () => {
    const outcome = await launched.app.evaluate(async ({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0]
      if (window === undefined) throw new Error('there is no window')
      const contents = window.webContents
      const handed: string[] = []
      const send = contents.postMessage.bind(contents)
      contents.postMessage = (channel, ...rest) => {
        handed.push(`${channel} to ${contents.getURL()}`)
        send(channel, ...rest)
      }
      const home = new Promise((resolve) =>
        contents.on('did-finish-load', () => contents.getURL().startsWith('landscope://app/') && resolve(undefined)),
      )
      // The request is sent while the foreign page is there, before it is led back.
      contents.once('did-navigate', () =>
        contents.ipc.emit('connect', { sender: contents, senderFrame: contents.mainFrame, ports: [] }, false),
      )
      await contents.loadURL('data:text/html,<title>x</title>').catch(() => {})
      await home
      contents.postMessage = send
      return { handed: handed.filter((line) => line.includes('data:')), url: contents.getURL() }
    })
    expect(outcome.handed).toEqual([])
    expect(outcome.url).toMatch(/^landscope:\/\/app\//)
  })
})
