/** What a connector implements: `Connect<typeof kafka>`. Everything that crosses its boundary is plain cloneable data. */
import type { AnyCollection, Collections, PutRow, Scope, Where } from './collection.ts'
import type { TypeOf, Values } from './fields.ts'
import type { Unknown } from './known.ts'
import type { Emits, Input, Item, System } from './system.ts'

/** What a sweep proved about a collection: all of it; these scopes; all except where (with the reason); or only the rows given. */
export type Covered<C extends AnyCollection> =
  | 'all'
  | 'rows'
  | { readonly scopes: readonly Scope<C>[] }
  | {
      readonly except: string
      readonly reason: Unknown['unknown']
      readonly where: { readonly [K in keyof C['fields']]?: readonly TypeOf<C['fields'][K]>[] }
    }

/** Where a sweep puts what it learnt. All puts of one round become visible together, under one time. */
export interface Out<C extends Collections, N extends keyof C> {
  /** Rows missing inside `covered` have ended. Duplicate keys in one round are refused as a fault of the connector. */
  put<K extends N>(into: K, rows: readonly PutRow<C[K]>[], covered: Covered<C[K]>): void
  /** Still so (304): nothing changed inside `covered`, its age is new. */
  same<K extends N>(into: K, covered: Covered<C[K]>): void
  /** This server or user has no such thing: the collection is empty for this reason. */
  lacks(into: N, why: Unknown): void
  /** Why the rows that end in this round and match `where` ended (else: gone). */
  ended<K extends N>(into: K, where: Where<C[K]>, why: string): void
}

/** One socket target's traffic, as counted by `net`. */
export interface Traffic {
  readonly requests: number
  readonly writes: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly slowestMs: number
}

/** What a connector is given besides its settings. */
export interface Ctx {
  readonly signal: AbortSignal
  readonly now: () => Date
  /** Allowed hosts: configured ones, and those the user allowed after the system announced them. */
  readonly allowed: readonly string[]
  /** Notes the server's clock minus ours, in milliseconds. */
  readonly clock: (offsetMs: number) => void
  readonly credential: (endpoint: string) => Promise<Credential | undefined>
  /** Asks for a round now: a socket dropped, a leader moved. */
  readonly wake: (sweep: string) => void
  readonly log: (level: 'debug' | 'warn' | 'error', message: string, data?: Readonly<Record<string, unknown>>) => void
}
/** A secret as its connection's worker gets it, and nobody else. */
export type Credential =
  | { readonly kind: 'password'; readonly user: string; readonly password: string; readonly mechanism?: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly key: string }

/** TLS of an endpoint; absent = plaintext. Built into drivers' options by `net` only. */
export interface Tls {
  readonly ca?: string
  readonly serverName?: string
  readonly insecure?: true
}
/** An endpoint of a connection as configured: addresses as typed, after normalisation. */
export interface EndpointSetting {
  readonly addresses: readonly string[]
  readonly tls?: Tls
  /** Name of the credential in the secret store; never the secret. */
  readonly credential?: string
}

/** What is asked of a sweep this round. */
export interface Asked<C extends AnyCollection> {
  /** Scopes somebody looks at or that are unhealthy; sweeps that are `'watched'` ask only these. */
  readonly wanted: readonly Scope<C>[]
  /** True in the first round of this connection in this process: look back at what the server remembers. */
  readonly first: boolean
  readonly signal: AbortSignal
}

/** Facts a plan rests on and the phrase a person types. */
export interface Plan {
  readonly steps: readonly string[]
  readonly facts: Readonly<Record<string, string>>
  readonly phrase: string
}
export type Outcome = { readonly state: 'accepted' | 'done' } | { readonly state: 'refused' | 'unknown'; readonly why: string }

/** One step of a connection test, in order. */
export interface TestStep {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

/** An open connection. `S` is the system's declaration. */
export interface Connected<C extends Collections, W, R, A> {
  /** Who answers: the server's own id, else its address set, else the user's word; `title` is what it calls itself. */
  readonly identify: () => Promise<{ readonly instance: string; readonly by: 'server' | 'address' | 'user'; readonly version?: string }>
  readonly sweeps: {
    readonly [K in keyof W as W[K] extends { readonly every: 'derived' } ? never : K]: (
      out: Out<C, Emits<W[K]> & keyof C>,
      asked: Asked<C[Emits<W[K]> & keyof C]>,
    ) => Promise<void>
  }
  readonly reads: { readonly [K in keyof R]: (input: Input<R[K]>, signal: AbortSignal) => AsyncIterable<Item<R[K]>> }
  readonly actions: {
    readonly [K in keyof A]: {
      plan(input: Input<A[K]>, signal: AbortSignal): Promise<Plan>
      run(input: Input<A[K]>, facts: Plan['facts'], signal: AbortSignal): AsyncIterable<Outcome>
    }
  }
  /** Traffic so far, per target. */
  readonly traffic: () => Readonly<Record<string, Traffic>>
  readonly close: () => Promise<void>
}
export interface Given<G, E> {
  readonly settings: Values<G>
  readonly endpoints: { readonly [K in keyof E]?: EndpointSetting }
}
/** Opens a connection: contacts nobody until asked, or throws AppError. */
export type Connect<S> =
  S extends System<infer C, infer W, infer R, infer A, infer G, infer E>
    ? (given: Given<G, E>, ctx: Ctx) => Promise<Connected<C, W, R, A>>
    : never
