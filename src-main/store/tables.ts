/** Tables from declarations: how a collection's fields are divided among keys, versions, series and the present. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import type { AnyCollection } from '../../shared/model/collection.ts'
import type { Column, Field } from '../../shared/model/fields.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { columnList, quoted } from './sql-text.ts'
import { inTransaction } from './transaction.ts'

/** A collection as the Store keeps it. Names of tables are ready for SQL. */
export interface Table {
  readonly system: string
  readonly name: string
  /** `kafka.groups` */
  readonly id: string
  readonly collection: AnyCollection
  readonly fields: readonly string[]
  readonly keys: readonly string[]
  /** Fields whose change is a version; key fields never change and are kept with the key. */
  readonly versions: readonly string[]
  readonly series: readonly string[]
  readonly latest: readonly string[]
  readonly derived: readonly string[]
  /** The field people call a record by. */
  readonly label: string
  /** SQL over columns of a row: everything the palette looks through, lower case, a line each. */
  readonly search: string
  readonly live: string
  readonly keyTable: string
  readonly history: string
  /** Tiers of the series, finest first. */
  readonly tiers: readonly [raw: string, minute: string, ten: string]
  /** Last values of `latest` fields, kept between a clean close and the next start. */
  readonly saved: string
}

export function fieldOf(table: Table, name: string): Field {
  const field = table.collection.fields[name]
  if (field === undefined) throw new AppError('bad-request', `${table.id} has no field ${name}`, { system: table.system })
  return field
}
export function columnOf(table: Table, name: string): Column {
  return fieldOf(table, name).column
}

function tableOf(system: string, name: string, collection: AnyCollection): Table {
  const id = `${system}.${name}`
  const fields = Object.keys(collection.fields)
  const bad = fields.find((field) => field.startsWith('_'))
  if (bad !== undefined) throw new AppError('bad-request', `${id}: a field name may not begin with _: ${bad}`)
  // An event is the past itself: what is kept of a state only while it is present is part of an event's versions.
  const keepOf = (field: string): string | undefined => {
    const keep = collection.fields[field]?.keep
    return collection.kind === 'event' && keep === 'latest' ? 'versions' : keep
  }
  const kept = (keep: string) => fields.filter((field) => !collection.key.includes(field) && keepOf(field) === keep)
  const label = collection.show?.label ?? collection.key.at(-1) ?? ''
  const searched = [label, ...fields.filter((field) => field !== label && collection.fields[field]?.kind === 'name')]
  return {
    system,
    name,
    id,
    collection,
    fields,
    keys: collection.key,
    versions: kept('versions'),
    series: kept('series'),
    latest: kept('latest'),
    derived: fields.filter((field) => collection.fields[field]?.derived === true),
    label,
    search: `lower(strip_accents(concat_ws(chr(10), ${searched.map((field) => `${quoted(field)}::varchar`).join(', ')})))`,
    live: `live.${quoted(id)}`,
    keyTable: `main.${quoted(`${id}:keys`)}`,
    history: `main.${quoted(`${id}:versions`)}`,
    tiers: [`main.${quoted(`${id}:raw`)}`, `main.${quoted(`${id}:minute`)}`, `main.${quoted(`${id}:ten-minutes`)}`],
    saved: `main.${quoted(`${id}:saved`)}`,
  }
}

/** All collections of the systems by id. */
export function tablesOf(systems: readonly AnySystem[]): ReadonlyMap<string, Table> {
  const tables = new Map<string, Table>()
  for (const system of systems) {
    for (const [name, collection] of Object.entries(system.collections)) {
      const table = tableOf(system.id, name, collection)
      tables.set(table.id, table)
    }
  }
  return tables
}

/** `"name" TYPE` of fields. */
export function typed(table: Table, names: readonly string[], prefix = ''): readonly string[] {
  return names.map((name) => `${quoted(prefix + name)} ${columnOf(table, name)}`)
}
/** NULLs of the right types, named as the fields. */
export function nulls(table: Table, names: readonly string[]): readonly string[] {
  return names.map((name) => `null::${columnOf(table, name)} as ${quoted(name)}`)
}

const seriesHead = ['_t timestamp_ms', '_connection usmallint', '_id integer', '_us varchar', '_key_frame boolean']
function columnsOf(table: Table): Readonly<Record<string, readonly string[]>> {
  const [raw, minute, ten] = table.tiers
  const measures = typed(table, table.series)
  const spread = [...typed(table, table.series, '_min_'), ...typed(table, table.series, '_max_')]
  return {
    [table.keyTable]: ['_id integer', '_connection usmallint', '_key varchar', '_scope varchar', ...typed(table, table.keys)],
    [table.history]: [
      '_id integer',
      '_from timestamp_ms',
      '_to timestamp_ms',
      '_uv varchar',
      '_unseen varchar',
      '_ended varchar',
      ...typed(table, table.versions),
    ],
    ...(table.series.length === 0
      ? {}
      : {
          [raw]: [...seriesHead, ...measures],
          [minute]: [...seriesHead, ...measures, ...spread],
          [ten]: [...seriesHead, ...measures, ...spread],
        }),
  }
}

/** The present of a collection: whole rows, in memory. */
function liveColumns(table: Table): readonly string[] {
  return [
    '_id integer',
    '_connection usmallint',
    '_key varchar',
    '_scope varchar',
    '_since timestamp_ms',
    '_seen timestamp_ms',
    '_unseen varchar',
    '_uv varchar',
    '_us varchar',
    '_ul varchar',
    '_search varchar',
    ...typed(table, table.fields),
  ]
}

const shared = [
  `create table if not exists main._connections(_connection usmallint, connection varchar, system varchar, instance varchar, title varchar, _from timestamp_ms)`,
  `create table if not exists main._coverage(_t timestamp_ms, _connection usmallint, sweep varchar, system varchar, collection varchar, kind varchar, scope varchar, began timestamp_ms, complete boolean, why varchar, poll_ms bigint, version bigint)`,
  `create table if not exists main._key_frames(_t timestamp_ms, _connection usmallint, collection varchar, tier utinyint)`,
  `create table if not exists main._declared(collection varchar, key varchar)`,
]

async function present(c: DuckDBConnection): Promise<Map<string, Map<string, string>>> {
  const read = await c.runAndReadAll(
    `select table_name, column_name, data_type from duckdb_columns() where database_name = current_database() and schema_name = 'main'`,
  )
  const found = new Map<string, Map<string, string>>()
  for (const [table, column, type] of read.getRows()) {
    const name = `main.${quoted(String(table))}`
    const columns = found.get(name) ?? new Map<string, string>()
    columns.set(String(column), String(type).toUpperCase())
    found.set(name, columns)
  }
  return found
}

/** A collection whose key is declared differently now has no comparable past: its tables begin anew. */
async function dropWithOtherKey(c: DuckDBConnection, table: Table): Promise<void> {
  const key = JSON.stringify(table.keys)
  const read = await c.runAndReadAll('select key from main._declared where collection = $1', [table.id])
  const before = read.getRows()[0]?.[0]
  if (before === key) return
  if (before !== undefined) {
    for (const name of [...Object.keys(columnsOf(table)), ...table.tiers, table.saved]) await c.run(`drop table if exists ${name}`)
    await c.run('delete from main._key_frames where collection = $1', [table.id])
  }
  await c.run('delete from main._declared where collection = $1', [table.id])
  await c.run('insert into main._declared values ($1, $2)', [table.id, key])
}

async function ensureTable(
  c: DuckDBConnection,
  table: Table,
  name: string,
  wanted: readonly string[],
  has: Map<string, string> | undefined,
): Promise<void> {
  if (has === undefined) {
    await c.run(`create table ${name}(${wanted.join(', ')})`)
    return
  }
  for (const column of wanted) {
    const [, column_name = '', type = ''] = /^"?(.*?)"? (\S+)$/.exec(column) ?? []
    const was = table.collection.fields[column_name]?.was
    if (!has.has(column_name) && was !== undefined && has.has(was)) {
      await c.run(`alter table ${name} rename column ${quoted(was)} to ${quoted(column_name)}`)
      has.set(column_name, has.get(was) ?? type)
    }
    const now = has.get(column_name)
    if (now === undefined) await c.run(`alter table ${name} add column ${quoted(column_name)} ${type}`)
    else if (now !== type.toUpperCase())
      await c.run(
        `alter table ${name} alter column ${quoted(column_name)} set data type ${type} using try_cast(${quoted(column_name)} as ${type})`,
      )
  }
}

/** Makes the tables of all collections, adds columns declared since, and renames those with a former name. */
export async function ensureTables(c: DuckDBConnection, tables: Iterable<Table>): Promise<void> {
  for (const statement of shared) await c.run(statement)
  const all = [...tables]
  // What is missing is made in one transaction: each of its own waits for the disk.
  await inTransaction(c, async () => {
    for (const table of all) await dropWithOtherKey(c, table)
    const has = await present(c)
    for (const table of all)
      for (const [name, wanted] of Object.entries(columnsOf(table))) await ensureTable(c, table, name, wanted, has.get(name))
  })
  for (const table of all) await c.run(`create table ${table.live}(${liveColumns(table).join(', ')})`)
}

/** Names of a live row's columns, in order. */
export function liveNames(table: Table): string {
  return `_id, _connection, _key, _scope, _since, _seen, _unseen, _uv, _us, _ul, _search, ${columnList(table.fields)}`
}
