// S6: the app's own scheme answers GET for the page's files and nothing else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedApp, launchApp } from '../support/launch-app.ts'

let launched: LaunchedApp

beforeAll(async () => {
  launched = await launchApp()
})
afterAll(() => launched?.close())

/** Asks from the main process, where no page's policy stands before the scheme. */
const ask = (url: string, method = 'GET'): Promise<number> =>
  launched.app.evaluate(
    async ({ net }, { url, method }) => {
      try {
        return (await net.fetch(url, { method, ...(method === 'GET' || method === 'HEAD' ? {} : { body: 'x' }) })).status
      } catch {
        return 0 // refused before it reached the handler
      }
    },
    { url, method },
  )

describe('S6 landscope://app', () => {
  it('answers the page and its parts', async () => {
    expect(await ask('landscope://app/')).toBe(200)
    expect(await ask('landscope://app/index.html')).toBe(200)
    const parts = await launched.page.evaluate(() => [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map((s) => s.src))
    expect(parts.length).toBeGreaterThan(0)
    for (const part of parts) expect(await ask(part), part).toBe(200)
  })

  it.each([
    'landscope://app/..%2fpackage.json',
    'landscope://app/%2e%2e/package.json',
    'landscope://app/%2e%2e%2fmain/shell.js',
    'landscope://app/..%5cmain%5cshell.js',
    'landscope://app/..\\main\\shell.js',
    'landscope://app/assets/%2e%2e/%2e%2e/main/shell.js',
    'landscope://app//etc/hosts',
    'landscope://app/%2fetc%2fhosts',
    'landscope://app/index.html%00.js',
    'landscope://app/index.html.',
    'landscope://app/.env',
    'landscope://app/assets',
    'landscope://app/assets/',
    'landscope://app/nothing.js',
    'landscope://other/',
    'landscope://other/index.html',
    'landscope://app.evil/',
    'landscope://user@app/',
    'landscope://user:word@app/',
  ])('does not answer %s', async (url) => {
    const status = await ask(url)
    expect([0, 400, 404], `${url} → ${status}`).toContain(status)
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('does not answer %s', async (method) => {
    expect(await ask('landscope://app/', method)).toBe(405)
  })

  it('loads no file: URL into the window', async () => {
    const status = await launched.page.evaluate(() =>
      fetch('file:///etc/hosts').then(
        () => 'answered',
        () => 'refused',
      ),
    )
    expect(status).toBe('refused')
  })
})
