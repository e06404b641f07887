/** Relations over the file: versions, measures as of a moment, points of a span. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { dateOf } from './cells.ts'
import { fetchRows } from './fetching.ts'
import { spread } from './source.ts'
import { columnList, moment, openEnd } from './sql-text.ts'
import { nulls, type Table } from './tables.ts'

export function versionsSql(table: Table): string {
  return `(select k._connection, k._key, k._scope, h._from, h._to, h._uv, h._unseen, h._ended, ${columnList([...table.keys], 'k')}${
    table.versions.length > 0 ? `, ${columnList(table.versions, 'h')}` : ''
  } from ${table.history} h join ${table.keyTable} k using (_id))`
}

/** `_t` and `_connection` between the last key frame of each connection and `to`; undefined: nothing was measured by then. */
async function sinceKeyFrames(
  c: DuckDBConnection,
  table: Table,
  from: Date | undefined,
  to: Date | undefined,
): Promise<string | undefined> {
  const until = from === undefined ? '' : `and _t <= ${moment(from)}`
  const frames = await fetchRows(
    c,
    `select _connection, max(_t) from main._key_frames where collection = $1 ${until} group by _connection`,
    [table.id],
  )
  const end = to === undefined ? 'true' : `_t <= ${moment(to)}`
  const starts = frames.map(([connection, t]) => ({ connection: Number(connection), at: dateOf(t) ?? new Date(0) }))
  if (starts.length === 0) return undefined
  const earliest = new Date(Math.min(...starts.map(({ at }) => at.getTime())))
  const each = starts.map(({ connection, at }) => `(_connection = ${connection} and _t >= ${moment(at)})`)
  return `_t >= ${moment(earliest)} and ${end} and (${each.join(' or ')})`
}

/** Measures of all keys as of a moment (none: the last ones): `_id, _t, _us` and the measures. Undefined where there are none. */
export async function measuresSql(c: DuckDBConnection, table: Table, at: Date | undefined): Promise<string | undefined> {
  if (table.series.length === 0) return undefined
  const when = await sinceKeyFrames(c, table, at, at)
  if (when === undefined) return undefined
  const columns = `_t, _id, _us, ${columnList(table.series)}`
  const all = table.tiers.map((tier) => `select ${columns} from ${tier} where ${when}`).join(' union all ')
  const times = table.tiers.map((tier) => `select _t, _id from ${tier} where ${when}`).join(' union all ')
  return `(select p._id, p._t, p._us, ${columnList(table.series, 'p')} from (${all}) p join (select _id, max(_t) as _t from (${times}) group by _id) l on l._id = p._id and l._t = p._t)`
}

/** Rows that held at a moment, from the file. `at` none: the open versions. */
export async function rowsAtSql(c: DuckDBConnection, table: Table, at: Date | undefined, measures: boolean): Promise<string> {
  const holds = at === undefined ? `h._to = ${openEnd}` : `h._from <= ${moment(at)} and h._to > ${moment(at)}`
  const measured = measures ? await measuresSql(c, table, at) : undefined
  const parts = [
    columnList(table.keys, 'k'),
    ...(table.versions.length > 0 ? [columnList(table.versions, 'h')] : []),
    ...(measured === undefined ? nulls(table, table.series) : [columnList(table.series, 'm')]),
    ...nulls(table, table.latest),
  ]
  const inner = `select k._id, k._connection, k._key, k._scope, h._from as _since, case when h._unseen is null then h._from end as _seen, h._unseen, h._uv,
    ${measured === undefined ? 'null::varchar' : 'm._us'} as _us, null::varchar as _ul, ${parts.join(', ')}
    from ${table.history} h join ${table.keyTable} k using (_id) ${measured === undefined ? '' : `left join ${measured} m on m._id = h._id`} where ${holds}`
  return `(select *, ${table.search} as _search from (${inner}))`
}

/** Points of some keys in a span, those of the key frame before it included so that the value at `from` can be found. */
export async function pointsSql(
  c: DuckDBConnection,
  table: Table,
  from: Date,
  to: Date,
  keys: { readonly sql: string; readonly parameters: readonly string[] },
): Promise<string> {
  const ids = await fetchRows(c, `select _id from ${table.keyTable} where ${keys.sql}`, keys.parameters)
  const when = (await sinceKeyFrames(c, table, from, to)) ?? `_t >= ${moment(from)} and _t <= ${moment(to)}`
  const either = `((${when}) or (_t >= ${moment(from)} and _t <= ${moment(to)}))`
  const mine = ids.length === 0 ? 'false' : `_id in (${ids.map(([id]) => Number(id)).join(', ')})`
  const measures = columnList(table.series)
  const bare = spread(table.series).map((name, i) => `null::${typeAt(table, i)} as ${name}`)
  const tiers = table.tiers.map(
    (tier, i) =>
      `select _t, _id, _us, _key_frame, ${measures}, ${i === 0 ? bare.join(', ') : spread(table.series).join(', ')} from ${tier} where ${mine} and ${either}`,
  )
  const shown = `not _key_frame or _t <= ${moment(from)}`
  return `(select k._connection, k._key, p.* exclude (_id, _key_frame) from (select * from (${tiers.join(' union all ')}) where ${shown}) p join ${table.keyTable} k using (_id))`
}
function typeAt(table: Table, i: number): string {
  const name = table.series[i % table.series.length] ?? ''
  return table.collection.fields[name]?.column ?? 'DOUBLE'
}
