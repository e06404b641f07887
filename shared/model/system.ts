/** Systems: what one is, how it is asked, what can be read and done. Wrong names in it are compile errors (system.types.test.ts). */
import type { Collections } from './collection.ts'
import type { Fields, TypeOf, Values } from './fields.ts'

/** One ordered round of asking that fills several collections. `watched`/`background`: seconds between rounds with and without somebody looking. */
export interface Sweep<N extends string> {
  readonly says: string
  readonly emits: readonly N[]
  readonly every: { readonly watched: number; readonly background: number } | 'watched' | 'feed' | 'derived' | 'first-contact'
}

/** A costly look: `rows` land in a table, `lines` and `document` are streamed. Inputs are absolute, so that a file can replay them. */
export interface Read<I extends Fields, O extends Fields> {
  readonly title: string
  readonly says: string
  readonly shape: 'rows' | 'lines' | 'document'
  readonly input: I
  readonly item: O
  readonly replay?: (recorded: Values<I>, asked: Values<I>) => 'all' | 'part' | 'none'
}
export const read = <const I extends Fields, const O extends Fields>(r: Read<I, O>): Read<I, O> => r

/** A guarded change: `plan` → facts → typed phrase → `run` → outcome. */
export interface Action<I extends Fields> {
  readonly title: string
  readonly says: string
  readonly input: I
  /** Collections that are asked again after it. */
  readonly refreshes: readonly string[]
}
export const action = <const I extends Fields>(a: Action<I>): Action<I> => a

/** A named address set of a connection: Kafka has brokers, a registry, Connect; each with its own TLS, credential and health. */
export interface Endpoint {
  readonly title: string
  readonly says: string
  readonly protocol: 'kafka' | 'http'
  /** True where people give several addresses of one cluster (bootstrap servers). */
  readonly many: boolean
  readonly optional?: true
  /** What to type, for the form. */
  readonly example: string
}

interface AnyRead {
  readonly title: string
  readonly says: string
  readonly shape: 'rows' | 'lines' | 'document'
  readonly input: Fields
  readonly item: Fields
}
interface AnyAction {
  readonly title: string
  readonly says: string
  readonly input: Fields
  readonly refreshes: readonly string[]
}
export type Lane = 'streams' | 'work' | 'stores'

type BadRef<C extends Collections> = {
  [K in keyof C]: C[K] extends { readonly refs: readonly { readonly to: infer R }[] } ? Exclude<R, keyof C> : never
}[keyof C]
type Orphan<C, W> = Exclude<keyof C, { [K in keyof W]: W[K] extends Sweep<infer N> ? N : never }[keyof W]>
type Or<Bad, Message extends string> = [Bad] extends [never] ? unknown : { readonly error: Message; readonly names: Bad }

export interface System<C extends Collections, W, R, A, G extends Fields, E> {
  readonly id: string
  readonly title: string
  readonly lane: Lane
  readonly settings: G
  readonly endpoints: E
  readonly collections: C
  readonly sweeps: W
  readonly reads: R
  readonly actions: A
}
/** Declares a system. Errors: `refs name no collection`, `no sweep emits`. */
export const system = <
  const C extends Collections,
  const W extends Readonly<Record<string, Sweep<keyof C & string>>>,
  const R extends Readonly<Record<string, AnyRead>>,
  const A extends Readonly<Record<string, AnyAction>>,
  const G extends Fields,
  const E extends Readonly<Record<string, Endpoint>>,
>(
  def: System<C, W, R, A, G, E> & Or<BadRef<C>, 'refs name no collection'> & Or<Orphan<C, W>, 'no sweep emits'>,
): System<C, W, R, A, G, E> => def

/** Any system, where code is generic over all of them. */
export interface AnySystem {
  readonly id: string
  readonly title: string
  readonly lane: Lane
  readonly settings: Fields
  readonly endpoints: Readonly<Record<string, Endpoint>>
  readonly collections: Collections
  readonly sweeps: Readonly<Record<string, Sweep<string>>>
  readonly reads: Readonly<Record<string, AnyRead>>
  readonly actions: Readonly<Record<string, AnyAction>>
}
export type AnySystems = Readonly<Record<string, AnySystem>>

/** The values of a read's or an action's input. */
export type Input<X> = X extends { readonly input: infer F } ? Values<F> : never
/** One item that a read yields. */
export type Item<X> = X extends { readonly item: infer F } ? { readonly [K in keyof F]: TypeOf<F[K]> | undefined } : never
/** The names of the collections a sweep fills. */
export type Emits<X> = X extends { readonly emits: readonly (infer N)[] } ? N : never
