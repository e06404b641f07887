/** The landscape around a record, as the Map draws it: near things first, the worst of them first, the rest counted. */
import type { GraphAnswer, GraphNode } from '../../shared/contract/messages.ts'
import { type Health, healths } from '../../shared/model/health.ts'
import { own } from '../../shared/model/own.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { formatKey, parseUrn } from '../../shared/model/urn.ts'
import type { Queries } from '../store/store-types.ts'
import { besideNodes } from '../triage/grouping.ts'
import { type HeldFinding, heldFinding } from '../triage/held-finding.ts'
import { namesOf } from '../triage/names.ts'
import { nodeFor } from '../triage/sick.ts'
import { parseEnd } from './end-words.ts'
import { edgeOf, type Graph, graphOf } from './landscape.ts'
import { nodeHealth, statusOf } from './node-health.ts'

/** The graph and the findings that the Store or a file holds at a moment. */
export async function readLandscape(
  queries: Queries,
  at?: Date,
): Promise<{ readonly graph: Graph; readonly findings: readonly HeldFinding[] }> {
  const [edges, findings] = await Promise.all([queries.rows(own.id, 'edges', {}, at), queries.rows(own.id, 'findings', {}, at)])
  return { graph: graphOf(edges.map(({ row }) => edgeOf(row))), findings: findings.map(({ row }) => heldFinding(row)) }
}

/** Nodes to show: the focus, then by hops, at each hop the worst first; at most `limit`. */
export function around(
  graph: Graph,
  focus: readonly string[],
  hops: number,
  limit: number,
  healthOf: (node: string) => Health,
): readonly string[] {
  const worst = (a: string, b: string): number =>
    healths.indexOf(healthOf(a)) - healths.indexOf(healthOf(b)) || (a < b ? -1 : a > b ? 1 : 0)
  const shown = new Set(focus.slice(0, limit))
  let front: readonly string[] = [...shown]
  for (let hop = 0; hop < hops && front.length > 0 && shown.size < limit; hop++) {
    const next = [...new Set(front.flatMap((node) => besideNodes(graph, node)))].filter((node) => !shown.has(node)).sort(worst)
    front = next.slice(0, limit - shown.size)
    for (const node of front) shown.add(node)
  }
  return [...shown]
}

/**
 * Answers `graph.around`. Without a focus: around what hurts, else around the nodes with most links. A record that no edge knows is shown
 * at the record it lies within, or alone.
 */
export async function graphAround(
  queries: Queries,
  systems: AnySystems,
  ask: { readonly urn?: string | undefined; readonly hops: number; readonly limit: number },
  at?: Date,
): Promise<GraphAnswer> {
  const { graph, findings } = await readLandscape(queries, at)
  const byNode = new Map<string, HeldFinding[]>()
  for (const finding of findings)
    for (const node of [nodeFor(graph, systems, finding.urn), ...finding.alsoNodes])
      byNode.set(node, [...(byNode.get(node) ?? []), finding])
  const found = (node: string): Health =>
    nodeHealth(
      undefined,
      (byNode.get(node) ?? []).map((f) => f.severity),
      false,
    )
  const focus = ask.urn === undefined ? unfocused(graph, found, ask.limit) : [nodeFor(graph, systems, ask.urn)]
  const shown = around(graph, focus, ask.hops, ask.limit, found)
  const isShown = new Set(shown)
  const states = await statesOf(queries, systems, shown, at)
  const names = namesOf(systems, graph, findings)
  const nodes = shown.map((node): GraphNode => {
    const urn = parseUrn(node)
    const state = states.get(node)
    const more = new Set(besideNodes(graph, node).filter((n) => !isShown.has(n))).size
    const severities = (byNode.get(node) ?? []).map((f) => f.severity)
    const isUnseen = state === undefined || state.isUnseen
    return {
      id: node,
      label: names.label(node),
      system: urn?.system ?? parseEnd(node)?.kind.split('.')[0] ?? '',
      collection: urn?.collection ?? parseEnd(node)?.kind.split('.').slice(1).join('.') ?? '',
      health: nodeHealth(state?.status, severities, isUnseen),
      ...(state?.status === undefined ? {} : { word: state.status.word }),
      more,
    }
  })
  const edges = graph.edges
    .filter((e) => isShown.has(e.from) && isShown.has(e.to))
    .map(({ from, to, does, known, score }) => ({ from, to, does, known, ...(score === undefined ? {} : { score }) }))
  return { nodes, edges }
}

/** What hurts first, then what has most links. */
function unfocused(graph: Graph, healthOf: (node: string) => Health, limit: number): readonly string[] {
  const nodes = [...graph.labels.keys()]
  const links = (node: string): number => besideNodes(graph, node).length
  const bad = nodes.filter((node) => healths.indexOf(healthOf(node)) <= healths.indexOf('warn'))
  const from = bad.length > 0 ? bad : nodes
  return from.sort((a, b) => links(b) - links(a) || (a < b ? -1 : 1)).slice(0, Math.max(1, Math.floor(limit / 4)))
}

/** Status words of records, and whether they are seen now: not where their connection has not covered them for two polls. */
export async function statesOf(queries: Queries, systems: AnySystems, nodes: readonly string[], at: Date | undefined) {
  const keys = new Map<string, { readonly system: string; readonly collection: string; readonly keys: Set<string> }>()
  for (const node of nodes) {
    const urn = parseUrn(node)
    if (urn === undefined || systems[urn.system]?.collections[urn.collection] === undefined) continue
    const name = `${urn.system}.${urn.collection}`
    const has = keys.get(name) ?? { system: urn.system, collection: urn.collection, keys: new Set<string>() }
    has.keys.add(formatKey(urn.key))
    keys.set(name, has)
  }
  const out = new Map<string, { readonly status: ReturnType<typeof statusOf>; readonly isUnseen: boolean }>()
  for (const { system, collection, keys: some } of keys.values()) {
    const declared = systems[system]?.collections[collection]
    if (declared === undefined) continue
    const [rows, fresh] = await Promise.all([
      queries.rows(system, collection, { keys: [...some] }, at),
      queries.freshness(system, collection, at),
    ])
    const stale = new Set(fresh.flatMap((f) => (f.stale ? [f.connection] : [])))
    for (const r of rows) out.set(r.urn, { status: statusOf(declared, r.row), isUnseen: r.unseen !== undefined || stale.has(r.connection) })
  }
  return out
}
