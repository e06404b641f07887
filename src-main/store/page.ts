/** A window of a collection: filtered, sorted and counted on the whole set, at any moment. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Emptiness, Freshness, Page, PageAsk, WireRow } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { healths } from '../../shared/model/health.ts'
import { rowColumns, storedRow } from './cells.ts'
import { abandoned, isStale, unwatched, type Watch } from './coverage.ts'
import { fetchRow, fetchRows } from './fetching.ts'
import { checkPatterns, filterSql } from './filter.ts'
import { seenNow, urnOfRow, withSeen } from './rows.ts'
import { connectionNumbers, connectionSql, type Source, storedOf, tableNamed } from './source.ts'
import { Parameters, quoted } from './sql-text.ts'
import { columnOf, fieldOf, type Table } from './tables.ts'
import { comparable, whereSql } from './where.ts'

/** `order by` for a sort as asked: states by how bad they are, unknown first; everything else unknown last; then by key. */
export function orderSql(table: Table, sort: string | undefined): string {
  const wanted = sort ?? table.collection.show?.sort
  if (wanted === undefined) return 'order by _key, _connection'
  const down = wanted.startsWith('-')
  const name = down ? wanted.slice(1) : wanted
  const way = down ? 'desc' : 'asc'
  const words = table.collection.words?.[name]
  const field = fieldOf(table, name)
  if (words !== undefined) {
    const ranks = Object.entries(words).map(
      ([value, { health }]) => `when '${value.replaceAll("'", "''")}' then ${healths.indexOf(health)}`,
    )
    return `order by case ${quoted(name)} ${ranks.join(' ')} end ${way} nulls first, ${quoted(name)} ${way} nulls first, _key, _connection`
  }
  const text = columnOf(table, name) === 'VARCHAR' && field.kind !== 'decimal'
  const by = text ? `lower(${quoted(name)}) ${way} nulls last, ${quoted(name)} ${way}` : `${comparable(field, name)} ${way} nulls last`
  return `order by ${by}, _key, _connection`
}

/** How the collection is known per connection; a connection never asked is there too. */
export function freshnessOf(
  source: Source,
  numbers: readonly number[],
  watches: ReadonlyMap<number, Watch>,
  at: Date,
): readonly Freshness[] {
  return numbers.map((number) => {
    const watch = watches.get(number) ?? unwatched
    const of = storedOf(source, number)
    return {
      connection: of.connection,
      title: of.title,
      ...(watch.at === undefined ? {} : { at: watch.at }),
      complete: watch.complete,
      ...(watch.missing === undefined ? {} : { missing: watch.missing }),
      stale: isStale(watch, at),
      ...(watch.lacks === undefined ? {} : { lacks: watch.lacks }),
    }
  })
}

function emptiness(
  source: Source,
  numbers: readonly number[],
  watches: ReadonlyMap<number, Watch>,
  at: Date | undefined,
  all: number,
): Emptiness {
  if (numbers.length === 0) return source.recorded ? 'not-recorded' : 'not-connected'
  if (all > 0) return 'none-match'
  const known = numbers.map((number) => watches.get(number) ?? unwatched)
  if (known.some(({ lacks }) => lacks?.unknown === 'forbidden')) return 'forbidden'
  if (known.some(({ lacks }) => lacks?.unknown === 'withheld')) return 'withheld'
  const past = at !== undefined || source.recorded
  if (known.every((watch) => watch.at === undefined)) return past ? 'not-recorded' : 'looking'
  if (past && known.every((watch) => abandoned(watch, at ?? source.now()))) return 'not-recorded'
  return 'none-exist'
}

/** Rows that match, those that could not be judged, and all, of the connections asked for. */
async function counted(
  c: DuckDBConnection,
  relation: string,
  mine: string,
  test: string,
  parameters: Parameters,
): Promise<readonly [number, number, number]> {
  const [matching, unjudged, all] = await fetchRow(
    c,
    `select count(*) filter (_ok), count(*) filter (_ok is null), count(*) from (select (${test}) as _ok from ${relation} where ${mine})`,
    parameters.values,
  )
  return [Number(matching), Number(unjudged), Number(all)]
}

/** See `Queries.page`. */
export async function pageOf(source: Source, ask: Omit<PageAsk, 'viewing'>, at: Date | undefined): Promise<Page> {
  const table = tableNamed(source, ask.system, ask.collection)
  const version = source.version(table)
  const numbers = connectionNumbers(source, { system: ask.system, ...(ask.connection === undefined ? {} : { connection: ask.connection }) })
  const parameters = new Parameters()
  const named = (text: string) => {
    const wanted = text.toLowerCase()
    return connectionSql(
      numbers.filter((n) => [storedOf(source, n).connection, storedOf(source, n).title].some((name) => name.toLowerCase() === wanted)),
    )
  }
  const tests = [
    ...(ask.where === undefined ? [] : [whereSql(table, ask.where, parameters)]),
    ...(ask.typed === undefined ? [] : [filterSql(table, ask.typed, named, parameters)]),
  ]
  const test = tests.length === 0 ? 'true' : tests.join(' and ')
  const mine = connectionSql(numbers)
  const order = orderSql(table, ask.sort)
  return source
    .read(async (c) => {
      if (ask.typed !== undefined) await checkPatterns(c, table, ask.typed)
      const relation = await source.rows(c, table, at)
      const found = await fetchRows(
        c,
        `select ${rowColumns(table)} from ${relation} where ${mine} and (${test}) ${order} limit ${Math.trunc(ask.limit)} offset ${Math.trunc(ask.offset)}`,
        parameters.values,
      )
      const bare = await (at === undefined ? relation : source.rows(c, table, at, tests.length > 0))
      const [total, unjudged, all] = await counted(c, bare, mine, test, parameters)
      const watches = await source.watches(c, table, at)
      const rows = await withSeen(
        c,
        source,
        table,
        found.map((values) => storedRow(table, values)),
      )
      const when = at ?? source.now()
      const wire = rows.map(
        (row): WireRow => ({
          urn: urnOfRow(source, table, row),
          connection: storedOf(source, row.connection).connection,
          seen: seenNow(row, watches, when),
          cells: row.cells,
        }),
      )
      return {
        columns: table.fields,
        rows: wire,
        total,
        unjudged,
        freshness: freshnessOf(source, numbers, watches, when),
        ...(total === 0 ? { empty: emptiness(source, numbers, watches, at, all) } : {}),
        version,
      }
    })
    .catch((thrown: unknown) => {
      throw filterFault(thrown)
    })
}
/** A pattern that the engine refuses is the typist's to mend. */
function filterFault(thrown: unknown): unknown {
  const text = thrown instanceof Error ? thrown.message : ''
  if (
    /regex|invalid (escape|character class|repetition|perl)|missing (closing|argument|\])|no argument for repetition|unexpected \)/i.test(
      text,
    )
  )
    return new AppError('bad-request', `The pattern is not a regular expression: ${text.split('\n')[0]}`, { cause: thrown })
  return thrown
}
