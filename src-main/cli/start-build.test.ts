import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { build, isBuildStale } from './start-build.ts'

let checkout = ''
const write = (path: string, atSeconds: number): void => {
  mkdirSync(join(checkout, path, '..'), { recursive: true })
  writeFileSync(join(checkout, path), '')
  utimesSync(join(checkout, path), atSeconds, atSeconds)
}

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'start-build-'))
  for (const path of [
    'src-main/shell/main.ts',
    'src-renderer/app/main.tsx',
    'shared/model/urn.ts',
    'package.json',
    'electron.vite.config.ts',
  ])
    write(path, 1_000)
})
afterEach(() => rmSync(checkout, { recursive: true, force: true }))

describe('isBuildStale', () => {
  it('is true without a build', () => {
    expect(isBuildStale(checkout)).toBe(true)
  })

  it('is false when the build is newer than every source', () => {
    write('out/renderer/index.html', 2_000)
    expect(isBuildStale(checkout)).toBe(false)
  })

  it.each(['src-main/shell/main.ts', 'src-renderer/app/new.css', 'shared/systems/kafka/system.ts', 'package.json'])(
    'is true when %s is newer',
    (path) => {
      write('out/renderer/index.html', 2_000)
      write(path, 3_000)
      expect(isBuildStale(checkout)).toBe(true)
    },
  )
})

describe('build', () => {
  it('names the missing packages', () => {
    expect(build(checkout)).toBe('The packages are not installed: run npm ci first.')
  })

  it('says why it failed', () => {
    write('node_modules/electron-vite/bin/electron-vite.js', 1_000)
    writeFileSync(
      join(checkout, 'node_modules/electron-vite/bin/electron-vite.js'),
      `console.error('error during build: no such file'); process.exit(1)`,
    )
    expect(build(checkout)).toContain('error during build: no such file')
  })
})
