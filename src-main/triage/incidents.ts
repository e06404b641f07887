/** Incidents: findings that belong together over links, as one thing that hurts, with ids that go on from round to round. */
import type { Severity } from '../../shared/model/finding.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import type { Graph } from '../landscape/landscape.ts'
import { type Way, wayOf } from './chain.ts'
import { type CaseFile, contradictions, type PastFinding, spanOf } from './contradictions.ts'
import { type Explained, explain, reaching } from './explain.ts'
import { groupSick, mayHurt } from './grouping.ts'
import { type HeldFinding, worseSeverity } from './held-finding.ts'
import type { Incident } from './incident.ts'
import { incidentTitle } from './incident-title.ts'
import { namesOf } from './names.ts'
import { type Condition, conditionOf, type Unsighted } from './sick.ts'

export interface Situation {
  readonly systems: AnySystems
  readonly graph: Graph
  /** Open findings of all connections. */
  readonly findings: readonly HeldFinding[]
  /** Findings that closed within the last two hours. */
  readonly past: readonly PastFinding[]
  /** Records whose state is not known. */
  readonly unsighted: Unsighted
  readonly previous: readonly Incident[]
  readonly now: Date
  /** Times closer than this are not told apart: two polls. */
  readonly slackMs: number
  /** How long an incident stays as recovering after its last finding. */
  readonly recoverMs: number
}
/** An incident before its hops have words. */
export interface Found extends Omit<Incident, 'chain'> {
  readonly way?: Way
  /** The chain it had, where it only recovers. */
  readonly chain?: Incident['chain']
}
export interface Picture {
  readonly condition: Condition
  readonly incidents: readonly Found[]
}

/** All incidents at this moment: open ones, and those that recover. A closed one is simply no longer there. */
export function findIncidents(situation: Situation): Picture {
  const { graph, now, previous } = situation
  const kept = new Set(previous.flatMap((i) => i.members))
  const condition = conditionOf(graph, situation.systems, situation.findings, situation.unsighted, now, kept)
  const file: CaseFile = {
    ...reaching(graph, condition, situation.slackMs),
    names: namesOf(situation.systems, graph, [...situation.findings, ...situation.past]),
    now,
    past: situation.past,
  }
  const groups = groupSick(
    graph,
    condition,
    previous.map((i) => i.members),
  ).map((nodes) => ({ nodes, members: membersOf(condition, nodes) }))
  const before = continued(
    groups.map((g) => g.members),
    previous,
  )
  const taken = new Set(previous.map((i) => i.incident))
  const incidents: Found[] = []
  for (const [i, { nodes, members }] of groups.entries()) {
    const explained = explain(file, nodes)
    if (explained === undefined) continue
    incidents.push(found(file, nodes, members, explained, before[i], taken, situation))
  }
  const going = new Set(incidents.map((i) => i.incident))
  const present = new Set(incidents.flatMap((i) => i.members))
  for (const old of previous) {
    if (going.has(old.incident) || old.members.some((m) => present.has(m))) continue
    const quietSince = old.quietSince ?? now
    if (now.getTime() - quietSince.getTime() < situation.recoverMs) incidents.push({ ...old, state: 'recovering', quietSince })
  }
  return { condition, incidents }
}

/** Nodes of a group and the records whose findings they carry, sorted. */
function membersOf(condition: Condition, nodes: readonly string[]): readonly string[] {
  const urns = nodes.flatMap((n) => (condition.sick.get(n)?.findings ?? []).map((f) => f.urn))
  return [...new Set([...nodes, ...urns])].sort()
}

/** For each group the incident it goes on: the one with most members in common, of equals the older. Each goes on at most once. */
export function continued(groups: readonly (readonly string[])[], previous: readonly Incident[]): readonly (Incident | undefined)[] {
  const pairs = groups.flatMap((members, group) => {
    const own = new Set(members)
    return previous.map((incident) => ({
      group,
      incident,
      shared: incident.members.filter((m) => own.has(m)).length,
      first: members[0] ?? '',
    }))
  })
  pairs.sort(
    (a, b) =>
      b.shared - a.shared ||
      a.incident.opened.getTime() - b.incident.opened.getTime() ||
      (a.incident.incident + a.first < b.incident.incident + b.first ? -1 : 1),
  )
  const out: (Incident | undefined)[] = groups.map(() => undefined)
  const used = new Set<string>()
  for (const { group, incident, shared } of pairs) {
    if (shared === 0 || out[group] !== undefined || used.has(incident.incident)) continue
    out[group] = incident
    used.add(incident.incident)
  }
  return out
}

function found(
  file: CaseFile,
  nodes: readonly string[],
  members: readonly string[],
  explained: Explained,
  before: Incident | undefined,
  taken: Set<string>,
  { now }: Situation,
): Found {
  const { best } = explained
  const sick = nodes.flatMap((n) => file.condition.sick.get(n) ?? [])
  const findings = sick.flatMap((s) => s.findings)
  const severity = findings.reduce<Severity>((worst, f) => worseSeverity(worst, f.severity), 'info')
  const opened = before?.opened ?? new Date(Math.min(...findings.map((f) => f.opened.getTime())))
  const isRecovering = findings.every((f) => f.misses > 0)
  const hurt = sick.filter((s) => best.explains.has(s.node))
  const way = wayOf(file.graph, file.condition, best)
  const id = before?.incident ?? newId(opened, members, taken)
  taken.add(id)
  return {
    incident: id,
    title: incidentTitle(file, explained, nodes),
    state: isRecovering ? 'recovering' : 'open',
    severity,
    opened,
    since: spanOf(hurt.length > 0 ? hurt : sick),
    root: best.node,
    members,
    hit: [...best.explains].filter((n) => n.startsWith('urn:')).sort(),
    contradicts: contradictions(file, best, nodes),
    blind: findings.some((f) => f.blindSince !== undefined) || way.nodes.some((n) => mayHurt(file.graph, file.condition, n)),
    way,
    ...(isRecovering ? { quietSince: before?.quietSince ?? now } : {}),
  }
}

/** An id from when it opened and who was in it, so that the same facts give the same id. */
function newId(opened: Date, members: readonly string[], taken: ReadonlySet<string>): string {
  let hash = 0x811c9dc5
  for (const char of members.join('\n')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  const base = `${opened.toISOString().slice(0, 19).replace(/[-:]/g, '')}-${hash.toString(36).padStart(7, '0').slice(-5)}`
  let id = base
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`
  return id
}
