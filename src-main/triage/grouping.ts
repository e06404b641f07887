/** Which hurt nodes belong together: connected in the impact graph through hurt or unseen nodes, begun within half an hour of each other. */
import type { Graph } from '../landscape/landscape.ts'
import type { Condition, Span } from './sick.ts'

export const togetherMs = 30 * 60_000
export const mostHops = 8

/** Milliseconds that surely lie between two beginnings; 0 where they may have been at once. */
export function apartMs(a: Span, b: Span): number {
  return Math.max(0, a.from.getTime() - b.to.getTime(), b.from.getTime() - a.to.getTime())
}

/** Nodes one hop away, whichever way damage goes. */
export function besideNodes(graph: Graph, node: string): readonly string[] {
  return [...(graph.effects.get(node) ?? []), ...(graph.causes.get(node) ?? [])].map((step) => step.node)
}

/**
 * True for a node that is not hurt as far as anybody knows but may be: one that did not answer, or one that no connection sees (a host, a
 * topic of an unconnected cluster) unless something healthy depends on it, which speaks against it.
 */
export function mayHurt(graph: Graph, condition: Condition, node: string): boolean {
  if (condition.sick.has(node)) return false
  if (condition.blind.has(node)) return true
  if (node.startsWith('urn:')) return false
  return !(graph.effects.get(node) ?? []).some((step) => isWell(condition, step.node))
}

/** Seen, and nothing hurts it. */
export function isWell(condition: Condition, node: string): boolean {
  return node.startsWith('urn:') && !condition.sick.has(node) && !condition.blind.has(node)
}

/**
 * Groups of hurt nodes, each sorted, the groups by their first node. Order of findings and edges does not matter. Nodes that were
 * together (`before`: members of incidents) stay so while they hurt, for a leader that moved leaves no link behind. What our own shut
 * eyes hide joins nothing new.
 */
export function groupSick(graph: Graph, condition: Condition, before: readonly (readonly string[])[] = []): readonly (readonly string[])[] {
  const parent = new Map<string, string>([...condition.sick.keys()].map((node) => [node, node]))
  const rootOf = (node: string): string => {
    let at = node
    for (;;) {
      const up = parent.get(at) ?? at
      if (up === at) return at
      const above = parent.get(up) ?? up
      parent.set(at, above)
      at = above
    }
  }
  const may = new Map<string, boolean>()
  const passes = (node: string): boolean => {
    const known = may.get(node)
    if (known !== undefined) return known
    const answer = !condition.dark.has(node) && mayHurt(graph, condition, node)
    may.set(node, answer)
    return answer
  }
  for (const [node, { since }] of condition.sick) {
    const seen = new Set([node])
    let front: readonly string[] = [node]
    for (let hop = 1; hop <= mostHops && front.length > 0; hop++) {
      const next: string[] = []
      for (const at of front)
        for (const beside of besideNodes(graph, at)) {
          if (seen.has(beside)) continue
          seen.add(beside)
          const other = condition.sick.get(beside)
          if (other !== undefined) {
            if (apartMs(since, other.since) <= togetherMs) parent.set(rootOf(beside), rootOf(node))
          } else if (passes(beside)) next.push(beside)
        }
      front = next
    }
  }
  for (const { node, carriers } of condition.sick.values())
    for (const carrier of carriers) if (condition.sick.has(carrier)) parent.set(rootOf(carrier), rootOf(node))
  for (const members of before) {
    const [first, ...rest] = members.filter((node) => condition.sick.has(node))
    if (first !== undefined) for (const node of rest) parent.set(rootOf(node), rootOf(first))
  }
  const groups = new Map<string, string[]>()
  for (const node of [...condition.sick.keys()].sort()) {
    const root = rootOf(node)
    const group = groups.get(root)
    if (group) group.push(node)
    else groups.set(root, [node])
  }
  return [...groups.values()]
}
