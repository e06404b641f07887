/** Collections: keyed sets of records, either what is (state) or what happened (event). Declared once; tables, pages, search, files follow. */
import type { Field, Fields, Keep, TypeOf } from './fields.ts'
import type { StateWord } from './health.ts'
import type { Known } from './known.ts'

export type Name<F> = keyof F & string

interface Shape<F extends Fields> {
  readonly title: string
  /** Meaning, in a sentence: what one record is. */
  readonly says: string
  readonly fields: F
  readonly key: readonly Name<F>[]
  /** Head of the key: the scope that is fetched, covered, aged and watched as one. */
  readonly within?: readonly Name<F>[]
  /** `by`: own fields that hold the key of a record in `to` (same order as its key). */
  readonly refs?: readonly { readonly to: string; readonly by: readonly Name<F>[] }[]
  /** Joins successive incarnations (new keys) of one thing, for history and promises: Flink jobs by name. */
  readonly line?: readonly Name<F>[]
  /** label: the field people call it by (default: last of key); status: a oneOf with words; sort: default order, `-` descending; columns: first ones shown. */
  readonly show?: {
    readonly label?: Name<F>
    readonly status?: Name<F>
    readonly sort?: Name<F> | `-${Name<F>}`
    readonly columns?: readonly Name<F>[]
  }
  /** field → its words: state → what people say and how bad it is. */
  readonly words?: { readonly [K in keyof F]?: { readonly [V in TypeOf<F[K]> & string]: StateWord } }
}
type Kind<F> = { readonly kind: 'state' } | { readonly kind: 'event'; readonly starts: Name<F>; readonly ends?: Name<F> }

/** Declares a collection; field names are checked against `fields`. */
export const collection = <const F extends Fields, const S extends Shape<F> & Kind<F>>(
  shape: S & { readonly fields: F },
): S & { readonly fields: F } => shape

export interface AnyCollection {
  readonly kind: 'state' | 'event'
  readonly title: string
  readonly says: string
  readonly fields: Fields
  readonly key: readonly string[]
  readonly within?: readonly string[]
  readonly refs?: readonly { readonly to: string; readonly by: readonly string[] }[]
  readonly line?: readonly string[]
  readonly show?: { readonly label?: string; readonly status?: string; readonly sort?: string; readonly columns?: readonly string[] }
  readonly words?: { readonly [field: string]: { readonly [value: string]: StateWord } | undefined }
  readonly starts?: string
  readonly ends?: string
}
export type Collections = Readonly<Record<string, AnyCollection>>

/** A record as anybody reads it: key fields are known, all others may be unknown. */
export type Row<C extends AnyCollection> = {
  readonly [K in keyof C['fields']]: K extends C['key'][number] ? TypeOf<C['fields'][K]> : Known<TypeOf<C['fields'][K]>>
}
type DerivedName<F> = { [K in keyof F]: F[K] extends { readonly derived: true } ? K : never }[keyof F]
/** A record as a connector puts it: without the fields that the host derives. */
export type PutRow<C extends AnyCollection> = Omit<Row<C>, DerivedName<C['fields']>>
/** What the host derives for a record. */
export type Derived<C extends AnyCollection> = Pick<Row<C>, DerivedName<C['fields']> & keyof Row<C>>
/** The values of a collection's `within` fields; nothing where it declares none. */
export type Scope<C extends AnyCollection> = C extends { readonly within: readonly (infer W extends string)[] }
  ? { readonly [K in W & keyof C['fields']]: TypeOf<C['fields'][K]> }
  : Readonly<Record<string, never>>
/** Names of fields whose past is a curve. */
export type SeriesName<F> = {
  [K in keyof F]: F[K] extends Field<unknown, infer P extends Keep> ? ('series' extends P ? K : never) : never
}[keyof F] &
  string

/** One test on a field: equal, one of, or between (both ends included). */
export type Test<V> = V | { readonly in: readonly V[] } | { readonly min?: V; readonly max?: V }
/** A filter: all named fields must pass. */
export type Where<C extends AnyCollection> = { readonly [K in keyof C['fields']]?: Test<TypeOf<C['fields'][K]>> }
