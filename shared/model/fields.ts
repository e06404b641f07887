/** Fields: one closed list of builders. Each knows its TypeScript type, its column, its unit, how it is kept and what redaction does with it. */

/** What a change of a field is: a line in its history, a point on a curve, or nothing. */
export type Keep = 'versions' | 'series' | 'latest'
/** What redaction at sharing replaces a value with: a token of this kind. */
export type Mask = 'host' | 'address' | 'user' | 'account' | 'bucket' | 'path'
export type Column = 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP_MS'
export type FieldKind =
  | 'text'
  | 'name'
  | 'host'
  | 'address'
  | 'user'
  | 'path'
  | 'list'
  | 'oneOf'
  | 'flag'
  | 'int64'
  | 'decimal'
  | 'instant'
  | 'interval'
  | 'duration'
  | 'bytes'
  | 'count'
  | 'ratio'
  | 'json'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
/** Between two moments, both included; an open side is undefined. Column: ISO 8601 `from/to` with `..` for an open side. */
export interface Interval {
  readonly from?: Date
  readonly to?: Date
}

/** One field of a collection, a setting, a read's input or item. `says` is its doc: meaning, shape, source of a formula. */
export interface Field<T = unknown, K extends Keep = Keep> {
  readonly kind: FieldKind
  readonly column: Column
  readonly keep: K
  readonly says: string
  readonly unit?: string
  readonly mask?: Mask
  /** Its name in files and stores written before it was renamed. */
  readonly was?: string
  /** The words a `oneOf` can be; anything else a server sends is `unrecognised`. */
  readonly values?: readonly string[]
  /** Judged in the host from the record and its past; a connector never fills it. */
  readonly derived?: true
  /** Settings and inputs only: may be left out. */
  readonly optional?: true
  /** Carries the type; never present at run time. */
  readonly type?: T
}
export type Fields = Readonly<Record<string, Field>>
/** The TypeScript type of a field's value. */
export type TypeOf<F> = F extends Field<infer T> ? T : never
type OptionalName<F> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F]
/** A record of known values, one a field; optional ones may be left out. */
export type Values<F> = { readonly [K in Exclude<keyof F, OptionalName<F>>]: TypeOf<F[K]> } & {
  readonly [K in OptionalName<F>]?: TypeOf<F[K]>
}

// The builders answer with `NoInfer<K>`: else the `Fields` around them would widen how a field is kept to all three ways.
interface Options<K extends Keep> {
  readonly keep?: K
  readonly was?: string
}
interface Fixed {
  readonly kind: FieldKind
  readonly column: Column
  readonly unit?: string
  readonly mask?: Mask
  readonly values?: readonly string[]
}
function build<T, K extends Keep>(fixed: Fixed, says: string, keep: K, options: Options<K>): Field<T, K> {
  return { ...fixed, says, keep: options.keep ?? keep, ...(options.was === undefined ? {} : { was: options.was }) }
}

/** Free text. */
export const text = <const K extends Keep = 'versions'>(says: string, options: Options<K> = {}): Field<string, NoInfer<K>> =>
  build({ kind: 'text', column: 'VARCHAR' }, says, 'versions' as K, options)
/** A name people give: topic, job, table. Searched in the palette, kept by `share`, replaced by `strict`. */
export const name = <const K extends Keep = 'versions'>(says: string, options: Options<K> = {}): Field<string, NoInfer<K>> =>
  build({ kind: 'name', column: 'VARCHAR' }, says, 'versions' as K, options)
/** A host name, without port. */
export const host = <const K extends Keep = 'versions'>(says: string, options: Options<K> = {}): Field<string, NoInfer<K>> =>
  build({ kind: 'host', column: 'VARCHAR', mask: 'host' }, says, 'versions' as K, options)
/** `host:port` or a URL without user info. */
export const address = <const K extends Keep = 'versions'>(says: string, options: Options<K> = {}): Field<string, NoInfer<K>> =>
  build({ kind: 'address', column: 'VARCHAR', mask: 'address' }, says, 'versions' as K, options)
/** A user or principal. */
export const user = <const K extends Keep = 'versions'>(says: string, options: Options<K> = {}): Field<string, NoInfer<K>> =>
  build({ kind: 'user', column: 'VARCHAR', mask: 'user' }, says, 'versions' as K, options)
/** A path in a file system or object store. */
export const path = <const K extends Keep = 'versions'>(says: string, options: Options<K> = {}): Field<string, NoInfer<K>> =>
  build({ kind: 'path', column: 'VARCHAR', mask: 'path' }, says, 'versions' as K, options)
/** A short list of texts, in a fixed order (sort it, else every poll is a change). `mask` when its items are hosts, users … */
export const list = <const K extends Keep = 'versions'>(
  says: string,
  options: Options<K> & { readonly mask?: Mask } = {},
): Field<readonly string[], NoInfer<K>> =>
  build({ kind: 'list', column: 'VARCHAR', ...(options.mask === undefined ? {} : { mask: options.mask }) }, says, 'versions' as K, options)
/** One of a closed list of words; what is not in it arrives as `unknown: 'unrecognised'` with its text. */
export const oneOf = <const V extends string, const K extends Keep = 'versions'>(
  says: string,
  values: readonly V[],
  options: Options<K> = {},
): Field<V, NoInfer<K>> => build({ kind: 'oneOf', column: 'VARCHAR', values }, says, 'versions' as K, options)
/** Yes or no. */
export const flag = <const K extends Keep = 'versions'>(says: string, options: Options<K> = {}): Field<boolean, NoInfer<K>> =>
  build({ kind: 'flag', column: 'BOOLEAN' }, says, 'versions' as K, options)
/** A whole number that must stay exact: ids, offsets. Text only where JSON is written. */
export const int64 = <const K extends Keep = 'latest'>(
  says: string,
  options: Options<K> & { readonly unit?: string } = {},
): Field<bigint, NoInfer<K>> =>
  build({ kind: 'int64', column: 'BIGINT', ...(options.unit === undefined ? {} : { unit: options.unit }) }, says, 'latest' as K, options)
/** A decimal of any length, exact, as text. */
export const decimal = <const K extends Keep = 'versions'>(says: string, options: Options<K> = {}): Field<string, NoInfer<K>> =>
  build({ kind: 'decimal', column: 'VARCHAR' }, says, 'versions' as K, options)
/** A moment, UTC, to the millisecond. */
export const instant = <const K extends Keep = 'latest'>(says: string, options: Options<K> = {}): Field<Date, NoInfer<K>> =>
  build({ kind: 'instant', column: 'TIMESTAMP_MS' }, says, 'latest' as K, options)
/** Somewhere between two moments. */
export const interval = <const K extends Keep = 'latest'>(says: string, options: Options<K> = {}): Field<Interval, NoInfer<K>> =>
  build({ kind: 'interval', column: 'VARCHAR' }, says, 'latest' as K, options)
/** A length of time in milliseconds. */
export const duration = <const K extends Keep = 'latest'>(says: string, options: Options<K> = {}): Field<number, NoInfer<K>> =>
  build({ kind: 'duration', column: 'DOUBLE', unit: 'ms' }, says, 'latest' as K, options)
/** A size in bytes, exact. */
export const bytes = <const K extends Keep = 'series'>(says: string, options: Options<K> = {}): Field<bigint, NoInfer<K>> =>
  build({ kind: 'bytes', column: 'BIGINT', unit: 'B' }, says, 'series' as K, options)
/** How many of something, or a rate of it (`unit: 'records/s'`). */
export const count = <const K extends Keep = 'series'>(says: string, unit: string, options: Options<K> = {}): Field<number, NoInfer<K>> =>
  build({ kind: 'count', column: 'DOUBLE', unit }, says, 'series' as K, options)
/** A part of a whole, 0 to 1. */
export const ratio = <const K extends Keep = 'series'>(says: string, options: Options<K> = {}): Field<number, NoInfer<K>> =>
  build({ kind: 'ratio', column: 'DOUBLE' }, says, 'series' as K, options)
/** A structure nobody sorts by: shown as a tree, kept as its whole text. */
export const json = <const K extends Keep = 'latest'>(says: string, options: Options<K> = {}): Field<Json, NoInfer<K>> =>
  build({ kind: 'json', column: 'VARCHAR' }, says, 'latest' as K, options)

/** Marks a field that the host judges from the record and its past; a connector may not fill it. */
export const derived = <T, K extends Keep>(field: Field<T, K>): Field<T, K> & { readonly derived: true } => ({ ...field, derived: true })
/** Marks a setting or an input that may be left out. */
export const optional = <T, K extends Keep>(field: Field<T, K>): Field<T, K> & { readonly optional: true } => ({ ...field, optional: true })
