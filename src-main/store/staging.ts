/** Rows of a round on their way in: appended value by value into a temporary table, in slices that let the event loop turn. */
import { setImmediate as turn } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import { keyText } from '../../shared/model/key-text.ts'
import { formatKey } from '../../shared/model/urn.ts'
import { appendCell, reasonTexts } from './cells.ts'
import { derivedFields, putFields } from './columns.ts'
import type { ColumnData, Columns } from './store-types.ts'
import { columnOf, type Table, typed } from './tables.ts'

/** Rows appended before the event loop turns. */
const slice = 1_000

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
  const columns = ['_key varchar', '_scope varchar', '_uv varchar', '_us varchar', '_ul varchar', ...typed(table, names)]
  await c.run(`create temp table ${name}(${columns.join(', ')})`)
  return { name, names, keys: new Set() }
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

function keyOf(table: Table, columns: Columns, row: number): readonly string[] {
  return table.keys.map((name) => {
    const value = columns.columns[name]?.[row]
    const column = columnOf(table, name)
    if (column === 'BOOLEAN') return keyText(value === 1)
    return column === 'TIMESTAMP_MS' ? keyText(new Date(Number(value))) : keyText(value)
  })
}

/** Appends rows. protocol: a key that is there twice, named with its collection. */
export async function appendRows(c: DuckDBConnection, table: Table, to: Staging, columns: Columns): Promise<void> {
  const within = table.collection.within?.length ?? 0
  const texts = [table.versions, table.series, table.latest].map((names) => reasonTexts(columns, names))
  const parts = to.names.map((name) => {
    const data = columns.columns[name]
    const blanks = new Set((columns.unknown[name] ?? []).map(([row]) => row))
    return { column: columnOf(table, name), data, blanks }
  })
  await c.run('begin')
  const appender = await c.createAppender(to.name, 'main', 'temp')
  try {
    for (let row = 0; row < columns.rows; row++) {
      const key = keyOf(table, columns, row)
      const text = formatKey(key)
      if (to.keys.has(text))
        throw new AppError('protocol', `${table.id}: the key ${text} was put twice in one round`, { system: table.system })
      to.keys.add(text)
      appender.appendVarchar(text)
      appender.appendVarchar(formatKey(key.slice(0, within)))
      for (const reasons of texts) {
        const reason = reasons.get(row)
        if (reason === undefined) appender.appendNull()
        else appender.appendVarchar(reason)
      }
      for (const { column, data, blanks } of parts) {
        if (data === undefined || blanks.has(row)) appender.appendNull()
        else appendCell(appender, column, data, row)
      }
      appender.endRow()
      if (row % slice === slice - 1) await turn()
    }
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
