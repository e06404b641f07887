/** What speaks against an explanation, and which loud neighbours it is not: only from findings, edges and their times. */
import { noun, type Sentence, say, type Span as Word } from '../../shared/model/sentence.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import { capital, counted } from '../../shared/model/words.ts'
import { type Explanation, type Reaching, tooLate, wayBack } from './explain.ts'
import { apartMs, isWell, togetherMs } from './grouping.ts'
import type { HeldFinding } from './held-finding.ts'
import type { Names } from './names.ts'
import type { Sick, Span } from './sick.ts'
import { ageWords, clock, listWords } from './time-words.ts'

/** A finding that closed lately. */
export interface PastFinding extends HeldFinding {
  readonly closed: Date
}
export interface CaseFile extends Reaching {
  readonly names: Names
  readonly now: Date
  /** Findings that closed within the last two hours. */
  readonly past: readonly PastFinding[]
}
const mostSuspects = 3

export function spanOf(nodes: readonly Sick[]): Span {
  const time = (pick: (s: Sick) => Date): Date => new Date(Math.min(...nodes.map((s) => pick(s).getTime())))
  return { from: time((s) => s.since.from), to: time((s) => s.since.to) }
}

/** A node as a control in a sentence; plain text where no record stands behind it. */
export function control(text: string, node: string): Word {
  return node.startsWith('urn:') ? noun(text, node) : text
}

/** The sentences of an incident, worst first: hurt ones left over, loud ones that began too late or have no way, healthy ones beside. */
export function contradictions(file: CaseFile, best: Explanation, group: readonly string[]): readonly Sentence[] {
  const hurt = group.filter((n) => n !== best.node).flatMap((n) => file.condition.sick.get(n) ?? [])
  const stood = hurt.filter((s) => best.explains.has(s.node))
  const suspects = suspectsOf(file, best, group)
  const left = hurt.filter((s) => !best.explains.has(s.node) && !suspects.some((suspect) => suspect.node === s.node))
  const cause = file.condition.sick.get(best.node)
  return [
    ...(cause === undefined ? [] : leftOver(file, best, left)),
    ...suspects
      .slice(0, mostSuspects)
      .map((suspect) => notIt(file, best, suspect, stood.length > 0 || cause === undefined ? stood : [cause])),
    ...healthyBeside(file, best),
  ]
}

/** Hurt nodes that the cause does not explain: those that damage from it does not reach, and those that were hurt before it was. */
function leftOver({ names }: CaseFile, best: Explanation, left: readonly Sick[]): readonly Sentence[] {
  const sentence = (of: readonly Sick[], why: string): readonly Sentence[] =>
    of.length === 0 ? [] : [say`${capital(listWords(of.map((s) => names.called(s.node))))}: hurt as well, but ${why}.`]
  return [
    ...sentence(
      left.filter((s) => !best.earlier.has(s.node)),
      'not reached by any link from it',
    ),
    ...sentence(
      left.filter((s) => best.earlier.has(s.node)),
      'began before it',
    ),
  ]
}

interface Suspect {
  readonly node: string
  readonly label: string
  readonly span: Span
  readonly closed?: Date
}

/** Nodes that are or were broken themselves around that time, in the systems of the incident, and that do not explain what it hurts. */
function suspectsOf(file: CaseFile, best: Explanation, group: readonly string[]): readonly Suspect[] {
  const { condition, names } = file
  const members = group.flatMap((n) => condition.sick.get(n) ?? [])
  if (members.length === 0) return []
  const began = spanOf(members)
  const instances = new Set(group.flatMap((node) => instanceOf(node) ?? []))
  const near = (node: string, span: Span): boolean =>
    node !== best.node && !best.explains.has(node) && instances.has(instanceOf(node) ?? '') && apartMs(span, began) <= togetherMs
  const now = [...condition.sick.values()]
    .filter((s) => s.own && s.findings.some((f) => f.origin === 'intrinsic') && near(s.node, s.since))
    .map((s): Suspect => ({ node: s.node, label: names.called(s.node), span: s.since }))
  const known = new Set(now.map((s) => s.node))
  const before = file.past
    .filter((f) => f.origin === 'intrinsic' && f.class !== 'risk' && f.severity !== 'info')
    .map((f): Suspect => ({ node: condition.nodeOf(f.urn), label: names.called(condition.nodeOf(f.urn)), span: f.since, closed: f.closed }))
    .filter((s) => !condition.sick.has(s.node) && near(s.node, s.span))
  for (const suspect of before.sort((a, b) => b.span.to.getTime() - a.span.to.getTime()))
    if (!known.has(suspect.node)) {
      known.add(suspect.node)
      now.push(suspect)
    }
  return now.sort((a, b) => a.span.to.getTime() - b.span.to.getTime() || (a.node < b.node ? -1 : 1))
}

function instanceOf(node: string): string | undefined {
  const urn = parseUrn(node)
  return urn === undefined ? undefined : `${urn.system}:${urn.instance}`
}

/** "Broker 2 was hurt 02:52–02:59, but all 3 groups stopped 11 min earlier and nothing leads from it to them." */
function notIt(file: CaseFile, best: Explanation, suspect: Suspect, stood: readonly Sick[]): Sentence {
  const { names, now, condition } = file
  const who = control(capital(suspect.label), suspect.node)
  const when =
    suspect.closed === undefined
      ? `is hurt since ${clock(suspect.span.to, now)} UTC`
      : `was hurt ${clock(suspect.span.to, now)}–${clock(suspect.closed, now)} UTC`
  const sick = condition.sick.get(suspect.node)
  const asCause: Sick = sick ?? { node: suspect.node, findings: [], since: suspect.span, own: true, carriers: new Set() }
  const reached = file.reach(suspect.node)
  const early = stood.filter((s) => tooLate(asCause, s, file.slackMs))
  const linked = stood.filter((s) => reached.has(s.node))
  const parts: string[] = []
  if (early.length > 0 && early.length === stood.length) {
    const byMs = Math.min(...early.map((s) => suspect.span.from.getTime() - s.since.to.getTime()))
    parts.push(`${themWords(names, early)} stopped ${ageWords(byMs)} earlier`)
  }
  const first = linked[0]
  if (linked.length === 0)
    parts.push(parts.length > 0 ? 'nothing leads from it to them' : `nothing leads from it to ${themWords(names, stood)}`)
  else if (parts.length === 0 && first !== undefined)
    parts.push(`it explains ${linked.length} of ${stood.length} where ${names.label(best.node)} explains ${best.explains.size}`)
  const path =
    linked.length > 0 && first !== undefined ? ` (path: ${[...wayBack(reached, first.node)].reverse().map(names.label).join(' → ')})` : ''
  return say`${who} ${when}, but ${parts.join(' and ')}${path}.`
}

/** `group a`, `both groups`, `all 3 groups`, `all 4`. */
function themWords(names: Names, them: readonly Sick[]): string {
  const only = them[0]
  if (only === undefined) return 'anything here'
  if (them.length === 1) return names.called(only.node)
  const kinds = new Set(them.map((s) => names.one(s.node)))
  const kind = [...kinds][0]
  if (kinds.size > 1 || kind === undefined || kind === '') return them.length === 2 ? 'both' : `all ${them.length}`
  return them.length === 2 ? `both ${counted(2, kind).slice(2)}` : `all ${counted(them.length, kind)}`
}

/** Healthy users of a dataset or record that is said to be the cause. */
function healthyBeside(file: CaseFile, best: Explanation): readonly Sentence[] {
  const well = (file.graph.effects.get(best.node) ?? [])
    .filter((step) => (step.edge.does === 'reads' || step.edge.does === 'stands-at') && isWell(file.condition, step.node))
    .map((step) => step.node)
  const names = [...new Set(well)].map((node) => file.names.called(node)).sort()
  if (names.length === 0) return []
  return [say`${capital(listWords(names))}: ${names.length === 1 ? 'uses' : 'use'} it too and ${names.length === 1 ? 'is' : 'are'} well.`]
}
