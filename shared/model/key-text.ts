/** The canonical text of a key: the same on every side, so that a record has one name. */
import { AppError } from './app-error.ts'
import type { AnyCollection } from './collection.ts'
import { formatKey } from './urn.ts'

type Fields = Readonly<Record<string, unknown>>

/** One value of a key as text: whole numbers in decimal, moments as ISO 8601. bad-request: a value that cannot be part of a key. */
export function keyText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  if (Array.isArray(value)) return JSON.stringify(value)
  throw new AppError('bad-request', 'a key field has no value')
}

/** The canonical text of a scope: the values of the `within` fields, the head of every key in it. */
export function scopeText(collection: Pick<AnyCollection, 'within'>, scope: Fields): string {
  return formatKey((collection.within ?? []).map((name) => keyText(scope[name])))
}
