/** What differs between two moments, by meaning: only fields with a history count, and nothing is claimed of a side nobody watched. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { DiffAnswer, DiffAsk } from '../../shared/contract/messages.ts'
import { cellOf, labelOf, reasonsOf } from './cells.ts'
import { type Watch, wasWatched } from './coverage.ts'
import { fetchRows, type Values } from './fetching.ts'
import { differs } from './proof.ts'
import { changedFields } from './record.ts'
import { urnOfRow } from './rows.ts'
import { connectionSql, type Source } from './source.ts'
import { joinTexts, moment, openEnd, Parameters, quoted } from './sql-text.ts'
import { fieldOf, type Table } from './tables.ts'

type What = DiffAnswer['rows'][number]['what']
const whats: readonly What[] = ['appeared', 'vanished', 'changed', 'unseen']

function holds(at: Date | undefined): string {
  return at === undefined ? `_to = ${openEnd}` : `_from <= ${moment(at)} and _to > ${moment(at)}`
}

/** True where all of a collection was watched at a moment, whatever the scope. */
function wasWhole(watch: Watch | undefined, at: Date): boolean {
  if (watch === undefined) return false
  return wasWatched({ ...watch, scopes: new Map() }, '', at) && (watch.whole !== undefined || watch.scopes.size === 0)
}
/** SQL that is true for rows whose connection and scope were watched at a moment. */
function knownSql(watches: ReadonlyMap<number, Watch>, at: Date, parameters: Parameters): string {
  const cases = [...watches].map(([connection, watch]) => {
    if (wasWhole(watch, at)) return `when ${connection} then true`
    const scopes = [...watch.scopes.keys()].filter((scope) => wasWatched(watch, scope, at))
    if (scopes.length === 0) return `when ${connection} then false`
    return `when ${connection} then _scope in (select unnest(string_split(${parameters.text(joinTexts(scopes))}, chr(1))))`
  })
  return cases.length === 0 ? 'false' : `coalesce(case _connection ${cases.join(' ')} end, false)`
}

/** SQL of what differs (`_connection`, `_key`, `_what`), and of one side of it, for the few rows that are shown. */
interface Comparison {
  readonly differing: string
  readonly side: (at: Date | undefined) => string
}
async function comparisonSql(
  c: DuckDBConnection,
  source: Source,
  table: Table,
  from: Date | undefined,
  to: Date | undefined,
  parameters: Parameters,
): Promise<Comparison> {
  const [before, after] = [await source.watches(c, table, from), await source.watches(c, table, to)]
  const [start, end] = [from ?? source.now(), to ?? source.now()]
  const knownA = knownSql(before, start, parameters)
  const knownB = knownSql(after, end, parameters)
  // A version that held at both moments says nothing, where both were watched: most rows never reach the join.
  const sure = [...before.keys()].filter((n) => wasWhole(before.get(n), start) && wasWhole(after.get(n), end))
  const same = `${holds(from)} and ${holds(to)} and _unseen is null and ${connectionSql(sure)}`
  const names = ['_uv', '_unseen', '_from', ...table.keys, ...table.versions].map((name) => quoted(name)).join(', ')
  const side = (at: Date | undefined) =>
    `(select _connection, _key, _scope, ${names} from ${source.versions(table)} where ${holds(at)} and not (${same}))`
  const changed = `a._uv is distinct from b._uv${table.versions.length > 0 ? ` or ${differs(table.versions, 'a', 'b')}` : ''}`
  const differing = `select _connection, _key, _what from (select _connection, _key, case when not (${knownA}) or not (${knownB}) or a_unseen or b_unseen then 'unseen'
    when not a_there then 'appeared' when not b_there then 'vanished' when _changed then 'changed' end as _what
    from (select coalesce(a._connection, b._connection) as _connection, coalesce(a._key, b._key) as _key, coalesce(a._scope, b._scope) as _scope,
      a._from is not null as a_there, b._from is not null as b_there, a._unseen is not null as a_unseen, b._unseen is not null as b_unseen,
      (${changed}) as _changed from ${side(from)} a full join ${side(to)} b on a._connection = b._connection and a._key = b._key)) where _what is not null`
  return { differing, side }
}

function answerRow(source: Source, table: Table, values: Values): DiffAnswer['rows'][number] {
  const [connection, key, what, uvA, uvB, ...cells] = values
  const names = [...table.keys, ...table.versions]
  const kind = whats.find((one) => one === what) ?? 'unseen'
  const [before, after] = [uvA, uvB].map((uv, side) => {
    const reasons = reasonsOf(uv)
    return Object.fromEntries(names.map((name, i) => [name, cellOf(fieldOf(table, name), cells[2 * i + side], reasons[name])]))
  })
  const of = (kind === 'appeared' ? after : before) ?? {}
  const label = labelOf(
    table,
    table.fields.map((name) => of[name] ?? after?.[name] ?? ''),
  )
  const urn = urnOfRow(source, table, { connection: Number(connection), key: String(key) })
  const fields = kind === 'changed' ? changedFields(before, after) : {}
  return { urn, label: label === '' ? String(key) : label, system: table.system, collection: table.name, what: kind, fields }
}

/** See `Queries.diff`. Ordered by collection, then appeared, vanished, changed, unseen, then key. */
export async function diffOf(
  source: Source,
  ask: Omit<DiffAsk, 'from' | 'to'>,
  from: Date | undefined,
  to: Date | undefined,
): Promise<DiffAnswer> {
  const tables = [...source.tables.values()].filter(
    (table) => (ask.system === undefined || table.system === ask.system) && (ask.collection === undefined || table.name === ask.collection),
  )
  return source.read(async (c) => {
    const counts: Record<string, Record<What, number>> = {}
    const rows: DiffAnswer['rows'][number][] = []
    let total = 0
    for (const table of tables) {
      const parameters = new Parameters()
      const comparison = await comparisonSql(c, source, table, from, to, parameters)
      const names = [...table.keys, ...table.versions].flatMap((name) => [
        { of: `a.${quoted(name)}`, as: quoted(`a_${name}`) },
        { of: `b.${quoted(name)}`, as: quoted(`b_${name}`) },
      ])
      const order = `list_position([${whats.map((what) => `'${what}'`).join(', ')}], d._what), d._key`
      const offset = Math.max(0, ask.offset - total)
      const limit = Math.max(0, ask.limit - rows.length)
      const found = await fetchRows(
        c,
        `with d as materialized (${comparison.differing}), p as materialized (select d.*, row_number() over (order by ${order}) as _place from d order by _place limit ${limit} offset ${offset})
         select null as _connection, null as _key, _what, count(*)::varchar as a__uv, null as b__uv, ${names.map(({ as }) => `null as ${as}`).join(', ')} from d group by _what
         union all by name (select p._connection, p._key, p._what, a._uv as a__uv, b._uv as b__uv, ${names.map(({ of, as }) => `${of} as ${as}`).join(', ')} from p
           left join ${comparison.side(from)} a on a._connection = p._connection and a._key = p._key
           left join ${comparison.side(to)} b on b._connection = p._connection and b._key = p._key order by p._place)`,
        parameters.values,
      )
      const mine = { appeared: 0, vanished: 0, changed: 0, unseen: 0 }
      for (const values of found) {
        const kind = whats.find((one) => one === values[2])
        if (values[0] === null && kind !== undefined) mine[kind] = Number(values[3])
        else rows.push(answerRow(source, table, values))
      }
      const sum = mine.appeared + mine.vanished + mine.changed + mine.unseen
      if (sum > 0) counts[table.id] = mine
      total += sum
    }
    return { total, counts, rows }
  })
}
