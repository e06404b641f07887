/** The landscape as a graph: nodes are records (URNs) or ends no record matches, edges say who reads, writes, runs on or hosts what. */
import type { Edge, Impact } from '../../shared/model/edge.ts'
import { unknown } from '../../shared/model/known.ts'
import { cell } from '../triage/held-finding.ts'
import { type AnyRow, impactOf } from '../triage/judging.ts'
import { endLabel, parseEnd } from './end-words.ts'

export type Does = Edge['does'] | 'matches'
/** A resolved edge: a row of `landscope.edges`. */
export interface LandscapeEdge {
  readonly from: string
  readonly to: string
  readonly does: Does
  readonly known: Edge['known']
  /** The connection that drew it. */
  readonly by: string
  readonly fromLabel: string
  readonly toLabel: string
  readonly score?: number
  readonly says?: string
}

/** How damage travels along each kind of edge; a match is the same work seen from two systems, so it travels both ways. */
export function impact(does: Does): Impact {
  return does === 'matches' ? 'both' : impactOf[does]
}

/** One step of damage, cause → effect. `weight`: the chance that a broken cause shows at its effect. */
export interface Step {
  readonly node: string
  readonly edge: LandscapeEdge
  readonly weight: number
}
export interface Graph {
  readonly edges: readonly LandscapeEdge[]
  readonly labels: ReadonlyMap<string, string>
  /** node → what it can hurt. */
  readonly effects: ReadonlyMap<string, readonly Step[]>
  /** node → what can hurt it. */
  readonly causes: ReadonlyMap<string, readonly Step[]>
}

/** Near-uniform on purpose: tuned weights per kind of edge found no more roots than equal ones. A guess weighs less, a match its score. */
function weightOf(edge: LandscapeEdge): number {
  const base = edge.does === 'stands-at' ? 0.9 : edge.does === 'matches' ? Math.min(0.95, Math.max(0.3, edge.score ?? 0.7)) : 0.7
  return edge.known === 'guessed' && edge.does !== 'matches' ? base * Math.max(0.3, edge.score ?? 0.5) : base
}

/** The graph of some edges. Order of the edges does not matter. */
export function graphOf(edges: readonly LandscapeEdge[]): Graph {
  const labels = new Map<string, string>()
  const effects = new Map<string, Step[]>()
  const causes = new Map<string, Step[]>()
  const push = (into: Map<string, Step[]>, at: string, step: Step): void => {
    const steps = into.get(at)
    if (steps) steps.push(step)
    else into.set(at, [step])
  }
  const travels = (cause: string, effect: string, edge: LandscapeEdge): void => {
    const weight = weightOf(edge)
    push(effects, cause, { node: effect, edge, weight })
    push(causes, effect, { node: cause, edge, weight })
  }
  for (const edge of edges) {
    labels.set(edge.from, edge.fromLabel)
    labels.set(edge.to, edge.toLabel)
    const way = impact(edge.does)
    if (way !== 'backward') travels(edge.from, edge.to, edge)
    if (way !== 'forward') travels(edge.to, edge.from, edge)
  }
  return { edges, labels, effects, causes }
}

/** What people call a node. */
export function labelOf(graph: Graph, node: string): string {
  const known = graph.labels.get(node)
  if (known !== undefined) return known
  const end = parseEnd(node)
  return end === undefined ? node : endLabel(end)
}

/** True when nothing differs: not the edges, not what is said of them. */
export function sameEdges(a: readonly LandscapeEdge[], b: readonly LandscapeEdge[]): boolean {
  const fields = ['from', 'to', 'does', 'known', 'by', 'fromLabel', 'toLabel', 'score', 'says'] as const
  return a.length === b.length && a.every((edge, i) => fields.every((field) => edge[field] === b[i]?.[field]))
}

export function edgeRow(edge: LandscapeEdge): AnyRow {
  return { ...edge, score: edge.score ?? unknown('unsupported'), says: edge.says ?? unknown('unsupported') }
}
export function edgeOf(row: AnyRow): LandscapeEdge {
  const score = cell<number>(row.score)
  const says = cell<string>(row.says)
  return {
    from: cell<string>(row.from) ?? '',
    to: cell<string>(row.to) ?? '',
    does: (cell<string>(row.does) ?? 'reads') as Does,
    known: (cell<string>(row.known) ?? 'guessed') as Edge['known'],
    by: cell<string>(row.by) ?? '',
    fromLabel: cell<string>(row.fromLabel) ?? '',
    toLabel: cell<string>(row.toLabel) ?? '',
    ...(score === undefined ? {} : { score }),
    ...(says === undefined ? {} : { says }),
  }
}
