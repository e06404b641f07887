/** The Store as other rooms see it: rounds go in, questions come out. The same questions are answered over an opened file. */
import type {
  CoverageAsk,
  CoverageSpan,
  DiffAnswer,
  DiffAsk,
  Freshness,
  NameHit,
  Page,
  PageAsk,
  RecordAnswer,
  SeriesAnswer,
  SeriesAsk,
  Tick,
  WhereText,
} from '../../shared/contract/messages.ts'
import type { ErrorData } from '../../shared/model/app-error.ts'
import type { AnyCollection, Where } from '../../shared/model/collection.ts'
import type { Unknown } from '../../shared/model/known.ts'
import type { AnyRow, Sample } from '../triage/judging.ts'

/** A connection as rows are stored under it. `connection` is its id in the profile, `instance` goes into URNs. */
export interface Stored {
  readonly connection: string
  readonly system: string
  readonly instance: string
  readonly title: string
}

/** Rows as columns: transferable, ≤ 8,000 rows a message. */
export interface Columns {
  readonly rows: number
  readonly columns: Readonly<Record<string, ColumnData>>
  /** Unknown cells by field: row index → reason and note; the column holds a blank there. */
  readonly unknown: Readonly<Record<string, readonly (readonly [row: number, why: Unknown])[]>>
}
export type ColumnData = readonly string[] | BigInt64Array | Float64Array | Uint8Array

/** What a round proved of a collection, as plain data (see `Covered` in shared/model/connector.ts). */
export type CoveredData =
  | 'all'
  | 'rows'
  | { readonly scopes: readonly AnyRow[] }
  | { readonly except: string; readonly reason: Unknown['unknown']; readonly where: Readonly<Record<string, readonly unknown[]>> }

/** One round of one sweep: everything in it becomes visible together at `commit`, under one time. */
export interface RoundWriter {
  /** Adds rows (typed errors: bad-request for a wrong column; protocol for a duplicate key, naming it). */
  stage(collection: string, rows: Columns): Promise<void>
  cover(collection: string, covered: CoveredData): void
  same(collection: string, covered: CoveredData): void
  lacks(collection: string, why: Unknown): void
  ended(collection: string, where: WhereText, why: string): void
  /** The staged rows, decoded, in chunks that yield to the event loop; for derived fields. */
  staged(collection: string): AsyncIterable<readonly AnyRow[]>
  /** Fills derived fields of staged rows: same keys, the derived columns. */
  fill(collection: string, rows: Columns): Promise<void>
  /** Stores the round under `at` (never earlier than the last one of this connection and sweep). With an error nothing was proved beyond what was covered before it. */
  commit(at: Date, error?: ErrorData): Promise<readonly Tick[]>
  /** Forgets the round. */
  abort(): Promise<void>
}

/** A record with the facts about knowing it. */
export interface JudgeRow {
  readonly urn: string
  readonly key: string
  readonly connection: string
  readonly row: AnyRow
  readonly seenAt: Date
  readonly unseen?: Unknown
}

/** Questions that the live Store and an opened file both answer. `at` absent: now (in a file: its end). */
export interface Queries {
  page(ask: Omit<PageAsk, 'viewing'>, at?: Date): Promise<Page>
  /** not-found where the record was never seen before that moment. Findings and healths of neighbours are added by the host. */
  record(urn: string, at?: Date): Promise<Omit<RecordAnswer, 'findings'>>
  series(ask: Omit<SeriesAsk, 'viewing'>): Promise<SeriesAnswer>
  coverage(ask: Omit<CoverageAsk, 'viewing'>): Promise<readonly CoverageSpan[]>
  freshness(system: string, collection: string, at?: Date): Promise<readonly Freshness[]>
  diff(ask: Omit<DiffAsk, 'from' | 'to'>, from: Date | undefined, to: Date | undefined): Promise<DiffAnswer>
  /** Records by name (substring, prefix first, typo fallback only when there is no hit); health is filled in by the host. */
  names(text: string, limit: number, at?: Date): Promise<readonly Omit<NameHit, 'health' | 'spans'>[]>
  /** Known names that stand inside a pasted text, longest first, with their places. */
  namesIn(text: string, limit: number, at?: Date): Promise<readonly Omit<NameHit, 'health'>[]>
  /** Open records for judges. `keys` are canonical key texts. */
  rows(
    system: string,
    collection: string,
    ask: {
      readonly connection?: string
      readonly where?: Where<AnyCollection>
      readonly keys?: readonly string[]
      readonly limit?: number
    },
    at?: Date,
  ): Promise<readonly JudgeRow[]>
  /** Versions of a collection that held at any time in a span (findings of a whole file). */
  heldBetween(
    system: string,
    collection: string,
    from: Date,
    to: Date,
  ): Promise<readonly (JudgeRow & { readonly from: Date; readonly to?: Date; readonly ended?: string })[]>
  /** Change points of series fields per key in [from, to], the value at `from` included. */
  past(
    system: string,
    collection: string,
    connection: string,
    keys: readonly string[],
    fields: readonly string[],
    from: Date,
    to: Date,
  ): Promise<ReadonlyMap<string, Readonly<Record<string, readonly Sample[]>>>>
  /** First and last moment it knows anything about. */
  span(): Promise<{ readonly from: Date; readonly to: Date } | undefined>
}

export interface Notice {
  readonly id: string
  readonly says: string
  readonly since: Date
}

/** The one owner of a profile's database file. */
export interface Store extends Queries {
  round(of: Stored, sweep: string, began: Date, pollMs: number): RoundWriter
  /** Ends all coverage of a connection (removed, closed): its rows are kept, marked as not watched from now. */
  closeConnection(connection: string, at: Date): Promise<readonly Tick[]>
  /** Writes tables of a span as Parquet into a folder; the snapshot writer puts them into a zip. */
  exportSpan(folder: string, from: Date, to: Date): Promise<ExportedTables>
  /** What must be said at the top: history stopped (disk full), a damaged file set aside. */
  notices(): readonly Notice[]
  onNotice(told: (notices: readonly Notice[]) => void): () => void
  close(): Promise<void>
}
export interface ExportedTables {
  readonly collections: readonly {
    readonly system: string
    readonly name: string
    readonly rows: number
    readonly files: readonly string[]
  }[]
  readonly files: readonly string[]
  readonly instances: readonly Stored[]
}
