// Ticks: one stream from the host names the collections that changed; queries that rest on them are asked again. Also tells the host
// what is looked at, so that it is swept at the watched pace.
import type { QueryClient } from '@tanstack/react-query'
import type { Connection } from './connection.ts'

/** `system.collection`, as queries name what they rest on in `meta.on`. */
export type CollectionName = `${string}.${string}`
export interface Watching {
  /** Starts looking at collections and records; returns the function that ends it. */
  readonly look: (source: string | undefined, collections: readonly CollectionName[], urns: readonly string[]) => () => void
  /** Runs a fetch; a tick that came while it ran has it asked again, so that none is lost. */
  readonly fresh: <T>(source: string | undefined, on: readonly CollectionName[], fetch: () => Promise<T>) => Promise<T>
  readonly close: () => void
}
declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly on?: readonly CollectionName[]; readonly source?: string }
  }
}
/** Several pages' parts mount one after the other: the stream is asked for once they all have. */
const SETTLE_MS = 30

export function createWatching(connection: Connection, queries: QueryClient): Watching {
  const looked = new Map<
    string,
    { readonly source: string | undefined; readonly names: Map<CollectionName, number>; readonly urns: Map<string, number> }
  >()
  const versions = new Map<string, number>()
  const streams = new Map<string, AbortController>()
  const settling = new Map<string, ReturnType<typeof setTimeout>>()
  const idOf = (source: string | undefined): string => source ?? ''
  const versionOf = (source: string | undefined, name: CollectionName): number => versions.get(`${idOf(source)} ${name}`) ?? 0

  function ask(source: string | undefined, changed: ReadonlySet<string>): void {
    void queries.invalidateQueries(
      { predicate: (q) => q.meta?.source === source && (q.meta?.on ?? []).some((name) => changed.has(name)) },
      { cancelRefetch: false },
    )
  }

  function restart(source: string | undefined): void {
    const id = idOf(source)
    streams.get(id)?.abort()
    streams.delete(id)
    const wanted = looked.get(id)
    if (wanted === undefined || wanted.names.size === 0) return
    const stop = new AbortController()
    streams.set(id, stop)
    const collections = [...wanted.names.keys()].slice(0, 50).map((name) => {
      const dot = name.indexOf('.')
      return { system: name.slice(0, dot), collection: name.slice(dot + 1) }
    })
    const urns = [...wanted.urns.keys()].slice(0, 50)
    void connection.follow(
      (client, signal) => client.changes.watch({ ...(source === undefined ? {} : { source }), collections, urns }, { signal }),
      {
        item: (ticks) => {
          const changed = new Set<string>()
          for (const t of ticks) {
            const key = `${id} ${t.system}.${t.collection}`
            if (versions.get(key) === t.version) continue
            versions.set(key, t.version)
            changed.add(`${t.system}.${t.collection}`)
          }
          if (changed.size > 0) ask(source, changed)
        },
      },
      stop.signal,
    )
  }

  function settle(source: string | undefined): void {
    const id = idOf(source)
    clearTimeout(settling.get(id))
    settling.set(
      id,
      setTimeout(() => restart(source), SETTLE_MS),
    )
  }
  const add = <K>(into: Map<K, number>, key: K): boolean => {
    into.set(key, (into.get(key) ?? 0) + 1)
    return into.get(key) === 1
  }
  const take = <K>(from: Map<K, number>, key: K): boolean => {
    const left = (from.get(key) ?? 1) - 1
    if (left > 0) from.set(key, left)
    else from.delete(key)
    return left <= 0
  }

  return {
    look: (source, names, urns) => {
      const id = idOf(source)
      const wanted = looked.get(id) ?? { source, names: new Map<CollectionName, number>(), urns: new Map<string, number>() }
      looked.set(id, wanted)
      const news = [...names.map((n) => add(wanted.names, n)), ...urns.map((u) => add(wanted.urns, u))]
      if (news.includes(true)) settle(source)
      return () => {
        const gone = [...names.map((n) => take(wanted.names, n)), ...urns.map((u) => take(wanted.urns, u))]
        if (gone.includes(true)) settle(source)
      }
    },
    fresh: async (source, on, fetch) => {
      const before = on.map((name) => versionOf(source, name))
      const answer = await fetch()
      const late = on.filter((name, i) => versionOf(source, name) !== before[i])
      if (late.length > 0) setTimeout(() => ask(source, new Set(late)))
      return answer
    },
    close: () => {
      for (const timer of settling.values()) clearTimeout(timer)
      for (const stop of streams.values()) stop.abort()
    },
  }
}
