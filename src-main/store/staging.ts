/** Rows of a round on their way in: appended value by value into a temporary table, in slices that let the event loop turn. */
import { setImmediate as turn } from 'node:timers/promises'
import { BIGINT, BOOLEAN, DOUBLE, type DuckDBConnection, type DuckDBType, VARCHAR } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import type { Column } from '../../shared/model/fields.ts'
import { keyText } from '../../shared/model/key-text.ts'
import { formatKey } from '../../shared/model/urn.ts'
import { reasonTexts } from './cells.ts'
import { chunkRows, createLoader, type Loader, source } from './chunks.ts'
import { derivedFields, putFields } from './columns.ts'
import { KeyHashes } from './key-hashes.ts'
import { quoted } from './sql-text.ts'
import type { ColumnData, Columns } from './store-types.ts'
import { columnOf, type Table } from './tables.ts'
import { inTransaction } from './transaction.ts'

/** Rows appended and handed over before the event loop turns: both are done at once, on it. */
const slice = chunkRows / 2

/** What stands before the fields: the key, its scope, and why fields of each way of keeping are unknown. */
const head = ['_key', '_scope', '_uv', '_us', '_ul'] as const
const types: Readonly<Record<Column, DuckDBType>> = { VARCHAR, BIGINT, DOUBLE, BOOLEAN, TIMESTAMP_MS: DOUBLE }

/** A temporary table of rows with their keys; `names` are the columns beside the head. */
export interface Staging {
  readonly name: string
  readonly names: readonly string[]
  readonly keys: KeyHashes
  readonly loader: Loader
}

export function stagedFields(table: Table): readonly string[] {
  return putFields(table.collection)
}
export function filledFields(table: Table): readonly string[] {
  return derivedFields(table.collection)
}

export async function createStaging(c: DuckDBConnection, table: Table, name: string, names: readonly string[]): Promise<Staging> {
  const columns = [...head.map((column) => `${column} varchar`), ...stagedTypes(table, names)]
  await c.run(`create temp table ${name}(${columns.join(', ')})`)
  const loader = createLoader(name, [...head.map(() => VARCHAR), ...names.map((column) => types[columnOf(table, column)])])
  return { name, names, keys: new KeyHashes(), loader }
}

/** Moments are staged as they come, in milliseconds. */
function stagedTypes(table: Table, names: readonly string[]): readonly string[] {
  return names.map((name) => `${quoted(name)} ${columnOf(table, name) === 'TIMESTAMP_MS' ? 'DOUBLE' : columnOf(table, name)}`)
}
/** Staged columns as declared. */
export function stagedColumns(table: Table, names: readonly string[], alias: string): string {
  return names
    .map((name) =>
      columnOf(table, name) === 'TIMESTAMP_MS'
        ? `epoch_ms(${alias}.${quoted(name)}::bigint)::timestamp_ms as ${quoted(name)}`
        : `${alias}.${quoted(name)}`,
    )
    .join(', ')
}

function fits(column: string, data: ColumnData): boolean {
  if (column === 'VARCHAR') return Array.isArray(data)
  if (column === 'BIGINT') return data instanceof BigInt64Array
  return column === 'BOOLEAN' ? data instanceof Uint8Array : data instanceof Float64Array
}
/** bad-request: a column that is missing, unknown, of the wrong type or length. */
export function checkColumns(table: Table, columns: Columns, required: readonly string[], allowed: readonly string[] = required): void {
  const refuse = (what: string) => new AppError('bad-request', `${table.id}: ${what}`, { system: table.system })
  for (const name of required) if (columns.columns[name] === undefined) throw refuse(`column ${name} is missing`)
  for (const [name, data] of Object.entries(columns.columns)) {
    if (!allowed.includes(name)) throw refuse(`column ${name} is not one a connector puts`)
    if (!fits(columnOf(table, name), data)) throw refuse(`column ${name} is not ${columnOf(table, name)}`)
    if (data.length !== columns.rows) throw refuse(`column ${name} has ${data.length} values for ${columns.rows} rows`)
  }
  for (const key of table.keys) if ((columns.unknown[key]?.length ?? 0) > 0) throw refuse(`key field ${key} is unknown in a row`)
}

/** The encoded parts of a row's key. */
function keyOf(table: Table, columns: Columns, row: number): readonly string[] {
  return table.keys.map((name) => {
    const value = columns.columns[name]?.[row]
    const column = columnOf(table, name)
    if (column === 'BOOLEAN') return formatKey([keyText(value === 1)])
    return formatKey([column === 'TIMESTAMP_MS' ? keyText(new Date(Number(value))) : keyText(value)])
  })
}

/** Appends rows. protocol: a key that is there twice, named with its collection. */
export async function appendRows(c: DuckDBConnection, table: Table, to: Staging, columns: Columns): Promise<void> {
  const within = table.collection.within?.length ?? 0
  const keys = new Array<string>(columns.rows)
  const scopes = new Array<string>(columns.rows)
  const texts = [table.versions, table.series, table.latest].map((names) => {
    const reasons = reasonTexts(columns, names)
    return reasons.size === 0 ? undefined : Array.from({ length: columns.rows }, (_, row) => reasons.get(row) ?? null)
  })
  const sources = [
    ...[keys, scopes, ...texts].map((data) => source(data)),
    ...to.names.map((name) => source(columns.columns[name], columns.unknown[name])),
  ]
  await inTransaction(c, async () => {
    await to.loader.begin(c)
    for (let from = 0; from < columns.rows; from += slice) {
      const end = Math.min(columns.rows, from + slice)
      for (let row = from; row < end; row++) {
        const key = keyOf(table, columns, row)
        const text = key.join('/')
        if (!to.keys.add(text))
          throw new AppError('protocol', `${table.id}: the key ${text} was put twice in one round`, { system: table.system })
        keys[row] = text
        scopes[row] = key.slice(0, within).join('/')
      }
      to.loader.append(sources, from, end - from)
      await turn()
      to.loader.flush()
      await turn()
    }
  })
}
