import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPromise } from 'yauzl'
import { cellsOf, type MadeTable, makeExport, toySystems } from '../../e2e/support/exported-span.ts'
import { findCanaries, plantedCanaries } from '../../e2e/support/find-canaries.ts'
import type { WriteAsk } from '../../shared/contract/control.ts'
import { parseManifest } from '../../shared/snapshot/manifest.ts'
import type { RecordedRead } from './recorded-reads.ts'
import { type CapturePorts, writeSnapshot } from './write.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const head = { _instance: 'varchar', _key: 'varchar', _urn: 'varchar', _from: 'timestamp_ms', _to: 'timestamp_ms' }
const instance = 'broker-1.corp.example:9092,10.1.2.3:9092'
const coded = instance.replaceAll(':', '%3A')
const at = ['2026-01-02 01:00:00', 'infinity'] as const
const brokers: MadeTable = {
  entry: 'records/toy.brokers.parquet',
  columns: { ...head, host: 'varchar', address: 'varchar', admin: 'varchar', folder: 'varchar', size: 'bigint', state: 'varchar' },
  rows: [
    [
      instance,
      'broker-1.corp.example',
      `urn:ls:toy:${coded}:brokers:broker-1.corp.example`,
      ...at,
      'broker-1.corp.example',
      'broker-1.corp.example:9092',
      'anna',
      '/srv/kafka',
      '9223372036854775807',
      'up',
    ],
    [instance, '10.1.2.3', `urn:ls:toy:${coded}:brokers:10.1.2.3`, ...at, '10.1.2.3', '10.1.2.3:9092', 'anna', '/srv/kafka', '1', 'down'],
  ],
}
const groups: MadeTable = {
  entry: 'records/toy.groups.parquet',
  columns: { ...head, group: 'varchar', members: 'varchar', note: 'varchar', detail: 'varchar' },
  rows: [
    [
      instance,
      'payments',
      `urn:ls:toy:${coded}:groups:payments`,
      ...at,
      'payments',
      '["broker-1.corp.example","client-7.corp.example"]',
      'broker-1.corp.example:9092 refused anna at 10.1.2.3, mail bob@corp.example',
      `{"offset":9223372036854775807,"see":"urn:ls:toy:${coded}:brokers:10.1.2.3","log":"/srv/kafka"}`,
    ],
  ],
}
const series: MadeTable = {
  entry: 'series/toy.groups.parquet',
  columns: { _instance: 'varchar', _key: 'varchar', _t: 'timestamp_ms', lag: 'double', committed: 'bigint' },
  rows: Array.from({ length: 100 }, (_, i) => [
    instance,
    'payments',
    `2026-01-02 01:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`,
    i,
    i,
  ]),
}
const coverage: MadeTable = {
  entry: 'coverage.parquet',
  columns: { connection: 'varchar', collection: 'varchar', scope: 'varchar', why: 'varchar' },
  rows: [['toy-1', 'toy.brokers', '10.1.2.3', 'broker-1.corp.example did not answer']],
}

const ask = (redaction: WriteAsk['redaction'], name = 'night.lsnap'): WriteAsk => ({
  path: join(folder, name),
  title: 'Night at broker-1.corp.example',
  from: new Date('2026-01-02T01:00:00Z'),
  to: new Date('2026-01-02T02:00:00Z'),
  redaction,
})
const recorded: RecordedRead = {
  system: 'toy',
  connection: 'toy-1',
  read: 'messages',
  input: { topic: 'orders', from: 41n },
  at: new Date('2026-01-02T01:59:00Z'),
  complete: true,
  columns: ['offset', 'size', 'value'],
  rows: [[41n, 20, 'the body of a record']],
}
function ports(tables: readonly MadeTable[] = [brokers, groups, series, coverage], more: Partial<CapturePorts> = {}): CapturePorts {
  return {
    declarations: toySystems,
    app: { name: 'Landscope', version: '0.1.0' },
    exportSpan: (into) => makeExport(into, tables),
    coverage: async () => [
      {
        system: 'toy',
        connection: 'toy-1',
        collection: 'brokers',
        from: new Date('2026-01-02T01:00:00Z'),
        to: new Date('2026-01-02T01:20:00Z'),
        state: 'complete',
      },
      {
        system: 'toy',
        connection: 'toy-1',
        collection: 'groups',
        from: new Date('2026-01-02T01:30:00Z'),
        to: new Date('2026-01-02T02:00:00Z'),
        state: 'partial',
      },
    ],
    key: async () => Buffer.alloc(32, 9),
    reads: async () => [recorded],
    workRoot: folder,
    ...more,
  }
}
async function unpack(file: string): Promise<ReadonlyMap<string, Buffer>> {
  const zip = await openPromise(file)
  const entries = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = []
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
    entries.set(entry.fileName, Buffer.concat(chunks))
  }
  return entries
}
async function cellsIn(file: string, entry: string): Promise<readonly (readonly string[])[]> {
  const bytes = (await unpack(file)).get(entry)
  if (bytes === undefined) throw new Error(`no ${entry}`)
  const out = join(folder, 'unpacked.parquet')
  writeFileSync(out, bytes)
  return await cellsOf(out)
}
const quiet = new AbortController().signal

describe('writeSnapshot', () => {
  it('writes mimetype first and stored, tables stored, texts deflated, and says so in a manifest that holds', async () => {
    const { path, manifest } = await writeSnapshot(ask('internal'), ports(), quiet)
    const bytes = readFileSync(path)
    expect(bytes.subarray(30, 38).toString()).toBe('mimetype')
    expect(bytes.subarray(38, 38 + 34).toString()).toBe('application/vnd.landscope.snapshot')
    const entries = await unpack(path)
    expect(parseManifest(JSON.parse(String(entries.get('manifest.json')))).manifest).toEqual(manifest)
    expect(manifest.entries.map((one) => one.name).sort()).toEqual(
      [...entries.keys()].filter((n) => n !== 'mimetype' && n !== 'manifest.json').sort(),
    )
    expect(manifest.collections.find((one) => one.name === 'groups')).toMatchObject({
      rows: 1,
      entries: ['records/toy.groups.parquet', 'series/toy.groups.parquet'],
    })
    expect(manifest.instances[0]).toMatchObject({
      watchedFrom: '2026-01-02T01:00:00.000Z',
      gaps: [{ from: '2026-01-02T01:20:00.000Z', to: '2026-01-02T01:30:00.000Z' }],
    })
    expect(readdirSync(folder)).toEqual(['night.lsnap'])
  })

  it('keeps all names in the profile internal', async () => {
    const { path, manifest } = await writeSnapshot(ask('internal'), ports(), quiet)
    expect((await cellsIn(path, brokers.entry))[0]).toContain('broker-1.corp.example:9092')
    expect(manifest.redaction).toEqual({ profile: 'internal', counts: { secret: 0 } })
  })

  it('holds no host, address, user or path when shared, in no place and in no form', async () => {
    const moments = [{ at: '2026-01-02T01:30:00.000Z', name: 'broker-1.corp.example is gone', by: 'anna' }]
    const { path, manifest } = await writeSnapshot(ask('share'), ports(undefined, { moments }), quiet)
    const names = ['broker-1.corp.example', 'client-7.corp.example', '10.1.2.3', 'anna', '/srv/kafka', 'bob@corp.example']
    expect(await findCanaries(path, names)).toEqual([])
    expect(manifest.redaction.counts).toMatchObject({ host: 2, address: 1, user: 1, path: 1, email: 1 })
    expect(manifest.title).toMatch(/^Night at host-[0-9a-z]{8}$/)
    expect(manifest.instances[0]?.id).toMatch(/^host-[0-9a-z]{8}:9092,address-[0-9a-z]{12}:9092$/)
  })

  it('keeps joins, keys, exact numbers and names of groups when shared', async () => {
    const { path } = await writeSnapshot(ask('share'), ports(), quiet)
    const rows = await cellsIn(path, brokers.entry)
    const first = rows.find((row) => row.includes('9223372036854775807'))
    const token = first?.[5] ?? ''
    expect(first?.[1]).toBe(token)
    expect(first?.[2]?.endsWith(`:brokers:${token}`)).toBe(true)
    expect(first?.[6]).toBe(`${token}:9092`)
    const group = (await cellsIn(path, groups.entry))[0] ?? []
    expect(group[1]).toBe('payments')
    expect(group[7]).toContain(`${token}:9092 refused user-`)
    expect(group[8]).toContain('"offset":9223372036854775807')
    const other = rows.find((row) => !row.includes(token))
    expect(group[8]).toContain(other?.[2] ?? 'no URN')
    expect((await cellsIn(path, coverage.entry))[0]?.[2]).toBe(other?.[1])
  })

  it('gives the same tokens in two files of one key', async () => {
    const one = await writeSnapshot(ask('share', 'one.lsnap'), ports(), quiet)
    const two = await writeSnapshot(ask('share', 'two.lsnap'), ports([groups, brokers]), quiet)
    expect(two.manifest.redaction.keyFingerprint).toBe(one.manifest.redaction.keyFingerprint)
    expect((await cellsIn(two.path, brokers.entry)).map((row) => row[5]).sort()).toEqual(
      (await cellsIn(one.path, brokers.entry)).map((row) => row[5]).sort(),
    )
  })

  it('replaces names too when strict', async () => {
    const { path } = await writeSnapshot(ask('strict'), ports(), quiet)
    expect(await findCanaries(path, ['payments'])).toEqual([])
    expect((await cellsIn(path, series.entry))[0]?.[1]).toBe((await cellsIn(path, groups.entry))[0]?.[1])
  })

  it.each(['internal', 'share'] as const)('holds none of twenty planted secrets in the profile %s', async (profile) => {
    const planted = plantedCanaries(11)
    const settings: MadeTable = {
      entry: 'records/toy.settings.parquet',
      columns: { ...head, name: 'varchar', value: 'varchar' },
      rows: planted
        .filter((one) => one.place !== 'record-value')
        .map((one, i) => [instance, one.name, `urn:ls:toy:${coded}:settings:${one.name}-${i}`, ...at, one.name, one.text]),
    }
    const listed: MadeTable = {
      ...groups,
      rows: planted
        .filter((one) => one.place !== 'record-value')
        .map((one, i) => [
          instance,
          `g${i}`,
          `urn:ls:toy:${coded}:groups:g${i}`,
          ...at,
          `g${i}`,
          '[]',
          one.place === 'url' || one.place === 'exception' ? one.text : '',
          JSON.stringify({ configuration: [{ key: one.name, value: one.text }] }),
        ]),
    }
    const bodies = planted.filter((one) => one.place === 'record-value')
    const reads = [{ ...recorded, rows: bodies.map((one): RecordedRead['rows'][number] => [41n, 20, one.text]) }]
    const { path, manifest } = await writeSnapshot(ask(profile), ports([settings, listed], { reads: async () => reads }), quiet)
    expect(
      await findCanaries(
        path,
        planted.map((one) => one.canary),
      ),
    ).toEqual([])
    expect(manifest.redaction.counts.secret).toBeGreaterThanOrEqual(18)
    const report = JSON.parse(String((await unpack(path)).get('redaction.json')))
    expect(report.withheld).toContainEqual({ entry: 'records/toy.settings.parquet', column: 'value', rule: 'secret', count: 18 })
    expect(report.leftOut).toEqual(['bodies of records'])
  })

  it('holds no value that is known to be secret, whatever it looks like', async () => {
    const table: MadeTable = {
      entry: 'records/toy.settings.parquet',
      columns: { ...head, name: 'varchar', value: 'varchar' },
      rows: [[instance, 'motd', 'urn', ...at, 'motd', 'say friend and enter']],
    }
    const { path } = await writeSnapshot(ask('internal'), ports([table], { secrets: ['friend'] }), quiet)
    expect(await findCanaries(path, ['friend'])).toEqual([])
  })

  it('takes reads along as facts: offsets and sizes stay, bodies are withheld with a hash', async () => {
    const { path } = await writeSnapshot(ask('internal'), ports(), quiet)
    const entries = await unpack(path)
    expect(JSON.parse(String(entries.get('reads/1.json')))).toEqual([
      ['41', 20, { unknown: 'withheld', note: expect.stringMatching(/^hash [0-9a-f]{16}$/) }],
    ])
    expect(JSON.parse(String(entries.get('reads/index.json')))).toMatchObject([
      { read: 'messages', input: { topic: 'orders', from: '41' }, entry: 'reads/1.json' },
    ])
  })

  it('splits a table that one entry may not hold and keeps every row in its order', async () => {
    const { maskTables } = await import('./mask-tables.ts')
    const { keyedSource, pseudonyms } = await import('./pseudonyms.ts')
    const rows = Array.from({ length: 5_000 }, (_, i): MadeTable['rows'][number] => [
      instance,
      `k${String(i).padStart(5, '0')}`,
      '2026-01-02 01:00:00',
      Math.sin(i),
      i * 7_919,
    ])
    const from = join(folder, 'from')
    mkdirSync(from)
    await makeExport(from, [{ ...series, rows }])
    const { tables } = await maskTables({
      folder: from,
      into: join(folder, 'into'),
      entries: [series.entry],
      declarations: toySystems,
      profile: 'internal',
      pseudonyms: pseudonyms(keyedSource(Buffer.alloc(32))),
      secrets: [],
      alsoKnown: [],
      signal: quiet,
      splitBytes: 30_000,
    })
    expect(tables.length).toBeGreaterThan(1)
    expect(tables.map((table) => table.name)).toEqual(tables.map((_, i) => `series/toy.groups.${i + 1}.parquet`))
    const cells = (await Promise.all(tables.map((table) => cellsOf(join(folder, 'into', table.name))))).flat()
    expect(cells.map((row) => row[1])).toEqual(rows.map((row) => row[1]))
  }, 60_000)

  it('leaves nothing behind when it is cancelled at any step', async () => {
    for (const stopAt of [0, 1, 2, 3]) {
      const stop = new AbortController()
      let step = 0
      const done = writeSnapshot(ask('share'), ports(), stop.signal, () => {
        if (step === stopAt) stop.abort()
        step += 1
      })
      await expect(done).rejects.toMatchObject({ data: { code: 'cancelled' } })
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('keeps the old file when the new one fails', async () => {
    await writeSnapshot(ask('internal'), ports(), quiet)
    const before = readFileSync(join(folder, 'night.lsnap'))
    const broken = ports(undefined, { reads: () => Promise.reject(new Error('the broker went away')) })
    await expect(writeSnapshot(ask('internal'), broken, quiet)).rejects.toThrow('the broker went away')
    expect(readFileSync(join(folder, 'night.lsnap'))).toEqual(before)
    expect(existsSync(join(folder, 'night.lsnap.tmp'))).toBe(false)
  })

  it('refuses a span that ends before it begins', async () => {
    const turned = { ...ask('internal'), to: new Date('2026-01-01T00:00:00Z') }
    await expect(writeSnapshot(turned, ports(), quiet)).rejects.toMatchObject({ data: { code: 'bad-request' } })
  })
})
