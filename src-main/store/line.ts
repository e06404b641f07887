/** The line of a record: the same thing under other keys, such as a job that was submitted again. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Incarnation } from '../../shared/contract/messages.ts'
import { cellOf, dateOf, labelOf, type StoredRow } from './cells.ts'
import { fetchRows } from './fetching.ts'
import { urnOfRow } from './rows.ts'
import type { Source } from './source.ts'
import { columnList, moment, quoted } from './sql-text.ts'
import { fieldOf, type Table } from './tables.ts'

/** Incarnations listed at most: the record itself, and the newest. */
const most = 50

export interface Line {
  readonly line: readonly Incarnation[]
  /** How many there are in all. */
  readonly lineTotal: number
}

/**
 * All that were ever on the line of a row by a moment, the row among them, oldest first; two that live at once are two. Empty where the
 * collection declares no line, or a value it rests on is not known.
 */
export async function lineOf(
  c: DuckDBConnection,
  source: Source,
  table: Table,
  row: Pick<StoredRow, 'connection' | 'key' | 'cells'>,
  at: Date | undefined,
): Promise<Line> {
  const names = (table.collection.line ?? []).filter((name) => table.keys.includes(name) || table.versions.includes(name))
  const values = names.map((name) => row.cells[table.fields.indexOf(name)])
  if (names.length === 0 || values.some((value) => typeof value !== 'string')) return { line: [], lineTotal: 0 }
  const shown = [...table.keys, ...table.versions]
  const until = at === undefined ? '' : `and _from <= ${moment(at)}`
  const rows = await fetchRows(
    c,
    `with all_versions as materialized (select _key, _from, _to, _ended, ${columnList(shown)} from ${source.versions(table)}
       where _connection = ${row.connection} ${until})
     select count(*) over ()::integer, _key, min(_from), max(_to), arg_max_null(_ended, _to),
       ${shown.map((name) => `arg_max(${quoted(name)}, _to)`).join(', ')}
     from all_versions where _key in (select _key from all_versions where ${names.map((name, i) => `${quoted(name)} = $${i + 2}`).join(' and ')})
     group by _key order by _key = $1 desc, min(_from) desc, _key desc limit ${most}`,
    [row.key, ...values.map(String)],
  )
  const line = rows.map(([, key, from, to, ended, ...cells]): Incarnation => {
    const end = dateOf(to)
    const over = end !== undefined && typeof ended === 'string' && (at === undefined || end <= at)
    const byName = new Map(shown.map((name, i) => [name, cellOf(fieldOf(table, name), cells[i], undefined)]))
    return {
      urn: urnOfRow(source, table, { connection: row.connection, key: String(key) }),
      key: String(key),
      label: labelOf(
        table,
        table.fields.map((name) => byName.get(name) ?? cellOf(fieldOf(table, name), null, undefined)),
      ),
      from: dateOf(from) ?? new Date(0),
      ...(over ? { to: end, ended } : {}),
    }
  })
  const oldestFirst = line.toSorted((a, b) => a.from.getTime() - b.from.getTime() || (a.key < b.key ? -1 : 1))
  return { line: oldestFirst, lineTotal: Number(rows[0]?.[0] ?? 0) }
}
