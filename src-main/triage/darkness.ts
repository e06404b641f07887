/** Where our own eyes are shut: collections of connections that are older than two polls. */
import type { AnySystems } from '../../shared/model/system.ts'
import type { Queries } from '../store/store-types.ts'

/** True for a collection that this connection has not seen for two polls. */
export type IsDark = (connection: string, system: string, collection: string) => boolean

/** Asks how fresh some collections are (`kafka.groups`), one question each. */
export async function darkness(
  queries: Queries,
  systems: AnySystems,
  asked: readonly { readonly system: string; readonly collection: string }[],
  at: Date | undefined,
): Promise<IsDark> {
  const stale = new Set<string>()
  const names = new Map(asked.map((a) => [`${a.system}.${a.collection}`, a]))
  for (const { system, collection } of names.values()) {
    if (systems[system]?.collections[collection] === undefined) continue
    for (const f of await queries.freshness(system, collection, at)) if (f.stale) stale.add(`${f.connection}.${system}.${collection}`)
  }
  return (connection, system, collection) => stale.has(`${connection}.${system}.${collection}`)
}
