/** The book of ends and edges: what each connection drew last, and under which names its records are known. */
import type { Edge, End } from '../../shared/model/edge.ts'
import type { JudgeRow } from '../store/store-types.ts'
import { breather } from '../triage/breathe.ts'
import { type Ground, gather } from '../triage/gather.ts'
import type { AnyEnds, AnyLink } from '../triage/judging.ts'
import { labelOf } from '../triage/run-check.ts'
import type { LandscapeEdge } from './landscape.ts'
import { type KnownEnd, type RawEdge, type Resolve, resolveEdges, resolver } from './resolve.ts'

interface Named {
  readonly ends: readonly KnownEnd[]
  /** Records that did not answer while others of their collection did, and those nobody looked at. */
  readonly unseen: readonly string[]
  readonly dark: readonly string[]
}
export interface EdgeBook {
  /** Reads the records of a collection under all names they have. */
  name(ground: Ground, ends: readonly AnyEnds[], collection: string): Promise<void>
  /** Draws the edges of one link again. */
  draw(ground: Ground, link: AnyLink, index: number): Promise<void>
  /** Edges that pairs of systems drew. */
  match(key: string, edges: readonly LandscapeEdge[]): void
  forget(connection: string): void
  /** Resolves everything; `also`: ends that findings name. */
  resolved(also: readonly End[]): { readonly edges: readonly LandscapeEdge[]; readonly resolve: Resolve }
  /** Named records that did not answer, and those of collections that `isDark`. */
  unsighted(isDark: (connection: string, system: string, collection: string) => boolean): {
    readonly unseen: ReadonlySet<string>
    readonly dark: ReadonlySet<string>
  }
}

export function createEdgeBook(): EdgeBook {
  const named = new Map<string, Named & { readonly connection: string; readonly system: string; readonly collection: string }>()
  const drawn = new Map<string, { readonly connection: string; readonly edges: readonly RawEdge[] }>()
  const matches = new Map<string, readonly LandscapeEdge[]>()
  return {
    name: async (ground, ends, collection) => {
      const rows = await ground.queries.rows(ground.system.id, collection, { connection: ground.of.connection }, ground.at)
      const { connection } = ground.of
      named.set(`${connection}\u0000${collection}`, {
        connection,
        system: ground.system.id,
        collection,
        ends: namesOf(ground, ends, collection, rows),
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
      const edges: RawEdge[] = []
      for (const { row } of rows) {
        for (const edge of link.judge(row, see(row))) edges.push({ ...edge, by: connection })
        const pause = breathe()
        if (pause !== undefined) await pause
      }
      drawn.set(`${connection}\u0000${index}`, { connection, edges })
    },
    match: (key, edges) => void matches.set(key, edges),
    forget: (connection) => {
      for (const [key, n] of named) if (n.connection === connection) named.delete(key)
      for (const [key, d] of drawn) if (d.connection === connection) drawn.delete(key)
    },
    resolved: (also) => {
      const raw = [...drawn.values()].flatMap((d) => d.edges)
      const known = [...named.values()].flatMap((n) => n.ends)
      const resolve = resolver(known, [...raw.flatMap((e: Edge) => [e.from, e.to]), ...also])
      const present = new Set(known.map((k) => k.urn))
      const matched = [...matches.values()].flat().filter((e) => present.has(e.from) || present.has(e.to))
      return { edges: [...resolveEdges(raw, resolve), ...matched], resolve }
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
