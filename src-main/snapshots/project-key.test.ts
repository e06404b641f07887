import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyFingerprint, projectKey } from './project-key.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('projectKey', () => {
  it('is made once and kept, for its owner only', async () => {
    const key = await projectKey(folder)
    expect(await projectKey(folder)).toEqual(key)
    expect(statSync(join(folder, 'snapshot-key')).mode & 0o777).toBe(0o600)
  })

  it('is one key for all who ask at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => projectKey(folder)))
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1)
  })

  it('is refused when it is not whole', async () => {
    writeFileSync(join(folder, 'snapshot-key'), 'short')
    await expect(projectKey(folder)).rejects.toThrow('not a key')
  })

  it('is told by a fingerprint that differs from key to key', async () => {
    expect(keyFingerprint(Buffer.alloc(32, 1))).not.toBe(keyFingerprint(Buffer.alloc(32, 2)))
  })
})
