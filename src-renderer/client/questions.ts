// The other questions a page asks: curves, findings, headlines, the graph, names, what differs, what was watched.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type {
  CoverageSpan,
  DiffAnswer,
  FindingsAnswer,
  GraphAnswer,
  HeadlineAnswer,
  HeadlineAsk,
  NameHit,
  SeriesAnswer,
  Viewing,
} from '../../shared/contract/messages.ts'
import type { Collections, SeriesName } from '../../shared/model/collection.ts'
import { type Answered, useAnswer, useLandscope } from './landscope.tsx'
import { collectionOfUrn } from './records.ts'
import type { CollectionName } from './watching.ts'

/** Most points a curve is drawn with. */
export const MAX_POINTS = 1_500

/** A span of time that is looked at: until the moment viewed, or until now. */
export interface Span {
  readonly from: Date
  readonly to: Date
}

/** Curves of one record. `fields` must be kept as series: others are a compile error. @public for systems' screens */
export function useSeries<C extends Collections, N extends keyof C & string>(
  _of: { readonly collections: C },
  _name: N,
  fields: readonly SeriesName<C[N]['fields']>[],
  ask: { readonly urn: string | undefined; readonly span: Span; readonly points?: number },
): Answered<SeriesAnswer> {
  return useAnySeries(ask.urn, fields, ask.span, ask.points)
}

/** The same where the collection is only known at run time. */
export function useAnySeries(urn: string | undefined, fields: readonly string[], span: Span, points = 300): Answered<SeriesAnswer> {
  const name = urn === undefined ? undefined : collectionOfUrn(urn)
  return useAnswer({
    key: ['series', urn, fields, span.from, span.to, points],
    on: name === undefined ? [] : [name],
    enabled: urn !== undefined && fields.length > 0,
    keep: true,
    ask: (client, viewing, signal) =>
      client.series.read(
        { viewing, urn: urn ?? '', fields: [...fields].slice(0, 8), from: span.from, to: span.to, points: Math.min(points, MAX_POINTS) },
        { signal },
      ),
  })
}

const judged: readonly CollectionName[] = ['landscope.findings', 'landscope.incidents']
/** A page's sentence also says how fresh it is and who is not seen. */
const paged: readonly CollectionName[] = [...judged, 'landscope.connections']

/** Findings and incidents that hold, or (with a span) that held in it. */
export function useFindings(
  ask: { readonly urn?: string; readonly system?: string; readonly span?: Span; readonly limit?: number } = {},
): Answered<FindingsAnswer> {
  const { span, limit = 200, ...of } = ask
  return useAnswer({
    key: ['findings', of, span, limit],
    on: judged,
    keep: true,
    ask: (client, viewing, signal) => client.findings.page({ viewing, ...of, ...(span === undefined ? {} : span), limit }, { signal }),
  })
}

/** The sentence of a record, a system's page or Now, with its chain. */
export function useHeadline(of: HeadlineAsk['of'] | undefined): Answered<HeadlineAnswer> {
  const record = of !== undefined && 'urn' in of ? collectionOfUrn(of.urn) : undefined
  return useAnswer({
    key: ['headline', of],
    on: record === undefined ? paged : [...judged, record],
    enabled: of !== undefined,
    ask: (client, viewing, signal) => client.headline.read({ viewing, of: of ?? { page: 'now' } }, { signal }),
  })
}

/** The landscape around a record, or around everything that is hurt. */
export function useGraph(urn: string | undefined, hops: number, limit = 300): Answered<GraphAnswer> {
  return useAnswer({
    key: ['graph', urn, hops, limit],
    on: ['landscope.edges', 'landscope.findings'],
    keep: true,
    ask: (client, viewing, signal) => client.graph.around({ viewing, ...(urn === undefined ? {} : { urn }), hops, limit }, { signal }),
  })
}

/** Everything by name, and known names inside a pasted text. `of` is the text they were found for: while it is typed, the last one's stay. */
export function useNames(text: string, limit = 30): Answered<{ readonly of: string; readonly hits: readonly NameHit[] }> {
  return useAnswer({
    key: ['names', text, limit],
    on: [],
    enabled: text.trim() !== '',
    keep: true,
    ask: async (client, viewing, signal) => ({
      of: text,
      hits: (await client.names.find({ viewing, text: text.slice(0, 20_000), limit }, { signal })).hits,
    }),
  })
}

/** What was watched in a span, and how completely. */
export function useCoverage(
  span: Span,
  of: { readonly system?: string; readonly connection?: string } = {},
): Answered<readonly CoverageSpan[]> {
  return useAnswer({
    key: ['coverage', span.from, span.to, of],
    on: [],
    keep: true,
    ask: async (client, viewing, signal) => (await client.coverage.read({ viewing, ...span, ...of }, { signal })).spans,
  })
}

/** What differs between two viewings. It names both itself, so it is the same wherever one looks. */
export function useDiff(
  ask:
    | { readonly from: Viewing; readonly to: Viewing; readonly offset: number; readonly limit: number; readonly system?: string }
    | undefined,
): {
  readonly data: DiffAnswer | undefined
  readonly error: Error | null
} {
  const { connection } = useLandscope()
  const { data, error } = useQuery({
    queryKey: ['diff', ask],
    enabled: ask !== undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => connection.client.records.diff(ask ?? { from: {}, to: {}, offset: 0, limit: 0 }, { signal }),
  })
  return { data, error }
}
