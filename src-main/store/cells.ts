/** Values between DuckDB and code, exact: bigint for BIGINT, Date for moments, and Unknown with its reason where there is none. */
import { DuckDBTimestampMillisecondsValue, type DuckDBValue } from '@duckdb/node-api'
import type { Cell } from '../../shared/contract/messages.ts'
import type { Field } from '../../shared/model/fields.ts'
import { isUnknown, type Unknown, unknown } from '../../shared/model/known.ts'
import type { AnyRow } from '../triage/judging.ts'
import { parseInterval } from './interval-text.ts'
import { columnList } from './sql-text.ts'
import type { Columns } from './store-types.ts'
import { fieldOf, type Table } from './tables.ts'

type Reasons = Readonly<Record<string, Unknown>>
const none: Reasons = {}
/** The same few texts come back for thousands of rows. */
const parsed = new Map<string, Reasons>()

/** Reasons of unknown cells from their stored text. */
export function reasonsOf(text: DuckDBValue | undefined): Reasons {
  if (typeof text !== 'string') return none
  const known = parsed.get(text)
  if (known !== undefined) return known
  const read: unknown = JSON.parse(text)
  const reasons: Record<string, Unknown> = {}
  if (typeof read === 'object' && read !== null) for (const [name, why] of Object.entries(read)) if (isUnknown(why)) reasons[name] = why
  if (parsed.size > 1_000) parsed.clear()
  parsed.set(text, reasons)
  return reasons
}
/** One reason from its stored text. */
export function reasonOf(text: DuckDBValue | undefined): Unknown | undefined {
  if (typeof text !== 'string') return undefined
  const read: unknown = JSON.parse(text)
  return isUnknown(read) ? read : undefined
}

/** A moment, or undefined for NULL and the open end. */
export function dateOf(value: DuckDBValue | undefined): Date | undefined {
  return value instanceof DuckDBTimestampMillisecondsValue && value.isFinite ? new Date(Number(value.millis)) : undefined
}

/** One cell; NULL is the reason kept for it, else why it cannot be there. */
export function cellOf(field: Field, value: DuckDBValue | undefined, why: Unknown | undefined): Cell {
  if (value === null || value === undefined) return why ?? unknown(field.derived === true ? 'not-yet' : 'not-recorded')
  if (value instanceof DuckDBTimestampMillisecondsValue) return dateOf(value) ?? unknown('unrecognised')
  if (typeof value === 'string') {
    if (field.kind === 'list' || field.kind === 'json') return JSON.parse(value)
    return field.kind === 'interval' ? parseInterval(value) : value
  }
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? value : String(value)
}

/** What every reading of rows selects before the fields. */
const head = ['_connection', '_key', '_scope', '_since', '_seen', '_unseen', '_uv', '_us', '_ul'] as const
export function rowColumns(table: Table): string {
  return `${head.join(', ')}, ${columnList(table.fields)}`
}
export interface StoredRow {
  readonly connection: number
  readonly key: string
  readonly scope: string
  readonly since: Date
  readonly seen?: Date
  readonly unseen?: Unknown
  /** In the order of the declaration. */
  readonly cells: readonly Cell[]
}
/** A row selected by `rowColumns`. */
export function storedRow(table: Table, values: readonly DuckDBValue[]): StoredRow {
  const [connection, key, scope, since, seen, unseen, uv, us, ul] = values
  const reasons = uv === null && us === null && ul === null ? none : { ...reasonsOf(uv), ...reasonsOf(us), ...reasonsOf(ul) }
  const cells = table.fields.map((name, i) => cellOf(fieldOf(table, name), values[head.length + i], reasons[name]))
  const seenAt = dateOf(seen)
  const why = reasonOf(unseen)
  return {
    connection: Number(connection),
    key: String(key),
    scope: String(scope),
    since: dateOf(since) ?? new Date(0),
    ...(seenAt === undefined ? {} : { seen: seenAt }),
    ...(why === undefined ? {} : { unseen: why }),
    cells,
  }
}
export function recordOf(table: Table, cells: readonly Cell[]): AnyRow {
  return Object.fromEntries(table.fields.map((name, i) => [name, cells[i]]))
}
export function labelOf(table: Table, cells: readonly Cell[]): string {
  const cell = cells[table.fields.indexOf(table.label)]
  return cell === undefined || isUnknown(cell) ? '' : cell instanceof Date ? cell.toISOString() : String(cell)
}

/** Row → the stored text of its reasons, for the named fields only, in their order. */
export function reasonTexts(columns: Columns, names: readonly string[]): ReadonlyMap<number, string> {
  const byRow = new Map<number, Record<string, Unknown>>()
  for (const name of names) {
    for (const [row, why] of columns.unknown[name] ?? []) {
      const reasons = byRow.get(row) ?? {}
      reasons[name] = why
      byRow.set(row, reasons)
    }
  }
  return new Map([...byRow].map(([row, reasons]) => [row, JSON.stringify(reasons)]))
}
