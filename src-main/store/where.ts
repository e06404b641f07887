/** Structured filters as SQL over a collection's columns; values are parameters. NULL means: could not be judged. */

import type { WhereText } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Field } from '../../shared/model/fields.ts'
import { moment, type Parameters, quoted } from './sql-text.ts'
import { fieldOf, type Table } from './tables.ts'

function wrong(table: Table, name: string, expected: string): AppError {
  return new AppError('bad-request', `${table.id}.${name} is compared with ${expected}`, { system: table.system })
}

/** A value as SQL of the field's type. bad-request: a value of another type. */
export function literal(table: Table, name: string, value: unknown, parameters: Parameters): string {
  const field = fieldOf(table, name)
  switch (field.column) {
    case 'BIGINT':
    case 'DOUBLE':
      return number(table, name, value, parameters)
    case 'BOOLEAN':
      if (typeof value !== 'boolean' && value !== 'true' && value !== 'false') throw wrong(table, name, 'true or false')
      return String(value)
    case 'TIMESTAMP_MS': {
      const at = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN)
      if (Number.isNaN(at.getTime())) throw wrong(table, name, 'a moment (ISO 8601)')
      return moment(at)
    }
    default:
      if (typeof value === 'object' || value === undefined) throw wrong(table, name, 'a text')
      return parameters.text(String(value))
  }
}

function number(table: Table, name: string, value: unknown, parameters: Parameters): string {
  const text = String(value)
  if (/^-?\d{1,37}$/.test(text)) return `cast(${parameters.text(text)} as hugeint)`
  if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw wrong(table, name, 'a number')
  return `cast(${parameters.text(text)} as double)`
}

/** The column as it is compared: decimals kept as text are compared as numbers. */
export function comparable(field: Field, name: string): string {
  return field.kind === 'decimal' ? `try_cast(${quoted(name)} as double)` : quoted(name)
}

function equals(table: Table, name: string, value: unknown, parameters: Parameters): string {
  const field = fieldOf(table, name)
  if (field.kind === 'list') return `json_contains(${quoted(name)}, to_json(${parameters.text(String(value))}))`
  return `${quoted(name)} = ${literal(table, name, value, parameters)}`
}
function oneOf(table: Table, name: string, values: readonly unknown[], parameters: Parameters): string {
  if (values.length === 0) return 'false'
  if (fieldOf(table, name).kind === 'list' || values.length === 1)
    return `(${values.map((value) => equals(table, name, value, parameters)).join(' or ')})`
  return `${quoted(name)} in (${values.map((value) => literal(table, name, value, parameters)).join(', ')})`
}

/** One test a field: equal, one of, or between (both ends included). */
export function whereSql(table: Table, where: WhereText | Readonly<Record<string, unknown>>, parameters: Parameters): string {
  const tests = Object.entries(where).map(([name, test]) => {
    fieldOf(table, name)
    if (typeof test !== 'object' || test === null || test instanceof Date) return equals(table, name, test, parameters)
    if ('in' in test && Array.isArray(test.in)) return oneOf(table, name, test.in, parameters)
    const min =
      'min' in test && test.min !== undefined
        ? `${comparable(fieldOf(table, name), name)} >= ${literal(table, name, test.min, parameters)}`
        : 'true'
    const max =
      'max' in test && test.max !== undefined
        ? `${comparable(fieldOf(table, name), name)} <= ${literal(table, name, test.max, parameters)}`
        : 'true'
    return `(${min} and ${max})`
  })
  return tests.length === 0 ? 'true' : tests.join(' and ')
}

/** What a partial round did not cover: all named fields have one of the values. */
export function exceptSql(table: Table, where: Readonly<Record<string, readonly unknown[]>>, parameters: Parameters): string {
  const tests = Object.entries(where).map(([name, values]) => oneOf(table, name, values, parameters))
  return tests.length === 0 ? 'true' : tests.join(' and ')
}
