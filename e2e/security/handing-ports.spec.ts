// S11: the port to the host goes to the top frame of our window on our own page, and to nobody else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkout, type LaunchedApp, launchApp } from '../support/launch-app.ts'

let launched: LaunchedApp

beforeAll(async () => {
  launched = await launchApp()
})
afterAll(() => launched?.close())

type Frame = 'top' | 'none' | 'child' | 'top on another origin' | 'top on a blank page'

/** Raises the shell's request as if a frame had sent it; resolves to how many ports were handed over for it. */
function request(frame: Frame): Promise<number> {
  return launched.app.evaluate(({ BrowserWindow }, kind) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (contents === undefined) throw new Error('there is no window')
    const top = contents.mainFrame
    const places: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      'top on another origin': { origin: 'https://evil.example' },
      'top on a blank page': { url: 'about:blank' },
    }
    const asking = kind === 'none' ? null : kind === 'child' ? { origin: top.origin, url: top.url, parent: top, top } : top
    let handed = 0
    const send = contents.postMessage.bind(contents)
    contents.postMessage = (channel, message, ports) => {
      handed += ports?.length ?? 0
      send(channel, message, ports)
    }
    const told = Object.entries(places[kind] ?? {})
    for (const [key, value] of told) Object.defineProperty(top, key, { value, configurable: true })
    contents.ipc.emit('connect', { sender: contents, senderFrame: asking, ports: [] }, false)
    for (const [key] of told) Reflect.deleteProperty(top, key)
    contents.postMessage = send
    return handed
  }, frame)
}

describe('S11 a port', () => {
  it('is handed to our page when it asks', async () => {
    const port = await launched.page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener('message', (event) => event.data?.type === 'landscope-port' && resolve(event.ports.length))
          ;(globalThis as unknown as { landscope: { connect(): void } }).landscope.connect()
        }),
    )
    expect(port).toBe(1)
  })

  it('is handed when the top frame asks, so the refusals below are about the frame', async () => {
    expect(await request('top')).toBe(1)
  })

  it.each(['none', 'child', 'top on another origin', 'top on a blank page'] as const)(
    'is refused to a frame that is: %s',
    async (frame) => {
      expect(await request(frame)).toBe(0)
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
      let handed = 0
      let asked = ''
      const home = new Promise((resolve) =>
        contents.on('did-finish-load', () => contents.getURL().startsWith('landscope://app/') && resolve(undefined)),
      )
      // The request is raised while the foreign page is there, before it is led back.
      contents.once('did-navigate', () => {
        const send = contents.postMessage.bind(contents)
        contents.postMessage = (channel, message, ports) => {
          handed += ports?.length ?? 0
          send(channel, message, ports)
        }
        asked = contents.getURL()
        contents.ipc.emit('connect', { sender: contents, senderFrame: contents.mainFrame, ports: [] }, false)
        contents.postMessage = send
      })
      await contents.loadURL('data:text/html,<title>x</title>').catch(() => {})
      await home
      return { handed, asked, url: contents.getURL() }
    })
    expect(outcome.asked).toMatch(/^data:/)
    expect(outcome.handed).toBe(0)
    expect(outcome.url).toMatch(/^landscope:\/\/app\//)
  })
})
