/** Records for judges, whole: open ones, and those that held at some time in a span. */

import type { DuckDBConnection } from '@duckdb/node-api'
import type { AnyCollection, Where } from '../../shared/model/collection.ts'
import { formatUrn, parseKey } from '../../shared/model/urn.ts'
import { cellOf, dateOf, reasonOf, reasonsOf, recordOf, rowColumns, type StoredRow, storedRow } from './cells.ts'
import { seenOf, unwatched, type Watch } from './coverage.ts'
import { fetchRows } from './fetching.ts'
import { connectionNumbers, connectionSql, coveredBefore, type Source, storedOf, tableNamed } from './source.ts'
import { columnList, joinTexts, moment, Parameters } from './sql-text.ts'
import type { JudgeRow, Queries } from './store-types.ts'
import { fieldOf, type Table } from './tables.ts'
import { whereSql } from './where.ts'

export function urnOfRow(source: Pick<Source, 'connections'>, table: Table, row: Pick<StoredRow, 'connection' | 'key'>): string {
  const of = storedOf(source, row.connection)
  return formatUrn({ system: table.system, instance: of.instance, collection: table.name, key: parseKey(row.key) })
}

/** Fills in when rows that are not covered were last covered, where the relation does not say. */
export async function withSeen(
  c: DuckDBConnection,
  source: Source,
  table: Table,
  rows: readonly StoredRow[],
): Promise<readonly StoredRow[]> {
  const asked = new Map<string, Promise<Date | undefined>>()
  const filled: StoredRow[] = []
  for (const row of rows) {
    if (row.seen !== undefined) {
      filled.push(row)
      continue
    }
    const id = `${row.connection} ${row.since.getTime()} ${row.scope}`
    const found = asked.get(id) ?? coveredBefore(c, source, table, row.connection, row.scope, row.since)
    asked.set(id, found)
    filled.push({ ...row, seen: (await found) ?? row.since })
  }
  return filled
}
export function seenNow(row: StoredRow, watches: ReadonlyMap<number, Watch>, at: Date): ReturnType<typeof seenOf> {
  const watch = watches.get(row.connection) ?? unwatched
  return seenOf({ seen: row.seen ?? row.since, scope: row.scope, ...(row.unseen === undefined ? {} : { unseen: row.unseen }) }, watch, at)
}

function keysSql(keys: readonly string[], parameters: Parameters): string {
  if (keys.length === 0) return 'false'
  return `_key in (select unnest(string_split(${parameters.text(joinTexts(keys))}, chr(1))))`
}

/** See `Queries.rows`. */
export async function rowsOf(
  source: Source,
  system: string,
  collection: string,
  ask: { readonly connection?: string; readonly where?: Where<AnyCollection>; readonly keys?: readonly string[]; readonly limit?: number },
  at?: Date,
): Promise<readonly JudgeRow[]> {
  const table = tableNamed(source, system, collection)
  const numbers = connectionNumbers(source, { system, ...(ask.connection === undefined ? {} : { connection: ask.connection }) })
  const parameters = new Parameters()
  const tests = [
    connectionSql(numbers),
    ...(ask.where === undefined ? [] : [whereSql(table, ask.where, parameters)]),
    ...(ask.keys === undefined ? [] : [keysSql(ask.keys, parameters)]),
  ]
  return source.read(async (c) => {
    const relation = await source.rows(c, table, at)
    const limit = ask.limit === undefined ? '' : `limit ${Math.trunc(ask.limit)}`
    const found = await fetchRows(
      c,
      `select ${rowColumns(table)} from ${relation} where ${tests.join(' and ')} order by _connection, _key ${limit}`,
      parameters.values,
    )
    const watches = await source.watches(c, table, at)
    const rows = await withSeen(
      c,
      source,
      table,
      found.map((values) => storedRow(table, values)),
    )
    return rows.map((row) => judgeRow(source, table, row, seenNow(row, watches, at ?? source.now())))
  })
}
function judgeRow(source: Source, table: Table, row: StoredRow, seen: ReturnType<typeof seenOf>): JudgeRow {
  return {
    urn: urnOfRow(source, table, row),
    key: row.key,
    connection: storedOf(source, row.connection).connection,
    row: recordOf(table, row.cells),
    seenAt: seen.at,
    ...(seen.unseen === undefined ? {} : { unseen: seen.unseen }),
  }
}

/** See `Queries.heldBetween`. Fields without history are unknown. */
export async function heldBetween(
  source: Source,
  system: string,
  collection: string,
  from: Date,
  to: Date,
): ReturnType<Queries['heldBetween']> {
  const table = tableNamed(source, system, collection)
  const names = [...table.keys, ...table.versions]
  return source.read(async (c) => {
    const found = await fetchRows(
      c,
      `select _connection, _key, _from, _to, _uv, _unseen, _ended, ${columnList(names)} from ${source.versions(table)}
       where _from <= ${moment(to)} and _to > ${moment(from)} order by _connection, _key, _from`,
    )
    return found.map(([connection, key, started, ended, uv, unseen, why, ...values]) => {
      const reasons = reasonsOf(uv)
      const cells = new Map(names.map((name, i) => [name, cellOf(fieldOf(table, name), values[i], reasons[name])]))
      const row = Object.fromEntries(table.fields.map((name) => [name, cells.get(name) ?? cellOf(fieldOf(table, name), null, undefined)]))
      const since = dateOf(started) ?? new Date(0)
      const until = dateOf(ended)
      const reason = reasonOf(unseen)
      const at = { connection: Number(connection), key: String(key) }
      return {
        urn: urnOfRow(source, table, at),
        key: at.key,
        connection: storedOf(source, at.connection).connection,
        row,
        seenAt: since,
        from: since,
        ...(until === undefined ? {} : { to: until }),
        ...(typeof why === 'string' ? { ended: why } : {}),
        ...(reason === undefined ? {} : { unseen: reason }),
      }
    })
  })
}
