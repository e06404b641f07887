/** Pieces of SQL made from names and moments that the program itself holds; everything a person typed goes in as a parameter. */
import type { DuckDBValue } from '@duckdb/node-api'

/** A quoted identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
/** Quoted identifiers, each behind a table alias, with commas between. */
export function columnList(names: readonly string[], alias?: string): string {
  return names.map((name) => (alias === undefined ? quoted(name) : `${alias}.${quoted(name)}`)).join(', ')
}
/** A moment as a TIMESTAMP_MS literal. */
export function moment(at: Date): string {
  return `epoch_ms(${Math.trunc(at.getTime())})::timestamp_ms`
}
/** The open end. */
export const openEnd = "'infinity'::timestamp_ms"

/** Texts travel to SQL as one parameter, split at a character that no key holds. */
export const separator = '\u0001'
export function joinTexts(texts: readonly string[]): string {
  return texts.join(separator)
}
/** Parameters of one statement, numbered as they are added. */
export class Parameters {
  readonly values: DuckDBValue[] = []
  /** Adds a value as text and answers its placeholder; cast it in SQL. */
  text(value: string): string {
    this.values.push(value)
    return `$${this.values.length}::varchar`
  }
}
