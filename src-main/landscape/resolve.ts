/** Finds the records behind ends, across all connections: kind and name must be equal, an instance or a hint narrows, what stays ambiguous is drawn to each as a guess. */
import { type Edge, type End, formatEnd } from '../../shared/model/edge.ts'
import { breather } from '../triage/breathe.ts'
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

const nameKey = (end: End): string => {
  let key = end.kind
  for (const part of end.name) key += `\u0000${part}`
  return key
}

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
    if (end.instance === undefined) continue
    const key = nameKey(end)
    if (records.has(key)) continue
    const ids = virtual.get(key) ?? new Set()
    virtual.set(key, ids.add(end.instance))
  }
  const meanings = new Map<string, readonly Meant[]>()
  return (end, by) => {
    const name = nameKey(end)
    const key = `${name}\u0001${end.instance ?? ''}\u0001${end.hint ?? ''}\u0001${by ?? ''}`
    const known = meanings.get(key)
    if (known !== undefined) return known
    const found = narrow(records.get(name) ?? [], end, by)
    const only = virtual.get(name)
    const instance = end.instance ?? (only?.size === 1 ? [...only][0] : undefined)
    const id = (): string => formatEnd({ kind: end.kind, name: end.name, ...(instance === undefined ? {} : { instance }) })
    const meant: readonly Meant[] =
      found.length > 0
        ? found.map(({ urn, label }) => ({ node: urn, label, share: 1 / found.length }))
        : [{ node: id(), label: endLabel(end), share: 1 }]
    meanings.set(key, meant)
    return meant
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

/** Edges between nodes, one for each from, to and does: the best known of several, whatever the order they come in. Gives way while it works. */
export async function resolveEdges(raw: readonly RawEdge[], resolve: Resolve): Promise<readonly LandscapeEdge[]> {
  const out = new Map<string, LandscapeEdge>()
  const breathe = breather()
  for (const edge of raw) {
    for (const from of resolve(edge.from, edge.by))
      for (const to of resolve(edge.to, edge.by)) {
        if (from.node === to.node) continue
        const drawn = drawnEdge(edge, from, to)
        const key = `${drawn.from}\u0000${drawn.to}\u0000${drawn.does}`
        const other = out.get(key)
        if (other === undefined || preferred(drawn, other) < 0) out.set(key, drawn)
      }
    const pause = breathe()
    if (pause !== undefined) await pause
  }
  return [...out.values()]
}

function drawnEdge(edge: RawEdge, from: Meant, to: Meant): LandscapeEdge {
  const share = from.share * to.share
  const score = share < 1 ? share * (edge.score ?? 1) : edge.score
  return {
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
}
const trust = { observed: 2, configured: 1, guessed: 0 } as const
const preferred = (a: LandscapeEdge, b: LandscapeEdge): number =>
  trust[b.known] - trust[a.known] || (b.score ?? 1) - (a.score ?? 1) || (a.by < b.by ? -1 : a.by > b.by ? 1 : 0)

const sameEnd = (a: End, b: End): boolean =>
  a.kind === b.kind &&
  a.instance === b.instance &&
  a.hint === b.hint &&
  a.name.length === b.name.length &&
  a.name.every((part, i) => part === b.name[i])

/** True when nothing differs, in the same order. */
export function sameEnds(a: readonly End[], b: readonly End[]): boolean {
  return a.length === b.length && a.every((end, i) => b[i] !== undefined && sameEnd(end, b[i]))
}
export function sameKnown(a: readonly KnownEnd[], b: readonly KnownEnd[]): boolean {
  const same = (one: KnownEnd, other: KnownEnd | undefined): boolean =>
    other !== undefined && one.urn === other.urn && one.label === other.label && sameEnd(one.end, other.end)
  return a.length === b.length && a.every((one, i) => same(one, b[i]))
}
export function sameRaw(a: readonly RawEdge[], b: readonly RawEdge[]): boolean {
  const same = (one: RawEdge, other: RawEdge | undefined): boolean =>
    other !== undefined &&
    one.does === other.does &&
    one.known === other.known &&
    one.score === other.score &&
    one.says === other.says &&
    sameEnd(one.from, other.from) &&
    sameEnd(one.to, other.to)
  return a.length === b.length && a.every((one, i) => same(one, b[i]))
}
