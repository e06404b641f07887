// What a system may add to its pages: named slots, filled with plain functions of a row. No layout of its own.
import type { Cell } from '../../shared/contract/messages.ts'
import type { AnyCollection, Collections, Row, SeriesName, Where } from '../../shared/model/collection.ts'
import type { Health } from '../../shared/model/health.ts'
import type { AnySystem } from '../../shared/model/system.ts'

/** A number that matters, in the strip under the headline. */
export interface FactText {
  readonly value: string
  readonly says: string
  readonly health?: Health
}
/** A read whose items are shown side by side as evidence. `connection` is that of the record. */
export interface EvidenceAsk {
  readonly title: string
  readonly read: string
  readonly input: Readonly<Record<string, string | number | bigint>>
}
/** One item of evidence: a head line, its text (JSON is indented), and whether it is the one in question. */
export interface EvidenceItem {
  readonly head: readonly string[]
  readonly at?: Date
  readonly body: string
  readonly here: boolean
}
/** Records of another collection that belong to this one. Methods, so that a typed table fits where rows are only known at run time. */
export interface RelatedTable<R, T> {
  readonly title: string
  readonly collection: string
  readonly columns?: readonly string[]
  readonly sort?: string
  /** Drawn as a bar beside its number, against the largest. */
  readonly bar?: string
  where(row: R): object | undefined
  /** Said below the table: what its sum is worth. */
  sum?(row: R): string | undefined
  evidence?(row: T): EvidenceAsk | undefined
}
/** A curve card: some series fields of one record. */
export interface Curve {
  readonly title: string
  readonly fields: readonly string[]
  readonly health?: Health
}
/** One record of another collection that tells more of this one: its numbers and curves stand with those of the record. */
export interface Beside<R, T> {
  readonly collection: string
  where(row: R): object
  facts?(row: T, now: Date): readonly FactText[]
  readonly curves?: readonly Curve[]
}
export interface RecordScreen<R> {
  facts?(row: R, now: Date): readonly FactText[]
  /** Curves of its series fields that stand on its first page. */
  readonly curves?: readonly Curve[]
  readonly beside?: Beside<R, AnyRow>
  readonly related?: readonly RelatedTable<R, AnyRow>[]
  evidence?(row: R): EvidenceAsk | undefined
  /** The native command line that shows the same; without addresses none, or one with a place to fill in. */
  command?(row: R, addresses: readonly string[]): string | undefined
}
type AnyRow = Readonly<Record<string, Cell>>

/** The slots of one system. */
export interface Screens {
  /** Collections in the order of their tabs; the others follow. */
  readonly tabs?: readonly string[]
  readonly records?: Readonly<Record<string, RecordScreen<AnyRow>>>
  /** How an item of a read is shown as evidence. */
  item?(read: string, item: Readonly<Record<string, Cell | undefined>>): EvidenceItem | undefined
}

type RecordScreens<C extends Collections> = {
  readonly [N in keyof C]?: Omit<RecordScreen<Row<C[N]>>, 'curves'> & {
    readonly curves?: readonly {
      readonly title: string
      readonly fields: readonly SeriesName<C[N]['fields']>[]
      readonly health?: Health
    }[]
  }
}
/** Declares the slots of a system; collections and curve fields are checked. */
export const screens = <S extends AnySystem>(
  _of: S,
  slots: {
    readonly tabs?: readonly (keyof S['collections'] & string)[]
    readonly records?: RecordScreens<S['collections']>
    readonly item?: NonNullable<Screens['item']>
  },
): typeof slots => slots

/** Declares a table of related records: names are checked against both collections. */
export const related = <C extends Collections, P extends keyof C & string, N extends keyof C & string>(
  _of: { readonly collections: C },
  _on: P,
  collection: N,
  table: {
    readonly title: string
    readonly columns?: readonly (keyof C[N]['fields'] & string)[]
    readonly sort?: (keyof C[N]['fields'] & string) | `-${keyof C[N]['fields'] & string}`
    readonly bar?: keyof C[N]['fields'] & string
    readonly where: (row: Row<C[P]>) => Where<C[N]> | undefined
    readonly sum?: (row: Row<C[P]>) => string | undefined
    readonly evidence?: (row: Row<C[N]>) => EvidenceAsk | undefined
  },
): RelatedTable<Row<C[P]>, Row<C[N]>> => ({ ...table, collection })

/** Declares the record that stands beside another: names are checked against both collections. */
export const beside = <C extends Collections, P extends keyof C & string, N extends keyof C & string>(
  _of: { readonly collections: C },
  _on: P,
  collection: N,
  more: {
    readonly where: (row: Row<C[P]>) => Where<C[N]>
    readonly facts?: (row: Row<C[N]>, now: Date) => readonly FactText[]
    readonly curves?: readonly { readonly title: string; readonly fields: readonly SeriesName<C[N]['fields']>[] }[]
  },
): Beside<Row<C[P]>, Row<C[N]>> => ({ ...more, collection })

/** Fields of a collection that have a curve. */
export function seriesFields(collection: AnyCollection): readonly string[] {
  return Object.entries(collection.fields)
    .filter(([, field]) => field.keep === 'series')
    .map(([name]) => name)
}
