// S1–S4, S12: the page has no Node, no Electron and no way around its sandbox.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedApp, launchApp } from '../support/launch-app.ts'

let launched: LaunchedApp

beforeAll(async () => {
  launched = await launchApp()
})
afterAll(() => launched?.close())

/** Runs in the page: which of Node's names exist there. */
const NODE_NAMES = `['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter((name) => typeof globalThis[name] !== 'undefined')`

describe('the window', () => {
  it('S1 S3 S4 is created with Node off, isolation, sandbox and web security on', async () => {
    const preferences = await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => {
        const contents = window.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
        return contents.getLastWebPreferences()
      }),
    )
    expect(preferences.length).toBeGreaterThan(0)
    for (const preference of preferences) {
      expect(preference).toMatchObject({
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        contextIsolation: true,
        sandbox: true,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
      })
    }
  })

  it('S1 has none of Node in the page', async () => {
    expect(await launched.page.evaluate(NODE_NAMES)).toEqual([])
  })

  it('S2 keeps its bridge when the page replaces the language under it', async () => {
    const seen = await launched.page.evaluate(async () => {
      const recorded: string[] = []
      const note = (what: unknown): void => {
        recorded[recorded.length] = typeof what === 'object' && what !== null ? Object.getOwnPropertyNames(what).join() : typeof what
      }
      const { push } = Array.prototype
      const { parse } = JSON
      const { then } = Promise.prototype
      const { get } = Reflect
      Array.prototype.push = function (this: unknown[], ...items: unknown[]) {
        for (const item of items) note(item)
        return push.apply(this, items)
      }
      JSON.parse = (text: string) => {
        note(text)
        return parse(text)
      }
      // biome-ignore lint/suspicious/noThenProperty: the attack that is tried
      Promise.prototype.then = function (this: Promise<unknown>, ...args: Parameters<typeof then>) {
        note(this)
        return then.apply(this, args)
      } as typeof then
      Reflect.get = (target: object, key: PropertyKey) => {
        note(target)
        return get(target, key)
      }
      try {
        const bridge = (globalThis as unknown as { landscope: { connect(): void } }).landscope
        bridge.connect()
        await new Promise((resolve) => setTimeout(resolve, 200))
      } finally {
        Array.prototype.push = push
        JSON.parse = parse
        // biome-ignore lint/suspicious/noThenProperty: put back
        Promise.prototype.then = then
        Reflect.get = get
      }
      return recorded
    })
    expect(seen.filter((names) => /ipc|sender|electron|require|_events/i.test(names))).toEqual([])
    expect(await launched.page.evaluate(() => document.title)).toContain('Landscope')
  })

  it('S4 cannot reach another origin, also one that would allow it', async () => {
    let requests = 0
    const server = createServer((_request, response) => {
      requests += 1
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end('here')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const outcome = await launched.page.evaluate(
        (url) =>
          fetch(url).then(
            () => 'answered',
            () => 'refused',
          ),
        `http://127.0.0.1:${port}/`,
      )
      expect(outcome).toBe('refused')
      expect(requests).toBe(0)
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})

describe('S12 the bridge', () => {
  it('is one object with one function', async () => {
    const shape = await launched.page.evaluate(() => {
      const bridge = (globalThis as unknown as { landscope: object }).landscope
      return Object.entries(Object.getOwnPropertyDescriptors(bridge)).map(([name, d]) => [name, typeof d.value, d.writable, d.configurable])
    })
    expect(shape).toEqual([['connect', 'function', false, false]])
  })

  it('leads to no object of Electron, along properties and prototypes', async () => {
    const names = await launched.page.evaluate(() => {
      const bridge = (globalThis as unknown as { landscope: object }).landscope
      const found = new Set<string>()
      const builtIn = new Set<unknown>([Object.prototype, Function.prototype, globalThis, Object, Function])
      const visited = new Set<unknown>()
      const walk = (value: unknown): void => {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || builtIn.has(value) || visited.has(value)) return
        visited.add(value)
        for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
          found.add(name)
          walk(descriptor.value)
          walk(descriptor.get)
        }
        walk(Object.getPrototypeOf(value))
      }
      walk(bridge)
      return [...found].sort()
    })
    expect(names).toEqual(['arguments', 'caller', 'connect', 'constructor', 'length', 'name', 'prototype'])
  })

  it('returns nothing and passes nothing on', async () => {
    const returned = await launched.page.evaluate(
      () => typeof (globalThis as unknown as { landscope: { connect(): unknown } }).landscope.connect(),
    )
    expect(returned).toBe('undefined')
  })
})

describe('S1 without the content security policy in the way', () => {
  beforeAll(async () => {
    const session = await launched.page.context().newCDPSession(launched.page)
    await session.send('Page.setBypassCSP', { enabled: true })
    await launched.page.reload()
  })

  it('a worker has none of Node', async () => {
    const names = await launched.page.evaluate(
      (probe) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(URL.createObjectURL(new Blob([`postMessage(${probe})`])))
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = (event) => reject(new Error(event.message))
        }),
      NODE_NAMES,
    )
    expect(names).toEqual([])
  })

  it('a frame has none of Node and no bridge', async () => {
    const names = await launched.page.evaluate(
      (probe) =>
        new Promise((resolve) => {
          addEventListener('message', ({ data }) => Array.isArray(data) && resolve(data))
          const frame = document.createElement('iframe')
          frame.srcdoc = `<script>parent.postMessage([...${probe}, ...('landscope' in globalThis ? ['landscope'] : [])], '*')</script>`
          document.body.append(frame)
        }),
      NODE_NAMES,
    )
    expect(names).toEqual([])
  })
})
