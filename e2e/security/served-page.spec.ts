// S5, S25 in a real browser: the served page works under the same policy without one violation, and its key is out of reach of scripts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServedApp, type ServedApp } from '../support/chromium.ts'

let served: ServedApp
const complaints: string[] = []

beforeAll(async () => {
  served = await openServedApp()
  await served.page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`violation: ${event.effectiveDirective} ${event.blockedURI} in ${event.sourceFile}:${event.lineNumber}`)
    })
  })
  served.page.on('console', (message) => {
    if (/violation|content security policy|trusted ?type/i.test(message.text())) complaints.push(message.text())
  })
  served.page.on('pageerror', (error) => complaints.push(String(error)))
  await served.page.reload()
})
afterAll(() => served?.close())

describe('the served page', () => {
  it('takes its token out of the address', () => {
    expect(served.page.url()).not.toContain('token')
  })

  it('is drawn and connected after a reload, by its cookie', async () => {
    await served.page.getByRole('navigation').first().waitFor()
    await served.page.getByText('Nothing is connected', { exact: false }).first().waitFor()
  })

  it.each(['now', 'map', 'snapshots', 'connections'])('shows %s without a violation of the policy', async (place) => {
    await served.page.evaluate((to) => {
      location.hash = `#/${to}`
    }, place)
    await served.page.waitForURL(new RegExp(`#/${place}`))
    await served.page.keyboard.press('Control+k')
    await served.page.getByRole('dialog').first().waitFor()
    await served.page.keyboard.press('Escape')
    expect(complaints).toEqual([])
  })

  it('is not left by going back further than it was entered', async () => {
    for (let i = 0; i < 8; i += 1) await served.page.keyboard.press('Escape')
    expect(served.page.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\//)
  })

  it('cannot read its cookie, and another origin gets nothing by it', async () => {
    expect(await served.page.evaluate(() => document.cookie)).toBe('')
    const context = served.page.context()
    const other = await context.newPage()
    try {
      const origin = new URL(served.page.url()).origin
      await other.route('http://elsewhere.test/', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>elsewhere</title>' }),
      )
      await other.goto('http://elsewhere.test/')
      const outcome = await other.evaluate(
        async (target) => ({
          fetched: await fetch(target, { credentials: 'include' }).then(
            (answer) => answer.status,
            () => 'refused',
          ),
          socket: await new Promise((resolve) => {
            const socket = new WebSocket(`${target.replace('http', 'ws')}/host`)
            socket.onopen = () => resolve('open')
            socket.onerror = () => resolve('refused')
          }),
        }),
        origin,
      )
      expect(outcome).toEqual({ fetched: 'refused', socket: 'refused' })
    } finally {
      await other.close()
    }
  })
})
