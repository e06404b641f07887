/** The kit of judgement: derive, check, link, ends, headline. All pure: a record, its declared past and neighbours → a value. The host gathers what they declare. */
import type { AnyCollection, Collections, Derived, Row, SeriesName, Where } from '../../shared/model/collection.ts'
import type { Edge, End, Impact } from '../../shared/model/edge.ts'
import type { Finding, Verdict } from '../../shared/model/finding.ts'
import type { Known } from '../../shared/model/known.ts'
import type { Headline } from '../../shared/model/sentence.ts'

/** One point of a field's past; `at` is the time of the round that saw it. */
export interface Sample<V = unknown> {
  readonly at: Date
  readonly value: Known<V>
}
/** Whose record it is. */
export interface Origin {
  readonly connection: string
  readonly instance: string
  readonly title: string
}
/** When a collection was watched: rounds that covered this record, oldest first, and holes in between. */
export interface Watched {
  readonly since: Date
  readonly last: Date
  readonly pollMs: number
}

/** What a judge sees besides the record. `rows` are neighbours: records joined by refs either way, or by equal `within` fields. */
export interface See<C extends Collections, O extends keyof C, N extends keyof C> {
  readonly now: Date
  /** The window W in milliseconds: trends are judged over it (300,000 unless a test says otherwise). */
  readonly windowMs: number
  readonly watched: Watched
  readonly of: Origin
  readonly urn: <K extends keyof C>(of: K, row: Row<C[K]>) => string
  readonly rows: <K extends N>(of: K) => readonly Row<C[K]>[]
  /** Change points of a declared series field in the window, oldest first, the value at the window's start included; a flat run is its first point. */
  readonly past: <F extends SeriesName<C[O]['fields']>>(
    field: F,
  ) => readonly Sample<C[O]['fields'][F] extends { readonly type?: infer T } ? T : never>[]
}

interface Needs<C extends Collections, O extends keyof C, N extends keyof C> {
  readonly on: O
  /** Neighbour collections it looks at. */
  readonly also?: readonly N[]
  /** Series fields whose past it looks at. */
  readonly past?: readonly SeriesName<C[O]['fields']>[]
}

/** Fills derived fields. Runs before the round is stored, on the rows of the round; `when` leaves out rows that need no past. */
export const derive = <C extends Collections, const O extends keyof C & string, const N extends keyof C & string = never>(
  _of: { readonly collections: C },
  needs: Needs<C, O, N> & { readonly when?: (row: Row<C[O]>) => boolean },
  judge: (row: Row<C[O]>, see: See<C, O, N>) => Derived<C[O]>,
) => ({ ...needs, judge })

/** A check is one rule. `where` narrows cheaply which records are looked at; a finding closes when its record no longer passes. */
export const check = <C extends Collections, const O extends keyof C & string, const N extends keyof C & string = never>(
  _of: { readonly collections: C },
  needs: Needs<C, O, N> & {
    /** `kafka.partition.offline`: system, kind, rule. */
    readonly rule: string
    readonly says: string
    readonly where?: Where<C[O]>
    /** Rounds in a row before it opens (2; hard facts 1) and closes (3). */
    readonly opens?: number
    readonly closes?: number
  },
  judge: (row: Row<C[O]>, see: See<C, O, N>) => Verdict | undefined,
) => ({ ...needs, judge })

/** Draws edges from a record. `where` narrows which records draw. */
export const link = <C extends Collections, const O extends keyof C & string, const N extends keyof C & string = never>(
  _of: { readonly collections: C },
  needs: Needs<C, O, N> & { readonly where?: Where<C[O]> },
  draw: (row: Row<C[O]>, see: See<C, O, N>) => readonly Edge[],
) => ({ ...needs, judge: draw })

/** The ends under which other systems know a record. */
export const ends = <C extends Collections, const O extends keyof C & string>(
  _of: { readonly collections: C },
  on: O,
  known: (row: Row<C[O]>, of: Origin) => readonly End[],
) => ({ on, judge: known })

/** What a record says first, and its short form as a hop of somebody else's chain. */
export const headline = <C extends Collections, const O extends keyof C & string, const N extends keyof C & string = never>(
  _of: { readonly collections: C },
  needs: Needs<C, O, N>,
  judge: (row: Row<C[O]>, see: See<C, O, N> & { readonly findings: readonly Finding[] }) => Headline & { readonly hop: string },
) => ({ ...needs, judge })

// ——— the same, with the declaration's types forgotten, for the code that runs them all ———
export type AnyRow = Readonly<Record<string, Known<unknown>>>
export interface AnySee {
  readonly now: Date
  readonly windowMs: number
  readonly watched: Watched
  readonly of: Origin
  urn(of: string, row: AnyRow): string
  rows(of: string): readonly AnyRow[]
  past(field: string): readonly Sample[]
}
interface AnyNeeds {
  readonly on: string
  readonly also?: readonly string[]
  readonly past?: readonly string[]
}
export interface AnyDerive extends AnyNeeds {
  when?(row: AnyRow): boolean
  judge(row: AnyRow, see: AnySee): AnyRow
}
export interface AnyCheck extends AnyNeeds {
  readonly rule: string
  readonly says: string
  readonly where?: Where<AnyCollection>
  readonly opens?: number
  readonly closes?: number
  judge(row: AnyRow, see: AnySee): Verdict | undefined
}
export interface AnyLink extends AnyNeeds {
  readonly where?: Where<AnyCollection>
  judge(row: AnyRow, see: AnySee): readonly Edge[]
}
export interface AnyEnds {
  readonly on: string
  judge(row: AnyRow, of: Origin): readonly End[]
}
export interface AnyHeadline extends AnyNeeds {
  judge(row: AnyRow, see: AnySee & { readonly findings: readonly Finding[] }): Headline & { readonly hop: string }
}

/** Everything the host knows to do with a system's records. */
export interface Judges {
  readonly derives: readonly AnyDerive[]
  readonly checks: readonly AnyCheck[]
  readonly links: readonly AnyLink[]
  readonly ends: readonly AnyEnds[]
  readonly headlines: readonly AnyHeadline[]
}
/** How damage travels along each kind of edge (the direction is that of the data or the support). */
export const impactOf: Readonly<Record<Edge['does'], Impact>> = {
  reads: 'forward',
  writes: 'forward',
  'runs-on': 'backward',
  hosts: 'forward',
  'stands-at': 'backward',
}
