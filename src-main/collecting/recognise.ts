// Values a server sent that no declaration foresaw become `unrecognised` with their text: never a crash, never a wrong number.
import type { Field, Fields } from '../../shared/model/fields.ts'
import { unknown } from '../../shared/model/known.ts'
import type { AnyRow } from '../triage/judging.ts'

const largest = 2n ** 63n - 1n
const fits = (field: Field, value: unknown): boolean => {
  if (field.kind === 'oneOf') return typeof value !== 'string' || field.values?.includes(value) === true
  if (typeof value === 'bigint') return value <= largest && value >= -largest - 1n
  if (typeof value === 'number') return Number.isFinite(value)
  return !(value instanceof Date) || !Number.isNaN(value.getTime())
}

/** The rows, with `unrecognised` where a word is not in its list or a number or time cannot be kept. Rows that need nothing are the same ones. */
export function recognise(fields: Fields, rows: readonly AnyRow[]): readonly AnyRow[] {
  const judged = Object.entries(fields).filter(([, f]) => f.kind === 'oneOf' || f.column !== 'VARCHAR')
  return rows.map((row) => {
    const odd = judged.filter(([name, field]) => !fits(field, row[name]))
    if (odd.length === 0) return row
    return { ...row, ...Object.fromEntries(odd.map(([name]) => [name, unknown('unrecognised', String(row[name]).slice(0, 200))])) }
  })
}
