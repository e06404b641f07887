/** Finds the records behind ends, across all connections: kind and name must be equal, an instance or a hint narrows, what stays ambiguous is drawn to each as a guess. */
import { type Edge, type End, formatEnd } from '../../shared/model/edge.ts'
import { endLabel } from './end-words.ts'
import type { LandscapeEdge } from './landscape.ts'

/** A record under one of the names others know it by. */
export interface KnownEnd {
  readonly end: End
  readonly urn: string
  readonly label: string
  readonly connection: string
  readonly instance: string
}
/** An edge as a connection drew it. */
export interface RawEdge extends Edge {
  readonly by: string
  readonly says?: string
}
/** A node that an end means; `share` is 1 when it is the only one. */
export interface Meant {
  readonly node: string
  readonly label: string
  readonly share: number
}
export type Resolve = (end: End, by?: string) => readonly Meant[]

const nameKey = (end: End): string => [end.kind, ...end.name].join('\u0000')

/** Addresses of a hint in one form: lower case, no scheme, `localhost` as 127.0.0.1, several split at commas. */
function addresses(hint: string): ReadonlySet<string> {
  return new Set(
    hint
      .toLowerCase()
      .split(',')
      .map((part) =>
        part
          .trim()
          .replace(/^[a-z][\w+.-]*:\/\//, '')
          .replace(/\/.*$/, '')
          .replace(/^localhost(?=:|$)/, '127.0.0.1'),
      )
      .filter((part) => part !== ''),
  )
}

/**
 * Prepares resolving. `named` are all ends in use: an end without instance means the one virtual node of its kind and name that has one,
 * so that a consumer group and a job meet at the same record although only one knows its cluster.
 */
export function resolver(known: readonly KnownEnd[], named: readonly End[]): Resolve {
  const records = new Map<string, KnownEnd[]>()
  for (const one of known) {
    const key = nameKey(one.end)
    const found = records.get(key)
    if (found === undefined) records.set(key, [one])
    else if (!found.some((f) => f.urn === one.urn)) found.push(one)
  }
  const virtual = new Map<string, Set<string>>()
  for (const end of named) {
    if (end.instance === undefined || records.has(nameKey(end))) continue
    const ids = virtual.get(nameKey(end)) ?? new Set()
    virtual.set(nameKey(end), ids.add(end.instance))
  }
  return (end, by) => {
    const found = narrow(records.get(nameKey(end)) ?? [], end, by)
    if (found.length > 0) return found.map(({ urn, label }) => ({ node: urn, label, share: 1 / found.length }))
    const only = virtual.get(nameKey(end))
    const instance = end.instance ?? (only?.size === 1 ? [...only][0] : undefined)
    const id = formatEnd({ kind: end.kind, name: end.name, ...(instance === undefined ? {} : { instance }) })
    return [{ node: id, label: endLabel(end), share: 1 }]
  }
}

function narrow(candidates: readonly KnownEnd[], end: End, by: string | undefined): readonly KnownEnd[] {
  if (end.instance !== undefined) return candidates.filter((c) => (c.end.instance ?? c.instance) === end.instance)
  if (candidates.length < 2) return candidates
  if (end.hint !== undefined) {
    const wanted = addresses(end.hint)
    const hinted = candidates.filter((c) => c.end.hint !== undefined && [...addresses(c.end.hint)].some((a) => wanted.has(a)))
    if (hinted.length > 0) return hinted
  }
  const own = candidates.filter((c) => c.connection === by)
  return own.length > 0 ? own : candidates
}

const trust = { observed: 2, configured: 1, guessed: 0 } as const

/** Edges between nodes, one for each from, to and does: the best known of several, drawn alike whatever the order they come in. */
export function resolveEdges(raw: readonly RawEdge[], resolve: Resolve): readonly LandscapeEdge[] {
  const out = new Map<string, LandscapeEdge>()
  for (const edge of raw) {
    const froms = resolve(edge.from, edge.by)
    const tos = resolve(edge.to, edge.by)
    for (const from of froms)
      for (const to of tos) {
        if (from.node === to.node) continue
        const share = from.share * to.share
        const score = share < 1 ? share * (edge.score ?? 1) : edge.score
        const drawn: LandscapeEdge = {
          from: from.node,
          to: to.node,
          does: edge.does,
          known: share < 1 ? 'guessed' : edge.known,
          by: edge.by,
          fromLabel: from.label,
          toLabel: to.label,
          ...(score === undefined ? {} : { score }),
          ...(edge.says === undefined ? {} : { says: edge.says }),
        }
        const key = edgeKey(drawn)
        const other = out.get(key)
        if (other === undefined || preferred(drawn, other) < 0) out.set(key, drawn)
      }
  }
  return [...out].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge)
}
const edgeKey = (e: Pick<LandscapeEdge, 'from' | 'to' | 'does'>): string => [e.from, e.to, e.does].join('\u0000')
const preferred = (a: LandscapeEdge, b: LandscapeEdge): number =>
  trust[b.known] - trust[a.known] || (b.score ?? 1) - (a.score ?? 1) || (a.by < b.by ? -1 : a.by > b.by ? 1 : 0)
