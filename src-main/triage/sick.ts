/** What each node's findings make of it: hurt, not seen, or well. Risks, mere information and what is old news hurt nobody tonight. */
import type { AnySystems } from '../../shared/model/system.ts'
import { formatUrn, parseUrn } from '../../shared/model/urn.ts'
import type { Graph } from '../landscape/landscape.ts'
import type { HeldFinding } from './held-finding.ts'

/** Open longer than this before now: context, not news. */
export const chronicMs = 24 * 3_600_000

export interface Span {
  readonly from: Date
  readonly to: Date
}
/** A node that hurts. */
export interface Sick {
  readonly node: string
  readonly findings: readonly HeldFinding[]
  /** When its first finding began. */
  readonly since: Span
  /** True when at least one finding is its own, not only carried over `also` by others. */
  readonly own: boolean
  /** Who carries a finding over to it: the groups that stand at a record. */
  readonly carriers: ReadonlySet<string>
}
export interface Condition {
  readonly sick: ReadonlyMap<string, Sick>
  /** Nodes whose state is not known: not answered, or behind a failing collector. */
  readonly blind: ReadonlySet<string>
  /** Those of them whose whole collection is not seen: our eyes are shut, which says nothing about them. */
  readonly dark: ReadonlySet<string>
  /** The node that stands for a finding's record in the graph. */
  readonly nodeOf: (urn: string) => string
}

/** True for findings that can make a node hurt. `kept`: records of incidents that are open already, which do not end by growing old. */
export function hurts(finding: HeldFinding, now: Date, kept: ReadonlySet<string>): boolean {
  if (finding.class === 'risk' || finding.class === 'blind' || finding.class === 'change' || finding.severity === 'info') return false
  return kept.has(finding.urn) || now.getTime() - finding.opened.getTime() <= chronicMs
}

/**
 * The node a record counts for: itself where the graph knows it, else the record it lies within (a partition's topic, a vertex' job),
 * found over refs whose fields are all part of its key.
 */
export function nodeFor(graph: Pick<Graph, 'labels'>, systems: AnySystems, urn: string): string {
  let at = urn
  for (let up = 0; up < 4 && !graph.labels.has(at); up++) {
    const parent = holderOf(systems, at)
    if (parent === undefined) return urn
    at = parent
  }
  return graph.labels.has(at) ? at : urn
}

function holderOf(systems: AnySystems, text: string): string | undefined {
  const urn = parseUrn(text)
  const declared = urn && systems[urn.system]?.collections[urn.collection]
  if (urn === undefined || declared === undefined) return undefined
  const ref = (declared.refs ?? []).find((r) => r.by.length < declared.key.length && r.by.every((field) => declared.key.includes(field)))
  if (ref === undefined) return undefined
  return formatUrn({ ...urn, collection: ref.to, key: ref.by.map((field) => urn.key[declared.key.indexOf(field)] ?? '') })
}

const earlier = (a: Date, b: Date): Date => (a <= b ? a : b)

/** Records whose state is not known, as nodes: `unseen` were left out of a round that saw others, `dark` nobody looked at. */
export interface Unsighted {
  readonly unseen: ReadonlySet<string>
  readonly dark: ReadonlySet<string>
}

/** The condition of all nodes. */
export function conditionOf(
  graph: Graph,
  systems: AnySystems,
  findings: readonly HeldFinding[],
  { unseen, dark }: Unsighted,
  now: Date,
  kept: ReadonlySet<string> = new Set(),
): Condition {
  const sick = new Map<string, { findings: HeldFinding[]; since: Span; own: boolean; carriers: Set<string> }>()
  const blind = new Set([...unseen, ...dark])
  const nodes = new Map<string, string>()
  const nodeOf = (urn: string): string => {
    const known = nodes.get(urn)
    if (known !== undefined) return known
    const node = nodeFor(graph, systems, urn)
    nodes.set(urn, node)
    return node
  }
  const add = (node: string, finding: HeldFinding, carrier: string | undefined): void => {
    const has = sick.get(node)
    const since = { from: finding.since.from, to: finding.since.to }
    if (has === undefined)
      sick.set(node, { findings: [finding], since, own: carrier === undefined, carriers: new Set(carrier === undefined ? [] : [carrier]) })
    else {
      has.findings.push(finding)
      has.since = { from: earlier(has.since.from, since.from), to: earlier(has.since.to, since.to) }
      has.own ||= carrier === undefined
      if (carrier !== undefined) has.carriers.add(carrier)
    }
  }
  for (const finding of findings) {
    const node = nodeOf(finding.urn)
    if (finding.class === 'blind') blind.add(node)
    if (!hurts(finding, now, kept)) continue
    add(node, finding, undefined)
    for (const also of finding.alsoNodes) if (also !== node) add(also, finding, node)
  }
  for (const node of sick.keys()) blind.delete(node)
  return { sick: new Map([...sick].map(([node, s]) => [node, { node, ...s }])), blind, dark, nodeOf }
}
