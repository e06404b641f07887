// Windows of a collection, and single records, typed by their declaration.
import { useQueries } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import {
  type Emptiness,
  type Freshness,
  type PageAsk,
  type RecordAnswer,
  type Viewing,
  where as whereShape,
} from '../../shared/contract/messages.ts'
import type { AnyCollection, Collections, Name, Row, Where } from '../../shared/model/collection.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import type { Client } from './connection.ts'
import { type AnyRow, decode, decodeRows, type RecordRow } from './decode.ts'
import { exactKey } from './exact-keys.ts'
import { type Answered, asAppError, useAnswer, useLandscope } from './landscope.tsx'
import type { CollectionName } from './watching.ts'

/** What is asked of a collection. `typed` is the filter as typed; `-` before a sort field turns it round. */
export interface Ask<C extends AnyCollection> {
  readonly connection?: string
  readonly where?: Where<C>
  readonly typed?: string
  readonly sort?: Name<C['fields']> | `-${Name<C['fields']>}`
  readonly offset?: number
  readonly limit?: number
}
/** The same where the collection is only known at run time. */
export interface AnyAsk {
  readonly connection?: string
  readonly where?: object
  readonly typed?: string
  readonly sort?: string
  readonly offset?: number
  readonly limit?: number
}
/** What a page says of the whole, besides its rows. */
export interface About {
  readonly total: number
  readonly unjudged: number
  readonly freshness: readonly Freshness[]
  readonly empty?: Emptiness
}
export interface Rows<R> extends About {
  readonly rows: readonly RecordRow<R>[]
}

function pageQuestion(system: string, collection: string, ask: AnyAsk): Omit<PageAsk, 'viewing'> {
  const { where, offset = 0, limit = 200, connection, typed, sort } = ask
  return {
    system,
    collection,
    offset,
    limit,
    ...(connection === undefined ? {} : { connection }),
    ...(typed === undefined || typed.trim() === '' ? {} : { typed }),
    ...(sort === undefined ? {} : { sort }),
    ...(where === undefined ? {} : { where: whereShape.parse(where) }),
  }
}

/** A window of a collection that is only known at run time. */
export function useAnyRecords<R = AnyRow>(system: string, collection: string, ask: AnyAsk = {}, enabled = true): Answered<Rows<R>> {
  const question = pageQuestion(system, collection, ask)
  return useAnswer({
    key: ['records', question],
    on: [`${system}.${collection}`],
    enabled,
    keep: true,
    ask: async (client, viewing, signal) => {
      const { columns, rows, version: _version, ...about } = await client.records.page({ viewing, ...question }, { signal })
      return { ...about, rows: decodeRows<R>(columns, rows) }
    },
  })
}

/** A window of a declared collection: `useRecords(kafka, 'groups', { where: { state: 'Empty' }, sort: '-lag' })`. */
export function useRecords<C extends Collections, N extends keyof C & string>(
  of: { readonly id: string; readonly collections: C },
  name: N,
  ask: Ask<C[N]> = {},
): Answered<Rows<Row<C[N]>>> {
  return useAnyRecords<Row<C[N]>>(of.id, name, ask)
}

/** Rows a block; few requests while scrolling, small answers at each tick. */
export const BLOCK = 200
const MAX_BLOCKS = 4
export interface Blocks {
  /** What the newest answer says of the whole; the last known one of the same place and time while another question is under way. */
  readonly about: About | undefined
  /** The rows that are there, by their place in the whole. */
  readonly rows: ReadonlyMap<number, RecordRow<AnyRow>>
  readonly answered: Pick<Answered<unknown>, 'state' | 'error' | 'stale' | 'again' | 'at'>
}

/** The blocks of a long list that cover the rows from `first` to `last`; rows of other blocks are not there yet. */
export function useRecordBlocks(
  system: string,
  collection: string,
  ask: Omit<AnyAsk, 'offset' | 'limit'>,
  first: number,
  last: number,
): Blocks {
  const { connection, watching, viewing } = useLandscope()
  const live = viewing.at === undefined
  const name: CollectionName = `${system}.${collection}`
  const from = Math.max(0, Math.floor(first / BLOCK))
  const to = Math.min(Math.max(from, Math.floor(last / BLOCK)), from + MAX_BLOCKS - 1)
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  useEffect(() => (live ? watching.look(viewing.source, [name], []) : undefined), [watching, viewing.source, live, name])
  const results = useQueries({
    queries: numbers.map((n) => {
      const question = pageQuestion(system, collection, { ...ask, offset: n * BLOCK, limit: BLOCK })
      return {
        queryKey: [viewing, 'blocks', question],
        meta: live ? { on: [name], ...(viewing.source === undefined ? {} : { source: viewing.source }) } : {},
        queryFn: ({ signal }: { readonly signal: AbortSignal }): Promise<Rows<AnyRow>> =>
          watching.fresh(viewing.source, live ? [name] : [], async () => {
            const {
              columns,
              rows,
              version: _version,
              ...about
            } = await connection.client.records.page({ viewing, ...question }, { signal })
            return { ...about, rows: decodeRows(columns, rows) }
          }),
      }
    }),
  })
  const rows = new Map<number, RecordRow<AnyRow>>()
  for (const [i, result] of results.entries()) {
    for (const [j, row] of (result.data?.rows ?? []).entries()) rows.set((numbers[i] ?? 0) * BLOCK + j, row)
  }
  const newest = results.map((r) => r.data).find((data) => data !== undefined)
  const place = exactKey([viewing])
  const known = useRef<{ readonly place: string; readonly about: About }>(undefined)
  if (newest !== undefined) known.current = { place, about: newest }
  const failed = results.find((r) => r.error !== null)
  return {
    about: newest ?? (known.current?.place === place ? known.current.about : undefined),
    rows,
    answered: {
      state: newest !== undefined ? 'ready' : failed === undefined ? 'loading' : 'failed',
      error: asAppError(failed?.error ?? null),
      stale: failed !== undefined && newest !== undefined,
      at: results[0] === undefined || results[0].dataUpdatedAt === 0 ? undefined : new Date(results[0].dataUpdatedAt),
      again: () => {
        for (const result of results) void result.refetch()
      },
    },
  }
}

/** A record with its row by name. */
export interface OneRecord extends Omit<RecordAnswer, 'columns' | 'cells'> {
  readonly row: AnyRow
}
/** One record with its history, neighbours and findings. */
export function useRecord(urn: string | undefined): Answered<OneRecord> {
  const name = urn === undefined ? undefined : collectionOfUrn(urn)
  return useAnswer({
    key: ['record', urn],
    on: name === undefined ? [] : [name, 'landscope.findings'],
    urns: urn === undefined ? [] : [urn],
    enabled: urn !== undefined,
    keep: false,
    ask: (client, viewing, signal) => readRecord(client, viewing, urn ?? '', signal),
  })
}
async function readRecord(client: Client, viewing: Viewing, urn: string, signal: AbortSignal): Promise<OneRecord> {
  const { columns, cells, ...rest } = await client.record.get({ viewing, urn }, { signal })
  return { ...rest, row: decode(columns, cells) }
}

/** Several records together, in the order asked. One that cannot be read is left out and named in `missing`. */
export interface SomeRecords {
  readonly records: readonly OneRecord[]
  readonly missing: readonly string[]
}
export function useSomeRecords(urns: readonly string[]): Answered<SomeRecords> {
  return useAnswer({
    key: ['some records', urns],
    on: [...new Set(urns.map(collectionOfUrn).filter((name) => name !== undefined))],
    urns,
    ask: async (client, viewing, signal) => {
      const answers = await Promise.allSettled(urns.map((urn) => readRecord(client, viewing, urn, signal)))
      return {
        records: answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
        missing: urns.filter((_, i) => answers[i]?.status === 'rejected'),
      }
    },
  })
}

/** `system.collection` of a record's URN; undefined where it is an end that no record matches. */
export function collectionOfUrn(urn: string): CollectionName | undefined {
  const parsed = parseUrn(urn)
  return parsed === undefined ? undefined : `${parsed.system}.${parsed.collection}`
}
