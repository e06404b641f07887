// R27: killed at any moment of saving, the file is the old one or the new one, never a mixture.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openArchive } from '../../src-main/snapshots/archive.ts'
import { random } from '../support/seeded-random.ts'

const kills = process.env.LANDSCOPE_FULL_COUNTS === '1' ? 500 : 50
const seed = Number(process.env.LANDSCOPE_SEED ?? Date.now() % 1_000_000)
const folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Saves until a random moment after the first file was written; answers the last generation that was told. */
async function saveAndDie(path: string, waitMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'snapshot-saver.ts'), path], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    let told = 0
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        told = Number(text.toString().trim().split('\n').at(-1))
        resolve()
      })
      child.once('exit', () => reject(new Error('the saver ended by itself')))
    })
    await setTimeout(waitMs)
    return told
  } finally {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
  }
}

describe('saving', () => {
  it(`leaves a whole file at each of ${kills} kills`, async () => {
    console.log(`seed ${seed}`)
    const next = random(seed)
    const path = join(folder, 'night.lsnap')
    for (let n = 0; n < kills; n += 1) {
      const told = await saveAndDie(path, next() * 60)
      const archive = await openArchive(path)
      const manifest = JSON.parse((await archive.read('manifest.json')).toString())
      const { generation, body } = JSON.parse((await archive.read('body.json')).toString())
      archive.close()
      expect(generation).toBe(manifest.generation)
      expect(generation).toBeGreaterThanOrEqual(told)
      expect(body).toHaveLength(40_000)
      expect(body[39_999]).toBe(generation * 31 + 39_999)
      expect(readdirSync(folder).every((name) => name === 'night.lsnap' || name === 'night.lsnap.tmp')).toBe(true)
    }
  }, 600_000)
})
