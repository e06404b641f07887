/** What crosses between page and host: questions validated by zod at the edge, answers as types. Cells keep 64-bit values and times exactly. */
import { z } from 'zod'
import type { Edge } from '../model/edge.ts'
import type { Json } from '../model/fields.ts'
import type { Evidence, FindingClass, Severity, Since } from '../model/finding.ts'
import type { Health } from '../model/health.ts'
import type { Unknown } from '../model/known.ts'
import type { Headline, Hop, Sentence } from '../model/sentence.ts'

/** A name or id. */
export const word = z.string().min(1).max(200)
const urnText = z.string().min(1).max(4_000)

/** Where one looks: live (no source) or an opened file, now (no `at`) or at a moment. Times are UTC. */
export const viewing = z.strictObject({ source: word.optional(), at: z.date().optional() })
export type Viewing = z.infer<typeof viewing>

const scalar = z.union([z.string().max(10_000), z.number(), z.bigint(), z.boolean(), z.date()])
/** field → test: equal, one of, or between (both ends included). */
export const where = z.record(
  word,
  z.union([
    scalar,
    z.strictObject({ in: z.array(scalar).max(10_000) }),
    z.strictObject({ min: scalar.optional(), max: scalar.optional() }),
  ]),
)
export type WhereText = z.infer<typeof where>

/** A window of a collection. `typed` is the filter as typed (`lag>1000 state:Empty topic~^play name`), `sort` a field, `-` before it for descending. */
export const pageAsk = z.strictObject({
  viewing,
  system: word,
  collection: word,
  connection: word.optional(),
  where: where.optional(),
  typed: z.string().max(2_000).optional(),
  sort: word.optional(),
  offset: z.number().int().min(0).max(100_000_000),
  limit: z.number().int().min(0).max(1_000),
})
export type PageAsk = z.infer<typeof pageAsk>

/** A cell: exact. bigint for 64-bit numbers, Date for instants, Unknown where there is no value. */
export type Cell =
  | string
  | number
  | boolean
  | bigint
  | Date
  | Unknown
  | readonly string[]
  | { readonly from?: Date; readonly to?: Date }
  | Json

/** How well a row is known at the moment looked at: when it was last covered, and why not since. */
export interface Seen {
  readonly at: Date
  /** Set when the last round did not cover it: refused, forbidden … */
  readonly unseen?: Unknown
}
export interface WireRow {
  readonly urn: string
  readonly connection: string
  readonly seen: Seen
  /** In the order of `columns`. */
  readonly cells: readonly Cell[]
}
/** How a collection is known as a whole, per connection. `missing` says what the last round did not cover, in words. */
export interface Freshness {
  readonly connection: string
  readonly title: string
  /** When the last complete or partial round ended; none: never asked. */
  readonly at?: Date
  readonly complete: boolean
  readonly missing?: string
  /** True when older than two polls. */
  readonly stale: boolean
  /** Set where the collection does not exist for this server or user. */
  readonly lacks?: Unknown
}
/** An empty page says which emptiness it is. */
export type Emptiness = 'none-exist' | 'none-match' | 'not-recorded' | 'withheld' | 'forbidden' | 'not-connected' | 'looking'
export interface Page {
  readonly columns: readonly string[]
  readonly rows: readonly WireRow[]
  readonly total: number
  /** Rows the filter could not judge because a field was unknown; they are listed by `where unknown`. */
  readonly unjudged: number
  readonly freshness: readonly Freshness[]
  readonly empty?: Emptiness
  /** Rises whenever any row of the collection changed; ticks carry it. */
  readonly version: number
}

export const recordAsk = z.strictObject({ viewing, urn: urnText })
/** One version of a record: the fields that changed when it began. */
export interface Change {
  readonly at: Date
  /** Last round before it that saw the earlier value: the change lies between. */
  readonly after?: Date
  readonly what: 'appeared' | 'changed' | 'ended' | 'unseen' | 'seen-again'
  readonly fields: Readonly<Record<string, { readonly from?: Cell; readonly to?: Cell }>>
  readonly why?: string
}
export interface Neighbour {
  readonly urn: string
  readonly system: string
  readonly collection: string
  readonly label: string
  readonly by: string
  readonly health?: Health
}
/** One of the records on a line: the same thing under another key. */
export interface Incarnation {
  readonly urn: string
  /** Its key, as in its URN; labels of a line are often all the same. */
  readonly key: string
  readonly label: string
  /** First seen, as far back as is recorded. */
  readonly from: Date
  /** Where it ended, and why. */
  readonly to?: Date
  readonly ended?: string
}
export interface RecordAnswer {
  readonly urn: string
  readonly system: string
  readonly collection: string
  readonly label: string
  readonly connection: string
  readonly columns: readonly string[]
  readonly cells: readonly Cell[]
  readonly seen: Seen
  /** Where it ended: when, and why (gone, topic deleted …). */
  readonly ended?: { readonly at: Date; readonly why: string }
  readonly history: readonly Change[]
  readonly neighbours: readonly Neighbour[]
  /** What stands on the record's line, itself and the newest, oldest first; empty where its collection declares none. */
  readonly line: readonly Incarnation[]
  /** How many stand on it in all. */
  readonly lineTotal: number
  readonly findings: readonly FindingAnswer[]
}

export const seriesAsk = z.strictObject({
  viewing,
  urn: urnText,
  fields: z.array(word).min(1).max(8),
  from: z.date(),
  to: z.date(),
  points: z.number().int().min(2).max(1_500),
})
export type SeriesAsk = z.infer<typeof seriesAsk>
/** A point: the last value in its bucket; min and max where they differ. Text forms of 64-bit values are exact. */
export interface Point {
  readonly at: Date
  readonly value: number | bigint | Unknown
  readonly min?: number | bigint
  readonly max?: number | bigint
}
export interface SeriesAnswer {
  readonly fields: Readonly<Record<string, readonly Point[]>>
  /** Spans in which nobody watched: hatched. */
  readonly gaps: readonly { readonly from: Date; readonly to: Date; readonly why: string }[]
}

export const coverageAsk = z.strictObject({
  viewing,
  system: word.optional(),
  collection: word.optional(),
  connection: word.optional(),
  from: z.date(),
  to: z.date(),
})
export type CoverageAsk = z.infer<typeof coverageAsk>
export interface CoverageSpan {
  readonly system: string
  readonly connection: string
  readonly collection: string
  readonly from: Date
  readonly to: Date
  readonly state: 'complete' | 'partial' | 'failed' | 'nobody-watching'
  readonly why?: string
}

export const findingsAsk = z.strictObject({
  viewing,
  urn: urnText.optional(),
  system: word.optional(),
  from: z.date().optional(),
  to: z.date().optional(),
  limit: z.number().int().min(1).max(1_000),
})
export interface FindingAnswer {
  readonly urn: string
  readonly rule: string
  readonly system: string
  readonly label: string
  readonly class: FindingClass
  readonly origin: 'intrinsic' | 'derived'
  readonly severity: Severity
  readonly says: Sentence
  readonly since: Since
  readonly opened: Date
  readonly closed?: Date
  readonly evidence: readonly Evidence[]
}
export interface IncidentAnswer {
  readonly incident: string
  readonly title: Sentence
  readonly state: 'open' | 'recovering'
  readonly severity: Severity
  readonly opened: Date
  readonly since: Since
  readonly root: string
  readonly members: readonly string[]
  readonly chain: readonly Hop[]
  readonly contradicts: readonly Sentence[]
  readonly blind: boolean
  readonly findings: readonly FindingAnswer[]
}
export interface FindingsAnswer {
  readonly findings: readonly FindingAnswer[]
  readonly incidents: readonly IncidentAnswer[]
  /** Findings that belong to no incident: risks, chronic ones. */
  readonly total: number
}

/** Of a record, a system's page, or the page Now. */
export const headlineAsk = z.strictObject({
  viewing,
  of: z.union([z.strictObject({ urn: urnText }), z.strictObject({ system: word }), z.strictObject({ page: z.literal('now') })]),
})
export type HeadlineAsk = z.infer<typeof headlineAsk>
export interface HeadlineAnswer {
  readonly headline: Headline
  readonly chain: readonly Hop[]
  /** Connections that should see and do not, or not all, in a sentence; of pages. It also stands in `headline.also`. */
  readonly notSeen?: Sentence
  /** The moment and source the sentence stands for. */
  readonly asOf: Date
}

export const graphAsk = z.strictObject({
  viewing,
  urn: urnText.optional(),
  hops: z.number().int().min(1).max(4),
  limit: z.number().int().min(1).max(300),
})
export interface GraphNode {
  readonly id: string
  readonly label: string
  readonly system: string
  readonly collection: string
  readonly health: Health
  readonly word?: string
  /** Neighbours beyond the limit, counted. */
  readonly more: number
}
export interface GraphAnswer {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly {
    readonly from: string
    readonly to: string
    readonly does: Edge['does'] | 'matches'
    readonly known: Edge['known']
    readonly score?: number
  }[]
}

export const namesAsk = z.strictObject({ viewing, text: z.string().max(20_000), limit: z.number().int().min(1).max(100) })
export type NamesAsk = z.infer<typeof namesAsk>
export interface NameHit {
  readonly urn: string
  readonly label: string
  readonly system: string
  readonly collection: string
  readonly connection: string
  readonly health: Health
  /** Where in a pasted text the name stands. */
  readonly spans: readonly { readonly from: number; readonly to: number }[]
}

export const diffAsk = z.strictObject({
  from: viewing,
  to: viewing,
  system: word.optional(),
  collection: word.optional(),
  offset: z.number().int().min(0),
  limit: z.number().int().min(0).max(1_000),
})
export type DiffAsk = z.infer<typeof diffAsk>
export interface DiffAnswer {
  readonly total: number
  readonly counts: Readonly<
    Record<string, { readonly appeared: number; readonly vanished: number; readonly changed: number; readonly unseen: number }>
  >
  readonly rows: readonly {
    readonly urn: string
    readonly label: string
    readonly system: string
    readonly collection: string
    /** `unseen`: one side was not watched or not covered, so nothing is claimed. */
    readonly what: 'appeared' | 'vanished' | 'changed' | 'unseen'
    readonly fields: Readonly<Record<string, { readonly from?: Cell; readonly to?: Cell }>>
  }[]
}

/** Inputs of reads, actions and settings. */
export const scalars = z.record(word, z.union([scalar, z.array(z.string().max(10_000)).max(1_000)]))
export const readAsk = z.strictObject({ viewing, connection: word, read: word, input: scalars })
export type ReadAsk = z.infer<typeof readAsk>
export interface ReadBatch {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (Cell | null)[])[]
  readonly from: 'live' | 'recorded' | 'partly-recorded'
}

export interface Tick {
  readonly system: string
  readonly collection: string
  readonly version: number
}
export const watchAsk = z.strictObject({
  source: word.optional(),
  /** What the page looks at, so that it is swept at the watched pace; scopes by the URNs of records looked at. */
  collections: z.array(z.strictObject({ system: word, collection: word })).max(50),
  urns: z.array(urnText).max(50).optional(),
})
