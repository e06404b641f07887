// R28 for snapshots: a file with a flipped bit, cut short or partly blank is refused, or says what is damaged, or answers as before.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/app-error.ts'
import { filePorts } from '../../src-main/reader/file-ports.ts'
import { openSnapshot } from '../../src-main/snapshots/open.ts'
import { random } from '../support/seeded-random.ts'

const cases = process.env.LANDSCOPE_FULL_COUNTS === '1' ? 1_000 : 100
const seed = Number(process.env.LANDSCOPE_SEED ?? Date.now() % 1_000_000)
const folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const whole = readFileSync(join(import.meta.dirname, '../../src-main/snapshots/golden/1.0.lsnap'))
const at = new Date('2026-01-02T01:02:05Z')

interface Opened {
  readonly verified: string
  readonly brokers: unknown
  readonly findings: unknown
}
let n = 0
async function opened(bytes: Buffer): Promise<Opened | AppError> {
  n += 1
  const path = join(folder, 'file.lsnap')
  writeFileSync(path, bytes)
  const into = join(folder, `in-${n}`)
  try {
    const file = await openSnapshot('one', path, into, filePorts(into))
    try {
      await file.checked
      const page = (system: string, collection: string) => file.queries.page({ system, collection, offset: 0, limit: 10 }, at)
      return { verified: file.answer().verified, brokers: await page('kafka', 'brokers'), findings: await page('landscope', 'findings') }
    } finally {
      await file.close()
    }
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
}

describe('damaged snapshots', () => {
  it(`never answer wrongly in silence (${cases} cases)`, async () => {
    console.log(`seed ${seed}`)
    const next = random(seed)
    const honest = await opened(whole)
    expect(honest).toMatchObject({ verified: 'verified' })
    const seen = { refused: 0, damaged: 0, unharmed: 0 }
    for (let i = 0; i < cases; i += 1) {
      const bytes = Buffer.from(whole)
      const place = Math.floor(next() * bytes.length)
      const kind = i % 10
      if (kind < 8) bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(next() * 8))
      else if (kind === 8) bytes.fill(0, place, Math.min(bytes.length, place + 512))
      const answer = await opened(kind === 9 ? bytes.subarray(0, place) : bytes)
      if (answer instanceof AppError) {
        expect(['refused', 'unsupported']).toContain(answer.data.code)
        seen.refused += 1
      } else if (answer.verified === 'damaged') seen.damaged += 1
      else {
        expect(answer).toEqual(honest)
        seen.unharmed += 1
      }
    }
    console.log(JSON.stringify(seen))
    expect(seen.refused + seen.damaged).toBeGreaterThan(seen.unharmed)
  }, 600_000)
})
