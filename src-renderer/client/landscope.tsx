// What every hook rests on: the connection to the host, the shared query cache, and where one looks (live, a moment, a file).
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { createContext, type JSX, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Viewing } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Client, Connection, ConnectionState } from './connection.ts'
import { exactKey } from './exact-keys.ts'
import { type CollectionName, createWatching, type Watching } from './watching.ts'

interface Landscope {
  readonly connection: Connection
  readonly watching: Watching
  readonly viewing: Viewing
}
const LandscopeContext = createContext<Landscope | undefined>(undefined)

/** A cache of its own for one page or test. Old answers stay on screen with their age; ticks, not timers, have them asked again. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        queryKeyHashFn: exactKey,
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
        refetchOnWindowFocus: false,
        networkMode: 'always',
        retry: (count, error) => count < 4 && error instanceof AppError && error.data.retryable,
        retryDelay: (count) => Math.min(200 * 2 ** count, 3_000),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

interface Props {
  readonly connection: Connection
  readonly queries: QueryClient
  readonly children: ReactNode
}
/** Gives its children the host. Looks live until a `ViewingProvider` below says otherwise. */
export function LandscopeProvider({ connection, queries, children }: Props): JSX.Element {
  const watching = useMemo(() => createWatching(connection, queries), [connection, queries])
  useEffect(() => () => watching.close(), [watching])
  useEffect(() => {
    let lost = false
    return connection.onState((s) => {
      if (s.state === 'lost') lost = true
      if (s.state === 'connected' && lost) {
        lost = false
        void queries.invalidateQueries()
      }
    })
  }, [connection, queries])
  const value = useMemo(() => ({ connection, watching, viewing: {} }), [connection, watching])
  return (
    <QueryClientProvider client={queries}>
      <LandscopeContext.Provider value={value}>{children}</LandscopeContext.Provider>
    </QueryClientProvider>
  )
}
/** Everything below looks at this source and moment. */
export function ViewingProvider({ viewing, children }: { readonly viewing: Viewing; readonly children: ReactNode }): JSX.Element {
  const above = useLandscope()
  const key = exactKey([viewing])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the viewing by value
  const value = useMemo(() => ({ ...above, viewing }), [above, key])
  return <LandscopeContext.Provider value={value}>{children}</LandscopeContext.Provider>
}

export function useLandscope(): Landscope {
  const landscope = useContext(LandscopeContext)
  if (landscope === undefined) throw new Error('no LandscopeProvider above')
  return landscope
}
export function useClient(): Client {
  return useLandscope().connection.client
}
export function useViewing(): Viewing {
  return useLandscope().viewing
}
export function useConnectionState(): ConnectionState {
  const { connection } = useLandscope()
  return useSyncExternalStore(connection.onState, connection.state)
}

/** How an answer stands: `loading` before the first one; `failed` only when there is none to show; `stale` while an older one is shown after a failure. */
export interface Answered<T> {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly data: T | undefined
  readonly error: AppError | undefined
  readonly stale: boolean
  /** When the answer shown arrived. */
  readonly at: Date | undefined
  readonly again: () => void
}
export interface Question<T> {
  /** Names the question; the viewing is added. */
  readonly key: readonly unknown[]
  /** Collections its answer rests on: a tick of one has it asked again. */
  readonly on: readonly CollectionName[]
  readonly urns?: readonly string[]
  readonly enabled?: boolean
  /**
   * Keep the last answer on screen while the next one is fetched: of another window of the same list at the same place and time; or
   * `everywhere`, for what is the same wherever one looks.
   */
  readonly keep?: boolean | 'everywhere'
  readonly ask: (client: Client, viewing: Viewing, signal: AbortSignal) => Promise<T>
}

/** A query's error, which is an AppError unless this page itself is at fault. */
export function asAppError(error: Error | null): AppError | undefined {
  if (error === null) return undefined
  return error instanceof AppError ? error : new AppError('internal', error.message, { cause: error })
}

/** One question to the host, asked again when what it rests on changed. */
export function useAnswer<T>({ key, on, urns, enabled = true, keep, ask }: Question<T>): Answered<T> {
  const { connection, watching, viewing } = useLandscope()
  const live = viewing.at === undefined
  const looked = on.join(' ')
  const records = (urns ?? []).join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lists are compared by their texts
  useEffect(() => {
    if (!live || !enabled || on.length === 0) return
    return watching.look(viewing.source, on, urns ?? [])
  }, [watching, viewing.source, live, enabled, looked, records])
  const query = useQuery({
    queryKey: [viewing, ...key],
    enabled,
    meta: live ? { on, ...(viewing.source === undefined ? {} : { source: viewing.source }) } : {},
    queryFn: ({ signal }) => watching.fresh(viewing.source, live ? on : [], () => ask(connection.client, viewing, signal)),
    // What was true of another moment or file must not stand under the name of this one.
    placeholderData: (before, of) =>
      keep === 'everywhere' || (keep === true && of !== undefined && exactKey([of.queryKey[0]]) === exactKey([viewing]))
        ? before
        : undefined,
  })
  const { data, error, refetch } = query
  return {
    state: data !== undefined ? 'ready' : error === null ? 'loading' : 'failed',
    data,
    error: asAppError(error),
    stale: data !== undefined && error !== null,
    at: query.dataUpdatedAt === 0 ? undefined : new Date(query.dataUpdatedAt),
    again: () => void refetch(),
  }
}
