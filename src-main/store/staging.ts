/** Rows of a round on their way in: appended value by value into a temporary table, in slices that let the event loop turn. */
import { setImmediate as turn } from 'node:timers/promises'
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import type { Column } from '../../shared/model/fields.ts'
import { keyText } from '../../shared/model/key-text.ts'
import { formatKey } from '../../shared/model/urn.ts'
import { reasonTexts } from './cells.ts'
import { derivedFields, putFields } from './columns.ts'
import { quoted } from './sql-text.ts'
import type { ColumnData, Columns } from './store-types.ts'
import { columnOf, type Table } from './tables.ts'

/** Milliseconds of appending before the event loop turns, and rows before the appender hands its own over: it does that at once. */
const sliceMs = 6
const flushed = 2_048

/** A temporary table of rows with their keys; `names` are the columns beside the head. */
export interface Staging {
  readonly name: string
  readonly names: readonly string[]
  readonly keys: Set<string>
}

export function stagedFields(table: Table): readonly string[] {
  return putFields(table.collection)
}
export function filledFields(table: Table): readonly string[] {
  return derivedFields(table.collection)
}

export async function createStaging(c: DuckDBConnection, table: Table, name: string, names: readonly string[]): Promise<Staging> {
  const columns = ['_key varchar', '_scope varchar', '_uv varchar', '_us varchar', '_ul varchar', ...stagedTypes(table, names)]
  await c.run(`create temp table ${name}(${columns.join(', ')})`)
  return { name, names, keys: new Set() }
}

/** Moments are staged as milliseconds: the binding makes an object of each TIMESTAMP it appends. */
function stagedTypes(table: Table, names: readonly string[]): readonly string[] {
  return names.map((name) => `${quoted(name)} ${columnOf(table, name) === 'TIMESTAMP_MS' ? 'BIGINT' : columnOf(table, name)}`)
}
/** Staged columns as declared. */
export function stagedColumns(table: Table, names: readonly string[], alias: string): string {
  return names
    .map((name) =>
      columnOf(table, name) === 'TIMESTAMP_MS'
        ? `epoch_ms(${alias}.${quoted(name)})::timestamp_ms as ${quoted(name)}`
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

type Append = (row: number) => void
/** How one column is appended; blanks are NULL. */
function appending(to: DuckDBAppender, column: Column, data: ColumnData | undefined, unknown: Columns['unknown'][string]): Append {
  if (data === undefined) return () => to.appendNull()
  const blanks = new Set((unknown ?? []).map(([row]) => row))
  const known = appendKnown(to, column, data)
  return blanks.size === 0 ? known : (row) => (blanks.has(row) ? to.appendNull() : known(row))
}
function appendKnown(to: DuckDBAppender, column: Column, data: ColumnData): Append {
  if (data instanceof BigInt64Array) return (row) => to.appendBigInt(data[row] ?? 0n)
  if (data instanceof Uint8Array) return (row) => to.appendBoolean(data[row] === 1)
  if (!(data instanceof Float64Array)) return (row) => to.appendVarchar(data[row] ?? '')
  return column === 'TIMESTAMP_MS' ? (row) => to.appendBigInt(BigInt(data[row] ?? 0)) : (row) => to.appendDouble(data[row] ?? 0)
}

/** Appends rows. protocol: a key that is there twice, named with its collection. */
export async function appendRows(c: DuckDBConnection, table: Table, to: Staging, columns: Columns): Promise<void> {
  const within = table.collection.within?.length ?? 0
  const texts = [table.versions, table.series, table.latest].map((names) => reasonTexts(columns, names))
  await c.run('begin')
  const appender = await c.createAppender(to.name, 'main', 'temp')
  const appends = to.names.map((name) => appending(appender, columnOf(table, name), columns.columns[name], columns.unknown[name] ?? []))
  let since = performance.now()
  try {
    for (let row = 0; row < columns.rows; row++) {
      const key = keyOf(table, columns, row)
      const text = key.join('/')
      if (to.keys.has(text))
        throw new AppError('protocol', `${table.id}: the key ${text} was put twice in one round`, { system: table.system })
      to.keys.add(text)
      appender.appendVarchar(text)
      appender.appendVarchar(key.slice(0, within).join('/'))
      for (const reasons of texts) {
        const reason = reasons.get(row)
        if (reason === undefined) appender.appendNull()
        else appender.appendVarchar(reason)
      }
      for (const append of appends) append(row)
      appender.endRow()
      if (row % flushed === flushed - 1) appender.flushSync()
      if (row % 64 === 63 && performance.now() - since > sliceMs) {
        await turn()
        since = performance.now()
      }
    }
    await turn()
    appender.closeSync()
    await c.run('commit')
  } catch (thrown) {
    // An appender that is only forgotten writes what it holds when it is collected.
    appender.clear()
    appender.closeSync()
    await c.run('rollback')
    throw thrown
  }
}
