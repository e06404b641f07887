/** Rows as columns and back: how rows travel from a worker to the host, and what the Store stages. No database here. */
import { AppError } from '../../shared/model/app-error.ts'
import type { AnyCollection } from '../../shared/model/collection.ts'
import type { Field, Fields } from '../../shared/model/fields.ts'
import { isUnknown, type Known, type Unknown, unknown } from '../../shared/model/known.ts'
import type { AnyRow } from '../triage/judging.ts'
import { formatInterval, parseInterval } from './interval-text.ts'
import type { ColumnData, Columns } from './store-types.ts'

const smallest = -(2n ** 63n)
const largest = 2n ** 63n - 1n

/** Names of the fields a connector puts. */
export function putFields(collection: Pick<AnyCollection, 'fields'>): readonly string[] {
  return Object.keys(collection.fields).filter((name) => collection.fields[name]?.derived !== true)
}
/** Names of the fields the host derives. */
export function derivedFields(collection: Pick<AnyCollection, 'fields'>): readonly string[] {
  return Object.keys(collection.fields).filter((name) => collection.fields[name]?.derived === true)
}

function wrong(name: string, field: Field, value: unknown): AppError {
  const got = value === null ? 'null' : value === undefined ? 'nothing' : typeof value
  return new AppError('bad-request', `The connector put ${got} into ${name}, which holds ${field.kind}.`)
}
const odd = (value: unknown): Unknown => unknown('unrecognised', String(value).slice(0, 200))
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed()
}

/** A value as its column keeps it; Unknown where a server's value does not fit. */
function encodeCell(name: string, field: Field, value: unknown): string | bigint | number | Unknown {
  if (isUnknown(value)) return value
  switch (field.kind) {
    case 'oneOf':
      if (typeof value !== 'string') throw wrong(name, field, value)
      return field.values?.includes(value) === false ? odd(value) : value
    case 'list':
      if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw wrong(name, field, value)
      return JSON.stringify(value.map(wellFormed))
    case 'json':
      if (value === undefined) throw wrong(name, field, value)
      return wellFormed(JSON.stringify(value))
    case 'interval':
      if (typeof value !== 'object' || value === null) throw wrong(name, field, value)
      return formatInterval(value) ?? odd('an interval with a wrong moment')
    case 'int64':
    case 'bytes':
      if (typeof value !== 'bigint') throw wrong(name, field, value)
      return value >= smallest && value <= largest ? value : odd(value)
    case 'instant':
      if (!(value instanceof Date)) throw wrong(name, field, value)
      return Number.isNaN(value.getTime()) ? odd(value) : value.getTime()
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
      return wellFormed(value)
  }
}

function blank(field: Field, rows: number): string[] | BigInt64Array | Float64Array | Uint8Array {
  if (field.column === 'VARCHAR') return new Array<string>(rows).fill('')
  if (field.column === 'BIGINT') return new BigInt64Array(rows)
  return field.column === 'BOOLEAN' ? new Uint8Array(rows) : new Float64Array(rows)
}

/**
 * Encodes rows; `names` are the columns (default: what a connector puts). Times are epoch milliseconds, flags 0 and 1; lists, intervals and
 * structures text. What a column cannot hold is `unrecognised`, with its text. bad-request: a value of the wrong type or none at all;
 * protocol: a key without a value.
 */
export function encode(
  collection: Pick<AnyCollection, 'fields' | 'key'>,
  rows: readonly AnyRow[],
  names: readonly string[] = putFields(collection),
): Columns {
  const columns: Record<string, ColumnData> = {}
  const unknowns: Record<string, (readonly [number, Unknown])[]> = {}
  for (const name of names) {
    const field = collection.fields[name]
    if (field === undefined) throw new AppError('bad-request', `field ${name} is not declared`)
    const data = blank(field, rows.length)
    const into: { [at: number]: string | bigint | number } = data
    rows.forEach((row, at) => {
      const cell = encodeCell(name, field, row[name])
      if (typeof cell !== 'object') into[at] = cell
      else if (collection.key.includes(name)) throw new AppError('protocol', `key field ${name} is unknown`)
      else {
        unknowns[name] ??= []
        unknowns[name].push([at, cell])
      }
    })
    columns[name] = data
  }
  return { rows: rows.length, columns, unknown: unknowns }
}

/** The buffers of columns that can be transferred instead of copied. */
export function transferables(columns: Columns): readonly ArrayBuffer[] {
  return Object.values(columns.columns).flatMap((data) => ('buffer' in data && data.buffer instanceof ArrayBuffer ? [data.buffer] : []))
}

function value(field: Field, data: ColumnData, at: number): unknown {
  const raw = data[at]
  if (typeof raw === 'string') {
    if (field.kind === 'list' || field.kind === 'json') return JSON.parse(raw)
    return field.kind === 'interval' ? parseInterval(raw) : raw
  }
  if (field.column === 'BOOLEAN') return raw === 1
  return field.column === 'TIMESTAMP_MS' ? new Date(Number(raw)) : raw
}

/** Decodes rows `from` ≤ i < `to`. */
export function decode(fields: Fields, columns: Columns, from = 0, to: number = columns.rows): readonly AnyRow[] {
  const rows: Record<string, Known<unknown>>[] = Array.from({ length: Math.max(0, to - from) }, () => ({}))
  for (const [name, data] of Object.entries(columns.columns)) {
    const field = fields[name]
    if (field === undefined) continue
    const why = new Map(columns.unknown[name] ?? [])
    rows.forEach((row, i) => {
      row[name] = why.get(from + i) ?? value(field, data, from + i)
    })
  }
  return rows
}
