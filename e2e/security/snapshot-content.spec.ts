// A21: files whose archive is well-formed and whose content is not: each opens with a report or is refused clearly, and what is
// damaged is blind, never healthy.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLockedEngine } from '../../src-main/reader/locked-engine.ts'
import { collectionOf } from '../../src-main/snapshots/column-masks.ts'
import { checkFooters } from '../../src-main/snapshots/footers.ts'
import { type OpenedFile, openSnapshot } from '../../src-main/snapshots/open.ts'
import { type MadeTable, toySystems } from '../support/exported-span.ts'
import { type MadeSnapshot, makeSnapshot } from '../support/made-snapshot.ts'
import { type OpenedTables, openedTables } from '../support/opened-tables.ts'

let folder = ''
let engine: DuckDBInstance
let tables: OpenedTables
const open: OpenedFile[] = []
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
  engine = await openLockedEngine(folder)
  tables = openedTables()
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  engine.closeSync()
  rmSync(folder, { recursive: true, force: true })
})

const head = { _key: 'varchar', _from: 'timestamp_ms', _to: 'timestamp_ms' }
const row = ['payments', '2026-01-02 01:00:00', 'infinity', 'payments', '[]'] as const
const groups: MadeTable = { entry: 'records/toy.groups.parquet', columns: { ...head, group: 'varchar', members: 'varchar' }, rows: [row] }
const brokers: MadeTable = {
  entry: 'records/toy.brokers.parquet',
  columns: { ...head, host: 'varchar' },
  rows: [['b1', row[1], row[2], 'b1']],
}
const series: MadeTable = {
  entry: 'series/toy.groups.parquet',
  columns: { _key: 'varchar', _t: 'timestamp_ms', lag: 'double' },
  rows: [['payments', row[1], 3]],
}
const coverage: MadeTable = { entry: 'coverage.parquet', columns: { connection: 'varchar' }, rows: [['toy-1']] }
const whole: MadeSnapshot = { tables: [groups, brokers, series, coverage], documents: { 'reads/index.json': '[]' } }

async function openBytes(bytes: Buffer): Promise<OpenedFile> {
  const path = join(folder, 'file.lsnap')
  writeFileSync(path, bytes)
  const connection = await engine.connect()
  const opened = await openSnapshot('one', path, join(folder, 'private'), {
    declarations: toySystems,
    openFile: tables.openFile,
    footers: (tables) =>
      checkFooters(
        connection,
        tables.map(({ file, rows, entry }) => ({ file, rows, collection: collectionOf(toySystems, entry) })),
      ),
  })
  open.push(opened)
  await opened.checked
  return opened
}
const openMade = async (made: MadeSnapshot): Promise<OpenedFile> => await openBytes(await makeSnapshot(made))
const refused = async (made: MadeSnapshot): Promise<unknown> =>
  await openMade(made).then(
    () => undefined,
    (why: unknown) => why,
  )
const page = { system: 'toy', collection: 'groups', offset: 0, limit: 10 }

/** Holds an opened file to "blind": this collection lost records, the others did not. */
async function expectBlind(opened: OpenedFile, entry: string): Promise<void> {
  expect(opened.answer()).toMatchObject({ verified: 'damaged', damaged: [entry] })
  const answer = await opened.queries.page(page)
  expect(answer.empty).toBe('not-recorded')
  expect(answer.freshness[0]).toMatchObject({ complete: false, missing: expect.stringContaining('damaged') })
  expect((await opened.queries.coverage({ from: new Date(0), to: new Date() }))[0]).toMatchObject({ state: 'failed' })
  expect((await opened.queries.diff({ offset: 0, limit: 10 }, undefined, undefined)).rows[0]).toMatchObject({ what: 'unseen' })
  expect((await opened.queries.page({ ...page, collection: 'brokers' })).empty).toBe('none-exist')
  expect(tables.given.at(-1)).toContain('records/toy.brokers.parquet')
}

describe('content of snapshots', () => {
  it('opens a whole file, says that it is verified, and leaves nothing when it is closed', async () => {
    const opened = await openMade(whole)
    expect(opened.answer()).toMatchObject({ verified: 'verified', damaged: [], ignored: [] })
    expect(tables.given).toEqual([
      ['coverage.parquet', 'instances.parquet', 'records/toy.brokers.parquet', 'records/toy.groups.parquet', 'series/toy.groups.parquet'],
    ])
    expect((await opened.queries.page(page)).empty).toBe('none-exist')
    await opened.close()
    expect(existsSync(join(folder, 'private'))).toBe(false)
    expect(tables.closed).toBe(1)
    await expect(opened.queries.page(page)).rejects.toMatchObject({ data: { code: 'cancelled' } })
  })

  it('refuses a newer major version with the version it needs, and writes nothing', async () => {
    const why = await refused({ ...whole, manifest: (honest) => ({ ...honest, version: '3.0', minReader: '2.4' }) })
    expect(why).toMatchObject({ data: { code: 'unsupported', message: expect.stringContaining('2.4') } })
    expect(readdirSync(folder).sort()).toEqual(['.spill', 'file.lsnap'])
  })

  it('opens a newer minor version and lists what it left out', async () => {
    const opened = await openMade({ ...whole, manifest: (honest) => ({ ...honest, version: '1.9', weather: 'rain' }) })
    expect(opened.answer()).toMatchObject({ verified: 'verified', ignored: ['manifest: weather'] })
  })

  it('lists collections and columns it does not know, and keeps them in the file', async () => {
    const later = { ...groups, columns: { ...groups.columns, mood: 'varchar' }, rows: [[...row, 'good']] }
    const unknownOne: MadeTable = { ...brokers, entry: 'records/toy.comets.parquet' }
    const unknownSystem: MadeTable = { ...brokers, entry: 'records/weather.clouds.parquet' }
    const opened = await openMade({ ...whole, tables: [later, brokers, series, coverage, unknownOne, unknownSystem] })
    expect(opened.answer().ignored).toEqual(['toy.comets', 'weather.clouds', 'toy.groups: mood'])
    expect(opened.answer().verified).toBe('verified')
    expect(tables.given[0]).not.toContain('records/toy.comets.parquet')
  })

  it.each<[string, MadeSnapshot['spoil']]>([
    ['one flipped bit', (name, bytes) => (name === groups.entry ? Buffer.from(bytes.map((b, i) => (i === 40 ? b ^ 1 : b))) : bytes)],
    ['other bytes of the same length', (name, bytes) => (name === groups.entry ? Buffer.alloc(bytes.length, 7) : bytes)],
    ['a part that is cut short', (name, bytes) => (name === groups.entry ? bytes.subarray(0, -4) : bytes)],
    ['a part that is missing', (name, bytes) => (name === groups.entry ? undefined : bytes)],
  ])('is blind for the records of %s, and for no others', async (_what, spoil) => {
    await expectBlind(await openMade({ ...whole, ...(spoil === undefined ? {} : { spoil }) }), groups.entry)
  })

  it.each(['coverage.parquet', 'instances.parquet'])(
    'refuses a file whose %s is damaged or missing: nothing in it could be told from what nobody saw',
    async (name) => {
      const missing: MadeSnapshot['manifest'] = (honest) => ({ ...honest, entries: honest.entries.filter((one) => one.name !== name) })
      for (const made of [
        { spoil: (one: string, bytes: Buffer) => (one === name ? Buffer.alloc(bytes.length) : bytes) },
        { manifest: missing },
      ]) {
        expect(await refused({ ...whole, ...made })).toMatchObject({ data: { code: 'refused', message: expect.stringContaining(name) } })
      }
    },
  )

  it('notices a damaged document in the background', async () => {
    const opened = await openMade({ ...whole, spoil: (name, bytes) => (name === 'reads/index.json' ? Buffer.from('{}') : bytes) })
    expect(opened.answer()).toMatchObject({ verified: 'damaged', damaged: ['reads/index.json'] })
    await expect(opened.replay({ connection: 'toy-1', read: 'messages', input: {} })).rejects.toMatchObject({ data: { code: 'protocol' } })
  })

  it.each<[string, MadeTable, MadeSnapshot['manifest']]>([
    [
      'has other numbers of rows than the manifest says',
      groups,
      (honest) => ({ ...honest, entries: honest.entries.map((one) => (one.name === groups.entry ? { ...one, rows: 2 } : one)) }),
    ],
    [
      'has a column of another type',
      { ...groups, columns: { ...groups.columns, group: 'bigint' }, rows: [['payments', row[1], row[2], 12, '[]']] },
      undefined,
    ],
    ['has times of another type', { ...groups, columns: { ...groups.columns, _from: 'varchar' } }, undefined],
    ['has a structure where a text should be', { ...groups, columns: { ...groups.columns, members: 'varchar[]' } }, undefined],
    [
      'has more than 500 columns',
      { entry: groups.entry, columns: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`c${i}`, 'integer'])), rows: [] },
      undefined,
    ],
    ['nests more than 8 deep', { entry: groups.entry, columns: { deep: `integer${'[]'.repeat(9)}` }, rows: [] }, undefined],
  ])('does not read a table that %s', async (_what, table, manifest) => {
    const opened = await openMade({ ...whole, tables: [table, brokers, series, coverage], ...(manifest === undefined ? {} : { manifest }) })
    await expectBlind(opened, groups.entry)
  })

  it.each<[string, number, number]>([
    ['in one place', 1, 1],
    ['in one place, and the manifest with it', 1, 3],
    ['everywhere', 9, 1],
  ])('does not read a table whose footer was forged to claim more rows %s', async (_what, times, rows) => {
    const forge = (name: string, bytes: Buffer): Buffer => {
      if (name !== groups.entry) return bytes
      const at = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
      const footer = Buffer.from(bytes.subarray(at))
      // field of 64 bits, next in order, value 1 → 3: the count of rows comes after the schema
      for (let n = 0, from = 0; n < times; n += 1) {
        from = footer.indexOf(Buffer.from([0x16, 0x02]), from)
        if (from < 0) break
        footer[from + 1] = 0x06
      }
      return Buffer.concat([bytes.subarray(0, at), footer])
    }
    const manifest: MadeSnapshot['manifest'] = (honest) => ({
      ...honest,
      entries: honest.entries.map((one) => (one.name === groups.entry ? { ...one, rows } : one)),
    })
    const opened = await openMade({ ...whole, forge, manifest })
    expect(opened.answer().damaged).toEqual([groups.entry])
  })

  it('treats names and titles with scripts, links and control characters as text', async () => {
    const title = '<img src=x onerror=alert(1)> javascript:alert(1) \u202e\u001b]8;;http://evil\u0007'
    const opened = await openMade({ ...whole, manifest: (honest) => ({ ...honest, title }) })
    expect(opened.answer().manifest.title).toBe(title)
    expect(opened.answer().says.every((span) => typeof span === 'string')).toBe(true)
  })

  it.each<[string, MadeSnapshot['manifest']]>([
    ['names a collection by a path', (honest) => ({ ...honest, collections: [{ system: 'toy', name: '../../x', rows: 1, entries: [] }] })],
    ['has entries of another shape', (honest) => ({ ...honest, entries: 'all of them' })],
    ['claims a negative size', (honest) => ({ ...honest, entries: [{ ...honest.entries[0], bytes: -1 }] })],
    ['is a list', () => []],
  ])('refuses a manifest that %s', async (_what, manifest) => {
    expect(await refused({ ...whole, ...(manifest === undefined ? {} : { manifest }) })).toMatchObject({ data: { code: 'refused' } })
  })

  it('refuses a manifest that is nested without end', async () => {
    expect(await refused({ ...whole, manifestText: '['.repeat(200_000) + ']'.repeat(200_000) })).toMatchObject({
      data: { code: 'refused' },
    })
    expect(
      await refused({
        ...whole,
        manifestText: `{"format":"lsnap","version":"1.0","minReader":"1.0","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      }),
    ).toMatchObject({
      data: { code: 'refused' },
    })
  })

  it('never unpacks a listed entry whose name the archive does not have or that is listed twice', async () => {
    const opened = await openMade({
      ...whole,
      manifest: (honest) => ({
        ...honest,
        entries: [...honest.entries, ...honest.entries, { name: '../../x.parquet', bytes: 3, sha256: 'a'.repeat(64) }],
      }),
    })
    expect(opened.answer().damaged).toEqual(['../../x.parquet'])
    expect(tables.given[0]).toHaveLength(5)
  })

  it('lists entries that the manifest does not know and reads none of them', async () => {
    const opened = await openMade({ ...whole, unlisted: [{ name: 'records/toy.settings.parquet', data: 'PAR1' }] })
    expect(opened.answer().ignored).toEqual(['records/toy.settings.parquet'])
    expect(tables.given[0]).toHaveLength(5)
  })
})

describe('the locked engine', () => {
  it('reads its folder and nothing else, writes nowhere else, and cannot be unlocked', async () => {
    const connection = await engine.connect()
    writeFileSync(join(folder, 'in.csv'), 'a\n1\n')
    expect((await connection.runAndReadAll(`select * from read_csv('${join(folder, 'in.csv')}')`)).getRows()).toEqual([[1n]])
    for (const sql of [
      "select * from read_csv('/etc/passwd')",
      "select * from '/etc/hostname'",
      `select * from read_csv('${join(folder, '..', 'x.csv')}')`,
      "copy (select 1) to '/tmp/landscope-out.csv'",
      "attach '/tmp/x.duckdb'",
      'install httpfs',
      "load '/tmp/x.duckdb_extension'",
      "select * from read_csv('http://127.0.0.1:1/x')",
      'set enable_external_access=true',
      "set allowed_directories=['/']",
      "set memory_limit='10GB'",
      'set lock_configuration=false',
    ]) {
      await expect(connection.run(sql), sql).rejects.toThrow()
    }
    connection.closeSync()
  })
})
