import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type EntryName, entryPath, pageFolder } from './entry-path.ts'

describe('entryPath', () => {
  it.each<EntryName>(['host', 'reader', 'worker'])('finds the source of %s', (name) => {
    expect(existsSync(entryPath(name))).toBe(true)
  })

  it('finds the built program beside the built one that asks', () => {
    expect(entryPath('worker', '/app/out/main/host.js')).toBe('/app/out/main/worker.js')
  })

  it('finds the built program from a chunk too', () => {
    expect(entryPath('reader', '/app/out/main/chunks/store-1a2b.js')).toBe('/app/out/main/reader.js')
  })
})

describe('pageFolder', () => {
  it('lies beside the built programs', () => {
    expect(pageFolder('/app/out/main/chunks/store-1a2b.js')).toBe('/app/out/renderer')
  })

  it('is the checkout\u2019s build when sources run', () => {
    expect(pageFolder('/code/src-main/host/entry-path.ts')).toBe('/code/out/renderer')
  })
})
