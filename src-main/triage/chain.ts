/** The chain of a record: hop by hop along edges, from the hurt to the cause or to a wall. */
import type { Hop } from '../../shared/model/sentence.ts'
import { parseEnd } from '../landscape/end-words.ts'
import type { Graph } from '../landscape/landscape.ts'
import { type Explanation, reach, tooLate, wayBack } from './explain.ts'
import { besideNodes, isWell, mayHurt } from './grouping.ts'
import type { Names } from './names.ts'
import type { Condition } from './sick.ts'
import { listWords } from './time-words.ts'

/** A chain is never longer. */
export const mostChainHops = 6

/** What a record says of itself as a hop, and where that comes from. */
export interface HopText {
  readonly detail: string
  readonly source: string
}
/** Where a chain goes: nodes from the hurt to its end, each beside the next; and what its end is. */
export interface Way {
  readonly nodes: readonly string[]
  readonly ends: 'cause' | 'fact' | 'wall'
}

/** True for a node that is broken itself: an intrinsic finding, or a record at which others stand. Effects alone make no cause. */
function isBroken(condition: Condition, node: string): boolean {
  const sick = condition.sick.get(node)
  return sick !== undefined && (!sick.own || sick.findings.some((f) => f.origin === 'intrinsic'))
}

/** A way that ends at a node, lengthened to the wall behind it where the node is not itself the cause. */
function ended(graph: Graph, condition: Condition, nodes: readonly string[]): Way {
  const last = nodes.at(-1) ?? ''
  if (isBroken(condition, last)) return { nodes, ends: 'cause' }
  const wall = nodes.length < mostChainHops && condition.sick.has(last) ? wallBehind(graph, condition, last) : undefined
  return wall === undefined || nodes.includes(wall) ? { nodes, ends: 'fact' } : { nodes: [...nodes, wall], ends: 'wall' }
}

/** The way from the hurt to what explains it. It starts at the farthest hurt node that is within six hops, the first by name of several. */
export function wayOf(graph: Graph, condition: Condition, best: Explanation): Way {
  let way: readonly string[] = [best.node]
  for (const node of [...best.explains].sort()) {
    const back = wayBack(best.reached, node)
    if (back.length <= mostChainHops && back.length > way.length) way = back
  }
  return ended(graph, condition, way)
}

/** A node that could hurt this one but that nobody sees; the first by name. */
function wallBehind(graph: Graph, condition: Condition, node: string): string | undefined {
  return [...(graph.causes.get(node) ?? [])]
    .map((step) => step.node)
    .filter((cause) => mayHurt(graph, condition, cause))
    .sort()[0]
}

/** Times closer than this are not told apart on a record's own chain: two slow polls. */
const slackMs = 40_000

/** The way that a record's own page shows: to the hurt node that explains it (`preferred` first), else to a wall, else itself. */
export function wayFrom(graph: Graph, condition: Condition, node: string, preferred?: string): Way {
  const hurt = condition.sick.get(node)
  const behind = [...(preferred === undefined ? [] : [preferred]), ...sickBehind(graph, condition, node)]
  for (const cause of behind) {
    const sick = condition.sick.get(cause)
    if (cause === node || (hurt !== undefined && sick !== undefined && tooLate(sick, hurt, slackMs))) continue
    const reached = reach(graph, condition, cause)
    if (!reached.has(node)) continue
    const back = wayBack(reached, node)
    if (back.length <= mostChainHops) return ended(graph, condition, back)
  }
  return ended(graph, condition, [node])
}

/** Hurt nodes upstream, the farthest first. */
function sickBehind(graph: Graph, condition: Condition, node: string): readonly string[] {
  const seen = new Set([node])
  const found: string[] = []
  let front: readonly string[] = [node]
  for (let hop = 1; hop < mostChainHops && front.length > 0; hop++) {
    const next: string[] = []
    for (const at of front)
      for (const { node: cause } of graph.causes.get(at) ?? []) {
        if (seen.has(cause)) continue
        seen.add(cause)
        if (condition.sick.has(cause)) found.push(cause)
        if (!isWell(condition, cause)) next.push(cause)
      }
    front = next.sort()
  }
  return found.reverse()
}

/** The hops of a way. `textOf` gives a record's own words (its headline's hop); a hurt node without any shows its worst finding. */
export async function hopsOf(
  way: Way,
  condition: Condition,
  names: Names,
  graph: Graph,
  textOf: (node: string) => Promise<HopText | undefined>,
): Promise<readonly Hop[]> {
  const out: Hop[] = []
  for (const [i, node] of way.nodes.entries()) {
    const isLast = i === way.nodes.length - 1
    const kind = isLast ? way.ends : 'fact'
    const since = condition.sick.get(node)?.since
    const text = kind === 'wall' ? undefined : await textOf(node)
    out.push({
      ...(node.startsWith('urn:') ? { urn: node } : {}),
      title: titleOfHop(names, node),
      detail: text?.detail ?? silentDetail(condition, names, graph, node, kind),
      kind,
      ...(since === undefined ? {} : { since: since.to }),
      source: text?.source ?? sourceOf(condition, names, node),
    })
  }
  return out
}

function titleOfHop(names: Names, node: string): string {
  const system = names.system(node)
  return system === '' ? names.label(node) : `${system} ${names.called(node)}`
}

function silentDetail(condition: Condition, names: Names, graph: Graph, node: string, kind: Hop['kind']): string {
  const sick = condition.sick.get(node)
  if (sick !== undefined && !sick.own) {
    const standing = [...sick.carriers].map((c) => names.label(c)).sort()
    return `${listWords(standing)} ${standing.length === 1 ? 'stands' : 'stand'} at it`
  }
  if (kind === 'wall' || mayHurt(graph, condition, node)) {
    return node.startsWith('urn:')
      ? 'Not seen: it did not answer.'
      : `Not seen: no connection shows this ${parseEnd(node)?.kind.split('.').at(-1) ?? 'end'}.`
  }
  return besideNodes(graph, node).length > 0 ? 'Nothing is known against it.' : ''
}

function sourceOf(condition: Condition, names: Names, node: string): string {
  const evidence = condition.sick.get(node)?.findings.flatMap((f) => f.evidence ?? [])
  return evidence?.find((e) => e.source !== undefined)?.source ?? names.system(node)
}
