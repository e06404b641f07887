/** The sentence of an incident: what is broken, what it stops, since when. Pure; the same everywhere it is shown. */

import { severities } from '../../shared/model/finding.ts'
import { plain, type Sentence, say } from '../../shared/model/sentence.ts'
import { capital, counted } from '../../shared/model/words.ts'
import { type CaseFile, control, spanOf } from './contradictions.ts'
import type { Explained, Explanation } from './explain.ts'
import type { HeldFinding } from './held-finding.ts'
import type { Names } from './names.ts'
import type { Sick } from './sick.ts'
import { listWords, sinceWords } from './time-words.ts'

/** Of several findings the one to be said: worst, own before carried, first by rule. */
export function worstFinding(findings: readonly HeldFinding[]): HeldFinding | undefined {
  return findings.toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.rule + a.urn < b.rule + b.urn ? -1 : 1),
  )[0]
}

export function incidentTitle(file: CaseFile, explained: Explained, group: readonly string[]): Sentence {
  const { best, rivals } = explained
  const hit = [...best.explains].sort().flatMap((node) => file.condition.sick.get(node) ?? [])
  const root = file.condition.sick.get(best.node)
  if (root !== undefined && !root.own) return stopped(file, best, root, hit)
  if (rivals.length > 0) return undecided(file, explained, group)
  const worst = worstFinding(root?.findings ?? [])
  const says: Sentence = worst?.says ?? [file.names.called(best.node)]
  if (hit.length === 0) return says
  return say`${ended(says)} It hurts ${hitWords(file.names, hit)}.`
}

/** "The record at orders-2 @ 1,234 stops 3 consumers: a, b and c stand at it since 02:41:08 UTC." */
function stopped(file: CaseFile, best: Explanation, root: Sick, hit: readonly Sick[]): Sentence {
  const { names, now } = file
  const standing = [...root.carriers].sort()
  const others = hit.filter((s) => !root.carriers.has(s.node))
  const who = standing.flatMap((node, i) => [
    ...(i === 0 ? [] : [i === standing.length - 1 ? ' and ' : ', ']),
    control(names.label(node), node),
  ])
  const [one] = standing
  if (one !== undefined && standing.length === 1) return alone(file, one, others)
  const also = others.length === 0 ? '' : `; it hurts ${hitWords(names, others)} as well`
  return say`The record at ${control(names.label(best.node), best.node)} stops ${counted(standing.length, 'consumer')}: ${who} stand at it ${sinceWords(root.since, now)}${also}.`
}

/** One consumer at a record proves nothing of the record yet: what it says of itself. */
function alone(file: CaseFile, node: string, others: readonly Sick[]): Sentence {
  const says: Sentence = worstFinding(file.condition.sick.get(node)?.findings ?? [])?.says ?? [file.names.called(node)]
  return others.length === 0 ? says : say`${ended(says)} It hurts ${hitWords(file.names, others)}.`
}

/** "3 groups hurt since …. Two explanations fit: broker 1 (explains 3 of 3), broker 2 (explains 2 of 3)." */
function undecided(file: CaseFile, { best, rivals }: Explained, group: readonly string[]): Sentence {
  const both = [best, ...rivals]
  const causes = new Set(both.map((e) => e.node))
  const hurt = group.filter((node) => !causes.has(node)).flatMap((node) => file.condition.sick.get(node) ?? [])
  const fits = both.slice(0, 3).flatMap((e, i) => {
    const explains = hurt.filter((s) => e.explains.has(s.node)).length
    return [...(i === 0 ? [] : [', ']), control(file.names.called(e.node), e.node), ` (explains ${explains} of ${hurt.length})`]
  })
  const count = ['Two', 'Three'][both.length - 2] ?? `${both.length}`
  return say`${capital(hitWords(file.names, hurt))}: hurt ${sinceWords(spanOf(hurt), file.now)}. ${count} explanations fit: ${fits}.`
}

/** `3 groups: a, b and c; job x`. */
function hitWords(names: Names, hit: readonly Sick[]): string {
  const kinds = new Map<string, Sick[]>()
  for (const s of hit) kinds.set(names.one(s.node), [...(kinds.get(names.one(s.node)) ?? []), s])
  return [...kinds]
    .map(([kind, some]) => {
      const labels = some.map((s) => names.label(s.node))
      return some.length === 1 || kind === ''
        ? listWords(some.map((s) => names.called(s.node)))
        : `${counted(some.length, kind)} (${listWords(labels)})`
    })
    .join(', ')
}

/** A sentence that ends with a full stop. */
function ended(sentence: Sentence): Sentence {
  return /[.!?]$/.test(plain(sentence)) ? sentence : [...sentence, '.']
}
