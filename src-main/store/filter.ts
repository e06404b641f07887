/** The filter as typed: `lag>1000 state:Empty topic~^play name`. Compiled to SQL with parameters; NULL: could not be judged. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import { parameterNow } from './filter-time.ts'
import { type Parameters, quoted } from './sql-text.ts'
import { fieldOf, type Table } from './tables.ts'
import { comparable, literal } from './where.ts'

/** One part of a typed filter. */
export interface Term {
  readonly not: boolean
  /** Absent: a word looked for in names. */
  readonly field?: string
  readonly operator: ':' | '=' | '!=' | '>' | '>=' | '<' | '<=' | '~' | 'word'
  readonly value: string
}
const pattern = /(-?)(?:([A-Za-z][A-Za-z0-9_]*)(!=|>=|<=|:|=|>|<|~))?("(?:[^"\\]|\\.)*"|\S*)\s*/y

/** Splits a typed filter into terms; quotes keep spaces, `-` before a term turns it round. */
export function parseFilter(typed: string): readonly Term[] {
  const terms: Term[] = []
  const text = typed.trim()
  let at = 0
  while (at < text.length) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null || match[0].length === 0) break
    at = pattern.lastIndex
    const [, minus = '', field, operator, raw = ''] = match
    const value = raw.startsWith('"') && raw.length > 1 && raw.endsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw
    if (field !== undefined && operator !== undefined) terms.push({ not: minus !== '', field, operator: operatorOf(operator), value })
    else if (minus + value !== '')
      terms.push(
        minus !== '' && value !== '' ? { not: true, operator: 'word', value } : { not: false, operator: 'word', value: minus + value },
      )
  }
  return terms
}
function operatorOf(text: string): Term['operator'] {
  switch (text) {
    case ':':
    case '=':
    case '!=':
    case '>':
    case '>=':
    case '<':
    case '<=':
      return text
    default:
      return '~'
  }
}

/** The term that turns a filter into its opposite question: which rows could it not judge? */
const unjudged = '?'

function fieldNamed(table: Table, name: string): string {
  const exact = table.fields.find((field) => field === name) ?? table.fields.find((field) => field.toLowerCase() === name.toLowerCase())
  if (exact === undefined)
    throw new AppError('bad-request', `${table.collection.title} have no field ${name}.`, {
      system: table.system,
      hint: `Fields are ${table.fields.join(', ')}.`,
    })
  return exact
}

function equalsSql(table: Table, name: string, value: string, parameters: Parameters): string {
  const field = fieldOf(table, name)
  if (field.column !== 'VARCHAR') return `${quoted(name)} = ${literal(table, name, typedValue(table, name, value), parameters)}`
  if (field.kind === 'list') return `contains(lower(${quoted(name)}), lower(to_json(${parameters.text(value)})::varchar))`
  return `lower(${quoted(name)}) = lower(${parameters.text(value)})`
}

/** Numbers may carry k, M, G, T; lengths of time ms, s, m, h, d; moments may be `-10m` (ago). */
function typedValue(table: Table, name: string, value: string): unknown {
  const field = fieldOf(table, name)
  if (field.column === 'TIMESTAMP_MS') return parameterNow(value)
  if (field.column !== 'BIGINT' && field.column !== 'DOUBLE') return value
  const match = /^(-?\d+(?:\.\d+)?)(k|M|G|T|ms|s|m|h|d)$/.exec(value)
  if (match === null) return value
  const [, digits = '', unit = ''] = match
  const factor = (field.kind === 'duration' ? times : sizes)[unit]
  return factor === undefined ? value : String(Number(digits) * factor)
}
const sizes: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 }
const times: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 }

function termSql(table: Table, term: Term, connections: (text: string) => string, parameters: Parameters): string {
  if (term.field === undefined) return `contains(_search, lower(strip_accents(${parameters.text(term.value)})))`
  const known = table.fields.some((field) => field.toLowerCase() === term.field?.toLowerCase())
  if (!known && term.field.toLowerCase() === 'connection') return connections(term.value)
  const name = fieldNamed(table, term.field)
  const column = quoted(name)
  if (term.value === unjudged && (term.operator === ':' || term.operator === '=')) return `${column} is null`
  if (term.operator === '~') return `regexp_matches(${column}::varchar, ${parameters.text(term.value)}, 'i')`
  if (term.operator === ':' || term.operator === '=' || term.operator === '!=') {
    const any = term.value.split(',').map((value) => equalsSql(table, name, value, parameters))
    return term.operator === '!=' ? `not (${any.join(' or ')})` : `(${any.join(' or ')})`
  }
  const field = fieldOf(table, name)
  const right =
    field.kind === 'decimal'
      ? `try_cast(${parameters.text(term.value)} as double)`
      : literal(table, name, typedValue(table, name, term.value), parameters)
  return `${comparable(field, name)} ${term.operator} ${right}`
}

/** Tries the patterns of a typed filter on nothing. bad-request: one that does not hold together. */
export async function checkPatterns(c: DuckDBConnection, table: Table, typed: string): Promise<void> {
  for (const { field, operator, value } of parseFilter(typed)) {
    if (operator !== '~') continue
    try {
      await c.run(`select regexp_matches('', $1, 'i')`, [value])
    } catch (thrown) {
      throw new AppError('bad-request', `${field}~${value} is no pattern: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
        system: table.system,
        hint: 'A pattern is a regular expression, such as ^play or a|b.',
        cause: thrown,
      })
    }
  }
}

/** A typed filter as one SQL test. bad-request: an unknown field, or a value that does not fit it. */
export function filterSql(table: Table, typed: string, connections: (text: string) => string, parameters: Parameters): string {
  const terms = parseFilter(typed)
  const asks = terms.filter((term) => term.field === undefined && term.value === unjudged && !term.not)
  const tests = terms
    .filter((term) => !asks.includes(term))
    .map((term) => {
      const test = termSql(table, term, connections, parameters)
      return term.not ? `not (${test})` : `(${test})`
    })
  const all = tests.length === 0 ? 'true' : tests.join(' and ')
  return asks.length > 0 ? `((${all}) is null)` : all
}
