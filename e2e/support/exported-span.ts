// An exported span as the Store gives it, made by the engine from rows in code: for tests of snapshots that need no Store.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { collection } from '../../shared/model/collection.ts'
import { address, bytes, count, host, int64, json, list, name, oneOf, path, text, user } from '../../shared/model/fields.ts'
import { own } from '../../shared/model/own.ts'
import { read, system } from '../../shared/model/system.ts'
import type { ExportedTables } from '../../src-main/store/store-types.ts'

/** A small platform: brokers on hosts, groups on topics, settings, jobs with exceptions. */
export const toy = system({
  id: 'toy',
  title: 'Toy',
  lane: 'streams',
  settings: {},
  endpoints: {},
  collections: {
    brokers: collection({
      kind: 'state',
      title: 'Brokers',
      says: 'A broker.',
      key: ['host'],
      fields: {
        host: host('Its host'),
        address: address('Where it listens'),
        admin: user('Who runs it'),
        folder: path('Where it writes'),
        size: bytes('Bytes on disk'),
        state: oneOf('How it is', ['up', 'down']),
      },
    }),
    groups: collection({
      kind: 'state',
      title: 'Groups',
      says: 'A consumer group.',
      key: ['group'],
      fields: {
        group: name('Its name'),
        members: list('Hosts of its members', { mask: 'host' }),
        lag: count('Records behind', 'records'),
        committed: int64('Committed offset', { keep: 'series' }),
        note: text('What the server said'),
        detail: json('All of it', { keep: 'versions' }),
      },
    }),
    settings: collection({
      kind: 'state',
      title: 'Settings',
      says: 'A setting of a broker.',
      key: ['name'],
      fields: { name: text('Its name'), value: text('Its value') },
    }),
  },
  sweeps: { all: { says: 'All', emits: ['brokers', 'groups', 'settings'], every: 'feed' } },
  reads: {
    messages: read({
      title: 'Messages',
      says: 'Records of a partition.',
      shape: 'rows',
      input: { topic: text('Topic'), from: int64('First offset') },
      item: { offset: int64('Offset'), size: count('Size', 'B'), value: text('Value') },
    }),
  },
  actions: {},
})
export const toySystems = { toy, landscope: own }

/** A table of the export: columns with their SQL types, and rows of texts, numbers, NULL. */
export interface MadeTable {
  readonly entry: string
  readonly columns: Readonly<Record<string, string>>
  readonly rows: readonly (readonly (string | number | boolean | null)[])[]
}

/** Coverage and instances of nothing: tables that every file has. */
export const essentialTables: readonly MadeTable[] = [
  {
    entry: 'coverage.parquet',
    columns: {
      ...{
        connection: 'varchar',
        instance: 'varchar',
        system: 'varchar',
        collection: 'varchar',
        sweep: 'varchar',
        kind: 'varchar',
        scope: 'varchar',
      },
      ...{ began: 'timestamp_ms', ended: 'timestamp_ms', complete: 'boolean', why: 'varchar', poll_ms: 'bigint' },
    },
    rows: [],
  },
  {
    entry: 'instances.parquet',
    columns: {
      ...{ connection: 'varchar', system: 'varchar', instance: 'varchar', title: 'varchar' },
      ...{ recorded_from: 'timestamp_ms', recorded_to: 'timestamp_ms' },
    },
    rows: [],
  },
]

/** Writes the tables under their entry names and says what was written. */
export async function makeExport(folder: string, tables: readonly MadeTable[]): Promise<ExportedTables> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    for (const { entry, columns, rows } of tables) {
      mkdirSync(dirname(join(folder, entry)), { recursive: true })
      const types = Object.entries(columns)
      await connection.run(`create or replace table made (${types.map(([column, type]) => `"${column}" ${type}`).join(', ')})`)
      for (let from = 0; from < rows.length; from += 200) {
        const some = rows.slice(from, from + 200)
        const values = some.map(
          (_, row) => `(${types.map(([, type], i) => `$${row * types.length + i + 1}::varchar::${type}`).join(', ')})`,
        )
        const cells = some.flat().map((cell) => (cell === null ? null : String(cell)))
        await connection.run(`insert into made values ${values.join(', ')}`, cells)
      }
      await connection.run(`copy made to '${join(folder, entry)}' (format parquet, compression zstd)`)
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
  const collections = new Map<string, { system: string; name: string; rows: number; files: string[] }>()
  for (const { entry, rows } of tables) {
    const [, holds, of, called] = /^(records|series)\/(\w+)\.([\w-]+)\.parquet$/.exec(entry) ?? []
    if (of === undefined || called === undefined) continue
    const one = collections.get(`${of}.${called}`) ?? { system: of, name: called, rows: 0, files: [] }
    one.files.push(entry)
    if (holds === 'records') one.rows += rows.length
    collections.set(`${of}.${called}`, one)
  }
  return {
    collections: [...collections.values()],
    files: tables.map((table) => table.entry),
    instances: [
      { connection: 'toy-1', system: 'toy', instance: 'broker-1.corp.example:9092,10.1.2.3:9092', title: 'Toy at broker-1.corp.example' },
    ],
  }
}

/** All texts of a Parquet file, one a cell. */
export async function cellsOf(file: string): Promise<readonly (readonly string[])[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const reader = await connection.runAndReadAll(`select columns(*)::varchar from read_parquet('${file}')`)
    return reader.getRows().map((row) => row.map(String))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
