import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { download, findElectron, lacksDisplay } from './start-runtime.ts'

let checkout = ''
let electron = ''

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'start-runtime-'))
  electron = join(checkout, 'node_modules/electron')
  mkdirSync(join(electron, 'dist'), { recursive: true })
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', '')
  vi.stubEnv('LANDSCOPE_CACHE', join(checkout, 'cache'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(checkout, { recursive: true, force: true })
})

const program = (path: string): void => {
  writeFileSync(path, '#!/bin/sh\n')
  chmodSync(path, 0o755)
}
const installer = (code: string): void => writeFileSync(join(electron, 'install.js'), code)
const said: string[] = []
const find = () => findElectron(checkout, (line) => said.push(line))

describe('findElectron', () => {
  it('takes the one named by the environment before all others', async () => {
    mkdirSync(join(checkout, 'own'))
    program(join(checkout, 'own/electron'))
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', join(checkout, 'own'))
    expect(await find()).toEqual({ binary: join(checkout, 'own/electron') })
  })

  it('says so when the environment names none', async () => {
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', join(checkout, 'own'))
    expect(await find()).toMatchObject({ why: expect.stringContaining('ELECTRON_OVERRIDE_DIST_PATH names no Electron') })
  })

  it('takes the installed one without asking the network', async () => {
    writeFileSync(join(electron, 'path.txt'), 'electron')
    program(join(electron, 'dist/electron'))
    installer('process.exit(1)')
    expect(await find()).toEqual({ binary: join(electron, 'dist/electron') })
  })

  it('fetches it where it is not installed', async () => {
    installer(
      `const fs = require('fs'); fs.writeFileSync(__dirname + '/path.txt', 'electron'); fs.writeFileSync(__dirname + '/dist/electron', '')`,
    )
    expect(await find()).toEqual({ binary: join(electron, 'dist/electron') })
  })

  it('takes the one that tests have laid out when it cannot be fetched, and says so', async () => {
    installer(`console.error('TypeError: fetch failed'); process.exit(1)`)
    mkdirSync(join(checkout, 'cache/electron-33.2.1'), { recursive: true })
    program(join(checkout, 'cache/electron-33.2.1/electron'))
    expect(await find()).toMatchObject({
      binary: join(checkout, 'cache/electron-33.2.1/electron'),
      note: expect.stringContaining('fetch failed'),
    })
  })

  it('says why there is none', async () => {
    installer(`console.error('TypeError: fetch failed'); process.exit(1)`)
    expect(await find()).toEqual({ why: 'Electron could not be fetched (TypeError: fetch failed)' })
  })
})

describe('download', () => {
  it('ends an installer that brings nothing', async () => {
    installer('setInterval(() => {}, 1000)')
    expect(await download(electron, 1_000)).toBe('nothing came for 1 s')
  })

  it('waits for one that goes on bringing something', async () => {
    installer(`const fs = require('fs'), os = require('os'); let n = 0
      const timer = setInterval(() => { fs.appendFileSync(os.tmpdir() + '/part', 'x'.repeat(1000)); if (++n === 8) { clearInterval(timer); console.error('Error: the end'); process.exitCode = 1 } }, 300)`)
    expect(await download(electron, 1_500)).toBe('Error: the end')
  })
})

describe('lacksDisplay', () => {
  it.each([
    [{}, 'linux', true],
    [{ DISPLAY: '' }, 'linux', true],
    [{ DISPLAY: ':0' }, 'linux', false],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', false],
    [{}, 'darwin', false],
    [{}, 'win32', false],
  ] as const)('with %j on %s: %s', (env, platform, lacks) => {
    expect(lacksDisplay(env, platform) !== undefined).toBe(lacks)
  })
})
