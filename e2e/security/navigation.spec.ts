// S8–S10: the window stays on its one page, opens no other, and links leave it only through one door.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LaunchedApp, launchApp } from '../support/launch-app.ts'
import { waitFor } from '../support/process.ts'

let launched: LaunchedApp

beforeAll(async () => {
  launched = await launchApp()
  await launched.app.evaluate(({ dialog, shell }) => {
    const seen = { asked: [] as string[], opened: [] as string[], answer: 0 }
    Object.assign(globalThis, { seen })
    const box = async (...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> => {
      seen.asked.push((args.at(-1) as { message: string }).message)
      return { response: seen.answer, checkboxChecked: false }
    }
    dialog.showMessageBox = box as typeof dialog.showMessageBox
    shell.openExternal = async (url) => void seen.opened.push(url)
  })
})
afterAll(() => launched?.close())

interface Seen {
  asked: string[]
  opened: string[]
  answer: number
}
const seen = (): Promise<Seen> => launched.app.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)
const windows = (): Promise<number> => launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)

beforeEach(async () => {
  await launched.page.evaluate(() => Object.assign(globalThis, { mark: 'the same document' }))
})

/** Waits until both processes have handled what was sent to them before. */
async function settle(): Promise<void> {
  await launched.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)))
  await launched.app.evaluate(() => undefined)
}

const ways: Readonly<Record<string, string>> = {
  'location to another site': `location.href = 'https://example.invalid/'`,
  'location to a file': `location.href = 'file:///etc/hosts'`,
  'location to data:': `location.href = 'data:text/html,x'`,
  'location to another page of the app': `location.href = '/other.html'`,
  'location to another host of the scheme': `location.href = 'landscope://other/'`,
  'location.replace': `location.replace('https://example.invalid/')`,
  'location.assign': `location.assign('https://example.invalid/')`,
  'a link': `const a = document.createElement('a'); a.href = 'https://example.invalid/'; document.body.append(a); a.click()`,
  'a link to the top frame': `const a = document.createElement('a'); a.href = 'https://example.invalid/'; a.target = '_top'; document.body.append(a); a.click()`,
  'a download link': `const a = document.createElement('a'); a.href = 'https://example.invalid/x'; a.download = 'x'; document.body.append(a); a.click()`,
  'a form': `const f = document.createElement('form'); f.action = 'https://example.invalid/'; document.body.append(f); f.submit()`,
  'a form to the page itself': `const f = document.createElement('form'); f.action = '/?a=b'; document.body.append(f); f.submit()`,
  'a refresh tag': `const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url=https://example.invalid/'; document.head.append(m)`,
  'history to another site': `try { history.pushState(0, '', 'https://example.invalid/') } catch {}`,
  'history back before the first page': `history.go(-5)`,
  'the navigation API': `navigation.navigate('https://example.invalid/').finished.catch(() => {})`,
  'a frame that leads its parent away': `const f = document.createElement('iframe'); document.body.append(f); f.contentWindow.parent.location = 'https://example.invalid/'`,
}

describe('S8 navigation', () => {
  it.each(Object.entries(ways))('is not done by %s', async (_way, code) => {
    const address = launched.page.url()
    await launched.page.evaluate(`setTimeout(() => { ${code} }); undefined`)
    await settle()
    expect(launched.page.url()).toBe(address)
    expect(await launched.page.evaluate(() => (globalThis as unknown as { mark: string }).mark)).toBe('the same document')
  })

  it.each(['about:blank', 'about:blank#x'])('to %s, about which Chromium asks nobody, ends where it began', async (url) => {
    await launched.page.evaluate(() => {
      location.hash = '#/where/it/was'
    })
    await launched.page.evaluate((u) => {
      setTimeout(() => {
        location.href = u
      })
    }, url)
    await launched.page.waitForFunction(() => !('mark' in globalThis) && location.href.endsWith('app/#/where/it/was'))
    expect(await launched.page.title()).toContain('Landscope')
  })

  it('is not done by a middle click on a link', async () => {
    await launched.page.evaluate(() => {
      const a = document.createElement('a')
      a.href = 'http://example.invalid/'
      a.textContent = 'link'
      a.id = 'middle'
      a.setAttribute('style', '')
      Object.assign(a.style, { position: 'fixed', left: '0', top: '0', zIndex: '9999', width: '50px', height: '20px' })
      document.body.append(a)
    })
    const before = await windows()
    await launched.page.mouse.click(10, 10, { button: 'middle' })
    await launched.page.mouse.click(10, 10, { button: 'left', clickCount: 1 })
    await settle()
    await launched.page.evaluate(() => document.getElementById('middle')?.remove())
    expect(await windows()).toBe(before)
    expect(launched.page.url()).toMatch(/^landscope:\/\/app\//)
  })

  it.each([
    ['a file', { items: [], files: ['/etc/hosts'], dragOperationsMask: 1 }],
    ['a link', { items: [{ mimeType: 'text/uri-list', data: 'https://example.invalid/' }], dragOperationsMask: 1 }],
  ])('is not done by dropping %s on the window', async (_what, data) => {
    const session = await launched.page.context().newCDPSession(launched.page)
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
    await settle()
    expect(launched.page.url()).toMatch(/^landscope:\/\/app\//)
    expect(await launched.page.evaluate(() => (globalThis as unknown as { mark: string }).mark)).toBe('the same document')
  })

  it('inside the page goes on', async () => {
    await launched.page.evaluate(() => {
      location.hash = '#/a/place'
    })
    await settle()
    expect(launched.page.url()).toMatch(/#\/a\/place$/)
    expect(await launched.page.evaluate(() => (globalThis as unknown as { mark: string }).mark)).toBe('the same document')
  })
})

describe('S9 windows', () => {
  it.each(['https://example.invalid/', 'landscope://app/', 'about:blank', 'data:text/html,x', 'javascript:1', 'file:///etc/hosts'])(
    'are not opened for %s',
    async (url) => {
      const before = await windows()
      expect(await launched.page.evaluate((u) => window.open(u) === null, url)).toBe(true)
      await settle()
      expect(await windows()).toBe(before)
    },
  )

  it('are not made of a webview tag', async () => {
    const inert = await launched.page.evaluate(() => {
      const view = document.createElement('webview')
      view.setAttribute('src', 'https://example.invalid/')
      document.body.append(view)
      return !('getWebContentsId' in view)
    })
    expect(inert).toBe(true)
    expect(
      await launched.app.evaluate(({ webContents }) => webContents.getAllWebContents().filter((c) => c.getType() === 'webview').length),
    ).toBe(0)
  })
})

describe('S10 links to the outside', () => {
  const follow = (url: string): Promise<void> =>
    launched.page.evaluate((u) => {
      const a = document.createElement('a')
      a.href = u
      a.target = '_blank'
      document.body.append(a)
      a.click()
      a.remove()
    }, url)
  const reset = (answer: number): Promise<void> =>
    launched.app.evaluate((_electron, given) => {
      Object.assign((globalThis as unknown as { seen: Seen }).seen, { asked: [], opened: [], answer: given })
    }, answer)

  it('show their host and are opened by the system after a yes', async () => {
    await reset(0)
    await follow('https://kafka.apache.org/documentation/')
    await waitFor('the link is opened', async () => (await seen()).opened.length > 0)
    expect(await seen()).toMatchObject({
      asked: ['Open kafka.apache.org in your browser?'],
      opened: ['https://kafka.apache.org/documentation/'],
    })
  })

  it('are not opened after a no', async () => {
    await reset(1)
    await follow('https://kafka.apache.org/')
    await waitFor('the person is asked', async () => (await seen()).asked.length > 0)
    await settle()
    expect((await seen()).opened).toEqual([])
  })

  it.each([
    'http://example.org/',
    'file:///etc/hosts',
    'smb://server/share',
    'mailto:a@example.org',
    'https://user:word@example.org/',
    'vbscript:x',
  ])('ask nothing and open nothing for %s', async (url) => {
    await reset(0)
    await follow(url)
    await settle()
    expect(await seen()).toMatchObject({ asked: [], opened: [] })
  })
})
