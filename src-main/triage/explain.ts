/** Which hurt node explains the others best: paths of damage and the likelihood ratio of each candidate, healthy neighbours counting against it. */
import type { Severity } from '../../shared/model/finding.ts'
import type { Graph, LandscapeEdge } from '../landscape/landscape.ts'
import { isWell, mayHurt, mostHops } from './grouping.ts'
import type { Condition, Sick } from './sick.ts'

/** Chance that damage is missed by our checks, and that a node is hurt for a reason of its own. */
const missed = 0.3
const background = 0.06
/** How much a healthy neighbour weighs, and the most that all of them together take away. */
const healthyWeight = 0.5
const healthyMost = 1.5
const weightOfSeverity: Readonly<Record<Severity, number>> = { critical: 0.9, high: 0.65, warn: 0.35, info: 0.1 }
/** Two explanations closer than this (in nats) both fit. */
const clearMargin = 2

/** The best way damage takes from a cause to a node: chance along it, the edge of its last hop, the node before. */
export interface Reached {
  readonly chance: number
  readonly hops: number
  readonly via?: { readonly from: string; readonly edge: LandscapeEdge }
}

/** All hurt or unseen nodes that damage from `cause` can reach through hurt or unseen nodes, and the healthy ones at the rim. */
export function reach(graph: Graph, condition: Condition, cause: string): ReadonlyMap<string, Reached> {
  const best = new Map<string, Reached>([[cause, { chance: 1, hops: 0 }]])
  let front: readonly string[] = [cause]
  for (let hop = 1; hop <= mostHops && front.length > 0; hop++) {
    const next = new Set<string>()
    for (const from of front) {
      const here = best.get(from)
      if (here === undefined) continue
      for (const { node, edge, weight } of graph.effects.get(from) ?? []) {
        const chance = here.chance * weight
        const known = best.get(node)
        if (known !== undefined && (known.chance > chance || (known.chance === chance && (known.via?.from ?? '') <= from))) continue
        if (node === cause) continue
        best.set(node, { chance, hops: hop, via: { from, edge } })
        if (condition.sick.has(node) || mayHurt(graph, condition, node)) next.add(node)
      }
    }
    front = [...next]
  }
  return best
}

/** The nodes from a reached one back to the cause, the reached one first. */
export function wayBack(reached: ReadonlyMap<string, Reached>, node: string): readonly string[] {
  const way = [node]
  for (let at = reached.get(node)?.via; at !== undefined && way.length <= reached.size; at = reached.get(at.from)?.via) way.push(at.from)
  return way
}

/** True when the effect surely began before the cause did: then it is no cause of it, whatever the path. */
export function tooLate(cause: Sick, effect: Sick, slackMs: number): boolean {
  return cause.since.from.getTime() - effect.since.to.getTime() > slackMs
}

export interface Explanation {
  readonly node: string
  readonly score: number
  readonly reached: ReadonlyMap<string, Reached>
  /** Hurt nodes of the group it explains, itself left out. */
  readonly explains: ReadonlySet<string>
  /** Hurt nodes it reaches but that began before it. */
  readonly earlier: ReadonlySet<string>
}
export interface Explained {
  readonly best: Explanation
  /** Others that fit about as well and are not themselves explained by the best. */
  readonly rivals: readonly Explanation[]
  readonly all: readonly Explanation[]
}

/** Own weight of a candidate: how sure it is that it is broken itself. Each consumer that stands at a record adds to the record's. */
function ownWeight(sick: Sick): number {
  const not = sick.findings.reduce((rest, finding) => {
    const sure = finding.origin === 'intrinsic' ? 0.9 : 0.45
    return rest * (1 - weightOfSeverity[finding.severity] * sure)
  }, 1)
  return 1 - not
}

const candidatesAtMost = 40

/** What explaining stands on. `reach` keeps what it found, for one node is asked for many groups. */
export interface Reaching {
  readonly graph: Graph
  readonly condition: Condition
  /** Times closer than this are not told apart. */
  readonly slackMs: number
  readonly reach: (node: string) => ReadonlyMap<string, Reached>
}
export function reaching(graph: Graph, condition: Condition, slackMs: number): Reaching {
  const kept = new Map<string, ReadonlyMap<string, Reached>>()
  return {
    graph,
    condition,
    slackMs,
    reach: (node) => {
      const known = kept.get(node)
      if (known !== undefined) return known
      const found = reach(graph, condition, node)
      kept.set(node, found)
      return found
    },
  }
}

/** Ranks the nodes of a group as explanations of the group. Ties go to the one that explains more, began earlier, comes first by name. */
export function explain({ graph, condition, slackMs, reach: reachOf }: Reaching, group: readonly string[]): Explained | undefined {
  const sick = group.flatMap((node) => condition.sick.get(node) ?? [])
  const candidates =
    sick.length <= candidatesAtMost
      ? sick
      : sick
          .map((s) => ({ s, weight: ownWeight(s) * (1 + (graph.effects.get(s.node)?.length ?? 0)) }))
          .sort((a, b) => b.weight - a.weight || (a.s.node < b.s.node ? -1 : 1))
          .slice(0, candidatesAtMost)
          .map(({ s }) => s)
  const all = candidates.map((cause) => explanation(condition, cause, reachOf(cause.node), sick, slackMs)).sort(byFit)
  const standing = all.filter((one) => !all.some((other) => outranks(other, one)))
  const [best, ...rest] = standing.length > 0 ? standing : all
  if (best === undefined) return undefined
  const rivals = rest.filter((r) => r.explains.size > 0 && best.score - r.score < clearMargin && !best.explains.has(r.node))
  return { best, rivals, all }
}

/** True when `a` explains `b` and all that `b` explains, and not the other way round: then `b` is a step on the way. */
function outranks(a: Explanation, b: Explanation): boolean {
  if (a === b || !a.explains.has(b.node)) return false
  for (const node of b.explains) if (node !== a.node && !a.explains.has(node)) return false
  return !b.explains.has(a.node) || byFit(a, b) < 0
}

const byFit = (a: Explanation, b: Explanation): number =>
  b.score - a.score || b.explains.size - a.explains.size || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0)

function explanation(
  condition: Condition,
  cause: Sick,
  reached: ReadonlyMap<string, Reached>,
  group: readonly Sick[],
  slackMs: number,
): Explanation {
  const explains = new Set<string>()
  const earlier = new Set<string>()
  let score = Math.log(ownWeight(cause))
  for (const effect of group) {
    if (effect.node === cause.node) continue
    const chance = reached.get(effect.node)?.chance
    if (chance !== undefined && !tooLate(cause, effect, slackMs)) {
      explains.add(effect.node)
      score += Math.log((chance * (1 - missed) + (1 - chance) * background) / background)
    } else {
      if (chance !== undefined) earlier.add(effect.node)
      if (isSymptom(effect)) score += Math.log(0.2)
    }
  }
  let against = 0
  for (const [node, { chance, via }] of reached) {
    if (!isWell(condition, node) || via === undefined) continue
    const against1 = Math.log((chance * missed + (1 - chance) * (1 - background)) / (1 - background))
    against += healthyWeight * against1 * (via.edge.does === 'hosts' ? 0.2 : 1)
  }
  return { node: cause.node, score: score + Math.max(-healthyMost, against), reached, explains, earlier }
}

/** A node whose findings measure effects only. */
const isSymptom = (sick: Sick): boolean => sick.own && sick.findings.every((finding) => finding.origin === 'derived')
