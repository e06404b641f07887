/** Writes tables of a span as Parquet: what held, what was measured, what was covered, and whose it is. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import { formatUrn } from '../../shared/model/urn.ts'
import { COVERAGE_ENTRY, INSTANCES_ENTRY, tableEntry } from '../../shared/snapshot/entry-names.ts'
import { fetchRow } from './fetching.ts'
import { measuresSql } from './history.ts'
import { columnList, moment, openEnd, quoted } from './sql-text.ts'
import type { ExportedTables, Stored } from './store-types.ts'
import type { Table } from './tables.ts'

export interface Export {
  readonly tables: ReadonlyMap<string, Table>
  readonly connections: ReadonlyMap<number, Stored>
  /** The time of the newest commit: fields that only have a present are written when the span reaches it. */
  readonly newest: Date
}

function text(value: string): string {
  if (value.includes('\0')) throw new AppError('bad-request', 'a name holds a character that cannot be written')
  return `'${value.replaceAll("'", "''")}'`
}

/** Connections as a relation: number, connection, instance, and how its records' URNs begin. */
function ownersSql(of: Export, table: Table): string {
  const rows = [...of.connections]
    .filter(([, stored]) => stored.system === table.system)
    .map(([number, { connection, instance }]) => {
      const head = formatUrn({ system: table.system, instance, collection: table.name, key: [] })
      return `(${number}::usmallint, ${text(connection)}, ${text(instance)}, ${text(head)})`
    })
  return rows.length === 0
    ? `(select null::usmallint as n, '' as connection, '' as instance, '' as head where false)`
    : `(values ${rows.join(', ')}) o(n, connection, instance, head)`
}

function recordsSql(of: Export, table: Table, from: Date, to: Date): string {
  const open = `h._to > ${moment(to)}`
  const current = to.getTime() >= of.newest.getTime() && table.latest.length > 0
  const latest = current
    ? `, case when ${open} then l._ul end as _unknown_latest, ${table.latest.map((name) => `case when ${open} then l.${quoted(name)} end as ${quoted(name)}`).join(', ')}`
    : ''
  const versions = table.versions.length > 0 ? `, ${columnList(table.versions, 'h')}` : ''
  return `select o.connection as _connection, o.instance as _instance, k._key, o.head || k._key as _urn, k._scope, h._from,
    case when ${open} then ${openEnd} else h._to end as _to, h._uv as _unknown, h._unseen, case when ${open} then null else h._ended end as _ended,
    ${columnList(table.keys, 'k')}${versions}${latest}
    from ${table.history} h join ${table.keyTable} k using (_id) join ${ownersSql(of, table)} on o.n = k._connection
    ${current ? `left join ${table.live} l on l._id = k._id` : ''}
    where h._from <= ${moment(to)} and h._to > ${moment(from)} and h._to > h._from order by _instance, _connection, k._key, h._from`
}

/** Points of the span, each with the time until which it held; the last one before the span too. */
async function seriesSql(c: DuckDBConnection, of: Export, table: Table, from: Date, to: Date): Promise<string> {
  const measures = columnList(table.series)
  const spread = [...table.series.map((name) => `_min_${name}`), ...table.series.map((name) => `_max_${name}`)].map(quoted)
  const bare = [...table.series, ...table.series].map((name, i) => `null::${table.collection.fields[name]?.column} as ${spread[i]}`)
  const [raw, ...tiers] = table.tiers
  const within = `_t > ${moment(from)} and _t <= ${moment(to)} and not _key_frame`
  const before = await measuresSql(c, table, from)
  const parts = [
    `select _t, _id, _us, ${measures}, ${bare.join(', ')} from ${raw} where ${within}`,
    ...tiers.map((tier) => `select _t, _id, _us, ${measures}, ${spread.join(', ')} from ${tier} where ${within}`),
    ...(before === undefined ? [] : [`select _t, _id, _us, ${measures}, ${bare.join(', ')} from ${before}`]),
  ]
  return `select o.connection as _connection, o.instance as _instance, k._key, p._t,
    coalesce(lead(p._t) over (partition by p._id order by p._t), ${openEnd}) as _until, p._us as _unknown, ${measures}, ${spread.join(', ')}
    from (${parts.join(' union all ')}) p join ${table.keyTable} k using (_id) join ${ownersSql(of, table)} on o.n = k._connection
    order by _instance, _connection, k._key, p._t`
}

async function copy(c: DuckDBConnection, sql: string, folder: string, entry: string, rowGroup: number): Promise<void> {
  await c.run(`copy (${sql}) to ${text(join(folder, entry))} (format parquet, compression zstd, row_group_size ${rowGroup})`)
}
async function countIn(c: DuckDBConnection, folder: string, entry: string): Promise<number> {
  const [rows] = await fetchRow(c, `select count(*)::integer from read_parquet(${text(join(folder, entry))})`)
  return Number(rows)
}

/** The lines of the span, and of each collection the last one before it. */
function coverageSql(of: Export, from: Date, to: Date): string {
  const owners = [...of.connections].map(([n, { connection, instance }]) => `(${n}::usmallint, ${text(connection)}, ${text(instance)})`)
  const whose =
    owners.length === 0 ? `(select null::usmallint as n, '' as connection, '' as instance where false)` : `(values ${owners.join(', ')})`
  const last = `select * from main._coverage where _t < ${moment(from)} qualify row_number() over (partition by _connection, system, collection, kind, scope order by _t desc) = 1`
  return `select o.connection, o.instance, v.system, v.collection, v.sweep, v.kind, v.scope, v.began, v._t as ended, v.complete, v.why, v.poll_ms
    from (select * from main._coverage where _t >= ${moment(from)} and _t <= ${moment(to)} union all ${last}) v
    join ${whose} o(n, connection, instance) on o.n = v._connection order by v._t`
}

/** See `Store.exportSpan`. Runs in one read transaction. */
export async function exportTables(c: DuckDBConnection, of: Export, folder: string, from: Date, to: Date): Promise<ExportedTables> {
  await mkdir(join(folder, 'records'), { recursive: true })
  await mkdir(join(folder, 'series'), { recursive: true })
  const collections: ExportedTables['collections'][number][] = []
  for (const table of of.tables.values()) {
    const records = tableEntry('records', table.system, table.name)
    const [any] = await fetchRow(c, `select 1 from ${table.history} where _from <= ${moment(to)} and _to > ${moment(from)} limit 1`)
    if (any === undefined) continue
    await copy(c, recordsSql(of, table, from, to), folder, records, 20_000)
    const files = [records]
    if (table.series.length > 0) {
      const series = tableEntry('series', table.system, table.name)
      await copy(c, await seriesSql(c, of, table, from, to), folder, series, 100_000)
      files.push(series)
    }
    collections.push({ system: table.system, name: table.name, rows: await countIn(c, folder, records), files })
  }
  await copy(c, coverageSql(of, from, to), folder, COVERAGE_ENTRY, 100_000)
  const instances = [...of.connections.values()]
  const rows = instances.map(
    (one) => `(${[one.connection, one.system, one.instance, one.title].map(text).join(', ')}, ${moment(from)}, ${moment(to)})`,
  )
  const names = 'connection, system, instance, title, recorded_from, recorded_to'
  const nobody = `select '' as connection, '' as system, '' as instance, '' as title, ${moment(from)} as recorded_from, ${moment(to)} as recorded_to where false`
  await copy(c, rows.length === 0 ? nobody : `select * from (values ${rows.join(', ')}) t(${names})`, folder, INSTANCES_ENTRY, 20_000)
  return { collections, files: [...collections.flatMap(({ files }) => files), COVERAGE_ENTRY, INSTANCES_ENTRY], instances }
}
