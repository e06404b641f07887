// Rows as columns and back: the form in which a worker hands them over. Numbers and times lie in buffers that are moved, not copied.
import { AppError } from '../../shared/model/app-error.ts'
import type { Field, Fields, Interval, Json } from '../../shared/model/fields.ts'
import { isUnknown, type Unknown, unknown } from '../../shared/model/known.ts'
import type { AnyRow } from '../triage/judging.ts'
import type { ColumnData, Columns } from './store-types.ts'

const int64Max = 2n ** 63n - 1n
const isInt64 = (value: bigint): boolean => value >= -int64Max - 1n && value <= int64Max

/** `from/to` in ISO 8601, `..` for an open side. */
export function formatInterval(interval: Interval): string {
  return `${interval.from?.toISOString() ?? '..'}/${interval.to?.toISOString() ?? '..'}`
}
/** An interval from its text, or undefined where it is none. */
export function parseInterval(text: string): Interval | undefined {
  const [from, to, more] = text.split('/')
  if (from === undefined || to === undefined || more !== undefined) return undefined
  const side = (part: string): Date | undefined => (part === '..' ? undefined : new Date(part))
  const sides = { from: side(from), to: side(to) }
  if (Number.isNaN(sides.from?.getTime()) || Number.isNaN(sides.to?.getTime())) return undefined
  return { ...(sides.from === undefined ? {} : { from: sides.from }), ...(sides.to === undefined ? {} : { to: sides.to }) }
}

type Encoded = string | bigint | number | Unknown
function wrong(name: string, field: Field, value: unknown): AppError {
  const got = value === null ? 'null' : value === undefined ? 'nothing' : typeof value
  return new AppError('internal', `The connector put ${got} into ${name}, which holds ${field.kind}.`)
}
const odd = (value: unknown): Unknown => unknown('unrecognised', String(value).slice(0, 200))

/** A cell as its column keeps it: text, bigint, number; Unknown where a server's value does not fit. Throws `internal` for a wrong type. */
function encodeCell(name: string, field: Field, value: unknown): Encoded {
  if (isUnknown(value)) return value
  switch (field.kind) {
    case 'oneOf':
      if (typeof value !== 'string') throw wrong(name, field, value)
      return field.values?.includes(value) ? value : odd(value)
    case 'list':
      if (!Array.isArray(value)) throw wrong(name, field, value)
      return JSON.stringify(value)
    case 'json':
      return JSON.stringify(value) ?? 'null'
    case 'interval':
      if (typeof value !== 'object' || value === null) throw wrong(name, field, value)
      return formatInterval(value as Interval)
    case 'int64':
    case 'bytes':
      if (typeof value !== 'bigint') throw wrong(name, field, value)
      return isInt64(value) ? value : odd(value)
    case 'instant':
      if (!(value instanceof Date)) throw wrong(name, field, value)
      return Number.isNaN(value.getTime()) ? odd(value) : BigInt(value.getTime())
    case 'count':
    case 'duration':
    case 'ratio':
      if (typeof value !== 'number') throw wrong(name, field, value)
      return Number.isFinite(value) ? value : odd(value)
    case 'flag':
      if (typeof value !== 'boolean') throw wrong(name, field, value)
      return value ? 1 : 0
    default:
      if (typeof value !== 'string') throw wrong(name, field, value)
      return value.isWellFormed() ? value : value.toWellFormed()
  }
}

function blank(field: Field, rows: number): string[] | BigInt64Array | Float64Array | Uint8Array {
  if (field.column === 'VARCHAR') return new Array<string>(rows).fill('')
  if (field.column === 'DOUBLE') return new Float64Array(rows)
  if (field.column === 'BOOLEAN') return new Uint8Array(rows)
  return new BigInt64Array(rows)
}

/**
 * Rows as columns, one a field of `fields`. Times are BigInt64Array of epoch milliseconds, flags Uint8Array of 0 and 1, lists, intervals
 * and structures text. Throws `internal` where a row lacks a field or holds another type, naming it.
 */
export function encodeRows(fields: Fields, rows: readonly AnyRow[]): Columns {
  const columns: Record<string, ColumnData> = {}
  const unknowns: Record<string, (readonly [number, Unknown])[]> = {}
  for (const [name, field] of Object.entries(fields)) {
    const into = blank(field, rows.length) as { [row: number]: string | bigint | number }
    const not: (readonly [number, Unknown])[] = []
    rows.forEach((row, at) => {
      const cell = encodeCell(name, field, row[name])
      if (typeof cell === 'object') not.push([at, cell])
      else into[at] = cell
    })
    columns[name] = into as unknown as ColumnData
    if (not.length > 0) unknowns[name] = not
  }
  return { rows: rows.length, columns, unknown: unknowns }
}

/** A cell as code reads it, from the form its column keeps. Texts that do not parse are `unrecognised`. */
export function decodeCell(field: Field, cell: string | bigint | number): unknown {
  switch (field.kind) {
    case 'list':
    case 'json':
      try {
        return JSON.parse(String(cell)) as Json
      } catch {
        return odd(cell)
      }
    case 'interval':
      return parseInterval(String(cell)) ?? odd(cell)
    case 'instant':
      return new Date(Number(cell))
    case 'flag':
      return cell !== 0
    default:
      return cell
  }
}

/** Rows from columns; fields that the columns lack are left out, columns that `fields` lacks are ignored. */
export function decodeRows(fields: Fields, columns: Columns): readonly AnyRow[] {
  const rows: Record<string, unknown>[] = Array.from({ length: columns.rows }, () => ({}))
  for (const [name, field] of Object.entries(fields)) {
    const data = columns.columns[name]
    if (data === undefined) continue
    for (const [at, row] of rows.entries()) {
      const cell = data[at]
      if (cell !== undefined) row[name] = decodeCell(field, cell)
    }
    for (const [at, why] of columns.unknown[name] ?? []) {
      const row = rows[at]
      if (row !== undefined) row[name] = why
    }
  }
  return rows as AnyRow[]
}

/** The buffers to move with a message. */
export function transferable(columns: Columns): ArrayBuffer[] {
  return Object.values(columns.columns).flatMap((data) => ('buffer' in data && data.buffer instanceof ArrayBuffer ? [data.buffer] : []))
}
