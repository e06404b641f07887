/** Questions over an opened snapshot: views straight over its checked Parquet tables, no import. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { AnySystems } from '../../shared/model/system.ts'
import { COVERAGE_ENTRY, INSTANCES_ENTRY } from '../../shared/snapshot/entry-names.ts'
import { dateOf } from './cells.ts'
import { fetchRow, fetchRows } from './fetching.ts'
import { queriesOver } from './queries.ts'
import { type Source, watchesAt } from './source.ts'
import { columnList, moment, openEnd, quoted } from './sql-text.ts'
import type { Queries, Stored } from './store-types.ts'
import { columnOf, nulls, type Table, tablesOf } from './tables.ts'

const readers = 2

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
/** The parts of tables in the folder, `records/a.b.parquet` or `records/a.b.<n>.parquet`, by `records/a.b`. */
async function partsIn(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const parts = new Map<string, string[]>()
  for (const holds of ['records', 'series'])
    for (const name of await readdir(join(folder, holds)).catch(() => [])) {
      const id = /^(.+?)\.(\d+\.)?parquet$/.exec(name)?.[1]
      if (id !== undefined) parts.set(`${holds}/${id}`, [...(parts.get(`${holds}/${id}`) ?? []), join(folder, holds, name)])
    }
  return parts
}
type ColumnsOf = (parts: readonly string[]) => Promise<ReadonlySet<string>>

/** The columns of tables, read from all footers at once. Where columns are nested, the engine says which stand at the top. */
async function columnsOf(c: DuckDBConnection, files: readonly string[]): Promise<ColumnsOf> {
  const flat = new Map<string, readonly unknown[]>()
  if (files.length > 0) {
    const schema = await fetchRows(
      c,
      `select file_name, name, num_children is not null from parquet_schema([${files.map(text).join(', ')}])`,
    )
    for (const [file, nodes] of Map.groupBy(schema, ([name]) => String(name)))
      if (nodes.filter(([, , isNode]) => isNode).length === 1)
        flat.set(
          file,
          nodes.flatMap(([, name, isNode]) => (isNode ? [] : [name])),
        )
  }
  return async (parts) => {
    if (parts.every((part) => flat.has(part))) return new Set(parts.flatMap((part) => flat.get(part) ?? []).map(String))
    return new Set((await fetchRows(c, `describe select * from ${relationOf(parts)}`)).map(([name]) => String(name)))
  }
}
function relationOf(parts: readonly string[]): string {
  return `read_parquet([${parts.map(text).join(', ')}]${parts.length > 1 ? ', union_by_name = true' : ''})`
}

/** A column as declared, also under its former name; NULL where the file has none. Parquet keeps moments to the microsecond. */
function pick(table: Table, has: ReadonlySet<string>, name: string, prefix = ''): string {
  const type = columnOf(table, name)
  const was = table.collection.fields[name]?.was
  const found = [name, ...(was === undefined ? [] : [was])].find((one) => has.has(prefix + one))
  return `${found === undefined ? `null::${type}` : `r.${quoted(prefix + found)}::${type}`} as ${quoted(prefix + name)}`
}
function head(has: ReadonlySet<string>, name: string, type: string, as = name): string {
  return `${has.has(name) ? `r.${quoted(name)}::${type}` : `null::${type}`} as ${as}`
}
const owner = (has: ReadonlySet<string>) =>
  `join _instances i on i.instance = r._instance${has.has('_connection') ? ' and i.connection = r._connection' : ''}`

function view(table: Table, holds: 'versions' | 'series'): string {
  return quoted(`${table.id}:${holds}`)
}
async function viewVersions(c: DuckDBConnection, table: Table, parts: readonly string[], columnsIn: ColumnsOf): Promise<void> {
  const relation = relationOf(parts)
  const has = await columnsIn(parts)
  const fields = table.fields.filter((name) => !table.series.includes(name))
  const columns = [
    'i._connection',
    'r._key',
    head(has, '_scope', 'varchar'),
    'r._from::timestamp_ms as _from',
    'r._to::timestamp_ms as _to',
    head(has, '_unknown', 'varchar', '_uv'),
    head(has, '_unknown_latest', 'varchar', '_ul'),
    head(has, '_unseen', 'varchar'),
    head(has, '_ended', 'varchar'),
    ...fields.map((name) => pick(table, has, name)),
  ]
  const nothing = `select null::usmallint as _connection, ${['_key', '_scope', '_uv', '_ul', '_unseen', '_ended'].map((name) => `null::varchar as ${name}`).join(', ')}, null::timestamp_ms as _from, null::timestamp_ms as _to, ${nulls(table, fields).join(', ')} where false`
  await c.run(
    `create view ${view(table, 'versions')} as ${parts.length === 0 ? nothing : `select ${columns.join(', ')} from ${relation} r ${owner(has)}`}`,
  )
}
async function viewSeries(c: DuckDBConnection, table: Table, parts: readonly string[], columnsIn: ColumnsOf): Promise<void> {
  const relation = relationOf(parts)
  const has = await columnsIn(parts)
  const until = has.has('_until')
    ? 'r._until::timestamp_ms'
    : `coalesce(lead(r._t) over (partition by r._instance, r._key order by r._t)::timestamp_ms, ${openEnd})`
  const measures = ['', '_min_', '_max_'].flatMap((prefix) => table.series.map((name) => pick(table, has, name, prefix)))
  const columns = [
    'i._connection',
    'r._key',
    'r._t::timestamp_ms as _t',
    `${until} as _until`,
    head(has, '_unknown', 'varchar', '_us'),
    ...measures,
  ]
  const empty = ['', '_min_', '_max_'].flatMap((prefix) =>
    table.series.map((name) => `null::${columnOf(table, name)} as ${quoted(prefix + name)}`),
  )
  const nothing = `select null::usmallint as _connection, null::varchar as _key, null::timestamp_ms as _t, null::timestamp_ms as _until, null::varchar as _us, ${empty.join(', ')} where false`
  await c.run(
    `create view ${view(table, 'series')} as ${parts.length === 0 ? nothing : `select ${columns.join(', ')} from ${relation} r ${owner(has)}`}`,
  )
}

/** Small tables are read once: whose the records are, and what was covered. */
async function loadSmall(c: DuckDBConnection, folder: string): Promise<ReadonlyMap<number, Stored>> {
  await c.run(
    `create table _instances as select (row_number() over (order by connection, instance))::usmallint as _connection, connection, system, instance, title
     , recorded_from::timestamp_ms as recorded_from from read_parquet(${text(join(folder, INSTANCES_ENTRY))})`,
  )
  await c.run(
    `create table _coverage as select r.ended::timestamp_ms as _t, i._connection, r.sweep, r.system, r.collection, r.kind, r.scope, r.began::timestamp_ms as began, r.complete, r.why, r.poll_ms, 0::bigint as version
     from read_parquet(${text(join(folder, COVERAGE_ENTRY))}) r join _instances i on i.connection = r.connection and i.instance = r.instance order by _t`,
  )
  const rows = await fetchRows(c, 'select _connection, connection, system, instance, title from _instances')
  return new Map(
    rows.map(([n, connection, system, instance, title]) => [
      Number(n),
      { connection: String(connection), system: String(system), instance: String(instance), title: String(title) },
    ]),
  )
}

function rowsSql(table: Table, at: Date, atEnd: boolean, measures: boolean): string {
  const t = moment(at)
  const latest = atEnd ? table.latest.map((name) => `v.${quoted(name)}`) : nulls(table, table.latest)
  const series = measures && table.series.length > 0
  const parts = [
    columnList(table.keys, 'v'),
    ...table.versions.map((name) => `v.${quoted(name)}`),
    ...(series ? table.series.map((name) => `m.${quoted(name)}`) : nulls(table, table.series)),
    ...latest,
  ]
  const measured = series
    ? `left join (select * from ${view(table, 'series')} where _t <= ${t} and _until > ${t}) m on m._connection = v._connection and m._key = v._key`
    : ''
  const inner = `select v._connection, v._key, coalesce(v._scope, '') as _scope, v._from as _since, case when v._unseen is null then v._from end as _seen, v._unseen, v._uv,
    ${series ? 'm._us' : 'null::varchar'} as _us, ${atEnd ? 'v._ul' : 'null::varchar'} as _ul, ${parts.join(', ')}
    from ${view(table, 'versions')} v ${measured} where v._from <= ${t} and v._to > ${t}`
  return `(select *, ${table.search} as _search from (${inner}))`
}

/**
 * Opens the tables in `folder` (entry names of a snapshot) in an engine that the caller made and closes. Tables that are not there
 * are empty, columns that are not there were not recorded, columns that nobody declares are ignored. Throws what the engine throws.
 */
export async function openFile(
  instance: DuckDBInstance,
  folder: string,
  declarations: AnySystems,
): Promise<Queries & { close(): Promise<void> }> {
  const tables = tablesOf(Object.values(declarations))
  const all = await Promise.all(Array.from({ length: readers }, () => instance.connect()))
  const [first] = all
  if (first === undefined) throw new Error('no connection')
  const connections = await loadSmall(first, folder)
  const parts = await partsIn(folder)
  const columnsIn = await columnsOf(first, [...parts.values()].flat())
  for (const table of tables.values()) {
    await viewVersions(first, table, parts.get(`records/${table.id}`) ?? [], columnsIn)
    await viewSeries(first, table, parts.get(`series/${table.id}`) ?? [], columnsIn)
  }
  const [last] = await fetchRow(first, 'select max(_t) from _coverage')
  const end = dateOf(last) ?? new Date(0)
  const since = dateOf((await fetchRow(first, 'select min(recorded_from) from _instances'))[0])
  const idle = [...all]
  const waiting: ((c: DuckDBConnection) => void)[] = []
  const source: Source = {
    tables,
    connections,
    recorded: true,
    ...(since === undefined ? {} : { since }),
    now: () => end,
    async read(work) {
      const c = idle.pop() ?? (await new Promise<DuckDBConnection>((resolve) => waiting.push(resolve)))
      try {
        return await work(c)
      } finally {
        const next = waiting.shift()
        if (next === undefined) idle.push(c)
        else next(c)
      }
    },
    rows: async (_c, table, at, measures = true) => rowsSql(table, at ?? end, at === undefined || at.getTime() >= end.getTime(), measures),
    versions: (table) => view(table, 'versions'),
    points: async (_c, table, from, to, keys) =>
      `(select * from ${view(table, 'series')} where ${keys.sql} and _t <= ${moment(to)} and _until > ${moment(from)})`,
    coverage: '_coverage',
    watches: (c, table, at) => watchesAt(c, '_coverage', table, at ?? end),
    version: () => 0,
  }
  return {
    ...queriesOver(source),
    close: async () => {
      for (const c of all) c.interrupt()
      for (const c of all) c.closeSync()
    },
  }
}
