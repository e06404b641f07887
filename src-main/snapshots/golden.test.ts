// Files of every released format open for ever. A golden file is never written again; what it answers is written down here.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plain } from '../../shared/model/sentence.ts'
import { filePorts } from '../reader/file-ports.ts'
import { type OpenedFile, openSnapshot } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  ['at once', undefined],
  ['its series in the background, as of a large file', 0],
])('the golden file of format 1.0, opened %s', (how, atOnceBytes) => {
  const path = join(import.meta.dirname, 'golden', '1.0.lsnap')
  let file: OpenedFile
  beforeAll(async () => {
    const into = join(folder, how.slice(0, 3))
    file = await openSnapshot('golden', path, into, { ...filePorts(into), ...(atOnceBytes === undefined ? {} : { atOnceBytes }) })
  })
  afterAll(() => file.close())

  it('is the file that was released', () => {
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(
      'b8c21781b888f613dabfad755b067668e6d78a49b529a9d880d978f45cdefcc8',
    )
  })

  it('shows the same rows at a moment', async () => {
    const page = await file.queries.page(
      { system: 'kafka', collection: 'brokers', sort: 'broker', offset: 0, limit: 10 },
      new Date('2026-01-02T01:02:05Z'),
    )
    const cell = (row: number, name: string): unknown => page.rows[row]?.cells[page.columns.indexOf(name)]
    expect(page.total).toBe(3)
    expect([0, 1, 2].map((row) => cell(row, 'contact'))).toEqual(['answering', 'refusing', 'answering'])
    expect(cell(1, 'lastError')).toBe(`${String(cell(1, 'address'))} refused the connection`)
    expect(cell(1, 'host')).toBe('host-t3nznvdb')
    expect(cell(1, 'leads')).toBe(8)
  })

  it('draws the same curve', async () => {
    const { fields } = await file.queries.series({
      urn: 'urn:ls:kafka:cluster-One_1:brokers:2',
      fields: ['outOfSync'],
      from: new Date('2026-01-02T01:00:00Z'),
      to: new Date('2026-01-02T01:03:40Z'),
      points: 100,
    })
    const points = fields.outOfSync ?? []
    const changes = points.filter((point, i) => point.value !== points[i - 1]?.value)
    expect(changes.map((point) => [point.at.toISOString().slice(14, 19), point.value])).toEqual([
      ['00:00', 0],
      ['01:40', 3],
      ['02:40', 0],
    ])
  })

  it('names the same finding', async () => {
    const held = await file.queries.heldBetween('landscope', 'findings', new Date('2026-01-02T01:00:00Z'), new Date('2026-01-02T01:03:40Z'))
    expect(held.map((one) => [one.row.rule, one.from.toISOString(), one.to?.toISOString()])).toEqual([
      ['BROKER_MISSING', '2026-01-02T01:01:40.000Z', '2026-01-02T01:02:40.000Z'],
    ])
  })

  it('replays the same read, exact and without its body', async () => {
    const input = { topic: 'orders', partition: 3n, from: 'around', offset: 9_007_199_254_740_993n }
    expect(await file.replay({ connection: 'east', read: 'messages', input })).toEqual({
      columns: ['offset', 'timestamp', 'value', 'valueBytes'],
      rows: [[9_007_199_254_740_993n, new Date('2026-01-02T01:02:00Z'), { unknown: 'withheld', note: 'hash df5e6f27bd19ce41' }, 20n]],
      from: 'recorded',
    })
  })

  it('is whole and says what it is', async () => {
    await file.checked
    const { verified, damaged, manifest, says } = file.answer()
    expect({ verified, damaged, version: manifest.version }).toEqual({ verified: 'verified', damaged: [], version: '1.0' })
    expect(plain(says)).toBe(
      'Recorded 2026-01-02 01:00–01:03 UTC with Landscope 0.1.0; 1 system; 3 values pseudonymised; nothing after 01:03.',
    )
  })
})
