/** The book of ends and edges: what each connection drew last, and under which names its records are known. */
import type { Edge, End } from '../../shared/model/edge.ts'
import { formatKey, parseUrn } from '../../shared/model/urn.ts'
import type { JudgeRow } from '../store/store-types.ts'
import { breather } from '../triage/breathe.ts'
import { type Ground, gather } from '../triage/gather.ts'
import { hides, noticing } from '../triage/hidden.ts'
import type { AnyEnds, AnyLink } from '../triage/judging.ts'
import { labelOf } from '../triage/run-check.ts'
import { type LandscapeEdge, sameEdges } from './landscape.ts'
import { type KnownEnd, type RawEdge, type Resolve, resolveEdges, resolver, sameEnds, sameKnown, sameRaw } from './resolve.ts'

export interface Resolved {
  readonly edges: readonly LandscapeEdge[]
  readonly resolve: Resolve
}
interface Named {
  readonly ends: readonly KnownEnd[]
  /** Records that did not answer while others of their collection did, and those nobody looked at. */
  readonly unseen: readonly string[]
  readonly dark: readonly string[]
}
export interface EdgeBook {
  /** Reads the records of a collection under all names they have. */
  name(ground: Ground, ends: readonly AnyEnds[], collection: string): Promise<void>
  /** Draws the edges of one link again. Those of a record keep standing while a value they rest on is not told. */
  draw(ground: Ground, link: AnyLink, index: number): Promise<void>
  /** Edges that pairs of systems drew. */
  match(key: string, edges: readonly LandscapeEdge[]): void
  matched(key: string): readonly LandscapeEdge[]
  forget(connection: string): void
  /** Resolves everything; `also`: ends that findings name. The same object as before while nothing changed. */
  resolved(also: readonly End[]): Promise<Resolved>
  /** Named records that did not answer, and those of collections that `isDark`. */
  unsighted(isDark: (connection: string, system: string, collection: string) => boolean): {
    readonly unseen: ReadonlySet<string>
    readonly dark: ReadonlySet<string>
  }
}

export function createEdgeBook(): EdgeBook {
  const named = new Map<string, Named & { readonly connection: string; readonly system: string; readonly collection: string }>()
  /** Edges of each link of a connection, by the record that drew them. */
  const drawn = new Map<string, { readonly connection: string; readonly edges: ReadonlyMap<string, readonly RawEdge[]> }>()
  const matches = new Map<string, readonly LandscapeEdge[]>()
  /** What was resolved last, while it still holds. */
  let last: (Resolved & { readonly also: readonly End[] }) | undefined
  return {
    name: async (ground, ends, collection) => {
      const rows = await ground.queries.rows(ground.system.id, collection, { connection: ground.of.connection }, ground.at)
      const { connection } = ground.of
      const key = `${connection}\u0000${collection}`
      const found = namesOf(ground, ends, collection, rows)
      const before = named.get(key)?.ends
      if (before === undefined || !sameKnown(before, found)) last = undefined
      named.set(key, {
        connection,
        system: ground.system.id,
        collection,
        ends: found,
        unseen: rows.filter((r) => r.unseen !== undefined && r.unseen.unknown !== 'nobody-watching').map((r) => r.urn),
        dark: rows.filter((r) => r.unseen?.unknown === 'nobody-watching').map((r) => r.urn),
      })
    },
    draw: async (ground, link, index) => {
      const { connection } = ground.of
      const ask = { connection, ...(link.where === undefined ? {} : { where: link.where }) }
      const rows = await ground.queries.rows(ground.system.id, link.on, ask, ground.at)
      const see = await gather(
        ground,
        link,
        rows.map((r) => r.row),
      )
      const breathe = breather()
      const key = `${connection}\u0000${index}`
      const before = drawn.get(key)?.edges
      const edges = new Map<string, readonly RawEdge[]>()
      for (const { urn, row } of rows) {
        const around = see(row)
        const now = link.judge(row, around).map((edge): RawEdge => ({ ...edge, by: connection }))
        const missed = (before?.get(urn) ?? []).filter((old) => !now.some((edge) => sameRaw([edge], [old])))
        // Only where an edge is missed does it matter what the link rests on.
        const isHeld = missed.length > 0 && noticing(row, around, (r, s) => link.judge(r, s)).hidden !== undefined
        const all = isHeld ? [...now, ...missed] : now
        if (all.length > 0) edges.set(urn, all)
        const pause = breathe()
        if (pause !== undefined) await pause
      }
      for (const urn of await untold(
        ground,
        link,
        [...(before?.keys() ?? [])].filter((u) => !edges.has(u)),
      ))
        edges.set(urn, before?.get(urn) ?? [])
      if (before !== undefined && sameRaw([...before.values()].flat(), [...edges.values()].flat())) return
      last = undefined
      drawn.set(key, { connection, edges })
    },
    match: (key, edges) => {
      if (sameEdges(matches.get(key) ?? [], edges)) return
      matches.set(key, edges)
      last = undefined
    },
    matched: (key) => matches.get(key) ?? [],
    forget: (connection) => {
      last = undefined
      for (const [key, n] of named) if (n.connection === connection) named.delete(key)
      for (const [key, d] of drawn) if (d.connection === connection) drawn.delete(key)
    },
    resolved: async (also) => {
      if (last !== undefined && sameEnds(last.also, also)) return last
      const raw = [...drawn.values()].flatMap((d) => [...d.edges.values()].flat())
      const known = [...named.values()].flatMap((n) => n.ends)
      const resolve = resolver(known, [...raw.flatMap((e: Edge) => [e.from, e.to]), ...also])
      const present = new Set(known.map((k) => k.urn))
      const matched = [...matches.values()].flat().filter((e) => present.has(e.from) || present.has(e.to))
      last = { edges: [...(await resolveEdges(raw, resolve)), ...matched], resolve, also }
      return last
    },
    unsighted: (isDark) => {
      const unseen = new Set<string>()
      const dark = new Set<string>()
      for (const n of named.values()) {
        for (const urn of n.dark) dark.add(urn)
        if (isDark(n.connection, n.system, n.collection)) for (const end of n.ends) dark.add(end.urn)
        else for (const urn of n.unseen) unseen.add(urn)
      }
      return { unseen, dark }
    },
  }
}

/** Of records that a link no longer concerns, those of which nobody can tell: a field it asks for is hidden. */
async function untold(ground: Ground, link: AnyLink, urns: readonly string[]): Promise<readonly string[]> {
  const fields = Object.keys(link.where ?? {})
  if (urns.length === 0 || fields.length === 0) return []
  const keys = urns.flatMap((urn) => {
    const parsed = parseUrn(urn)
    return parsed === undefined ? [] : [formatKey(parsed.key)]
  })
  const rows = await ground.queries.rows(ground.system.id, link.on, { connection: ground.of.connection, keys }, ground.at)
  return rows.filter(({ row }) => fields.some((field) => hides(row[field]))).map(({ urn }) => urn)
}

function namesOf(ground: Ground, ends: readonly AnyEnds[], collection: string, rows: readonly JudgeRow[]): readonly KnownEnd[] {
  const { connection, instance, title } = ground.of
  const mine = ends.filter((e) => e.on === collection)
  return rows.flatMap(({ urn, row }) => {
    const label = labelOf(ground, collection, row)
    return mine.flatMap((e) =>
      e.judge(row, { connection, instance, title }).map((end): KnownEnd => ({ end, urn, label, connection, instance })),
    )
  })
}
