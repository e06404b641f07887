/** The book of findings: what each rule says of each record from round to round. It is rebuilt from stored findings at start. */

import type { End } from '../../shared/model/edge.ts'
import type { Finding } from '../../shared/model/finding.ts'
import { own } from '../../shared/model/own.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import type { Queries, Stored } from '../store/store-types.ts'
import type { PastFinding } from './contradictions.ts'
import { type Damped, type Damping, damp, defaultDamping, type Observed } from './damping.ts'
import { type HeldFinding, heldFinding } from './held-finding.ts'
import type { AnyCheck } from './judging.ts'
import type { Observation } from './run-check.ts'

/** Closed findings are remembered this long: what was loud and went is named when something else hurts. */
const rememberMs = 2 * 3_600_000

interface Entry {
  readonly of: Pick<Stored, 'system' | 'connection'>
  readonly urn: string
  readonly rule: string
  readonly label: string
  readonly damping: Damping
  readonly damped: Damped
  /** What a stored finding also stood for, until its rule speaks again. */
  readonly alsoNodes: readonly string[]
}

export interface FindingBook {
  /** URNs of a connection that have a finding of a rule, shown or not yet. */
  held(connection: string, rule: string): ReadonlySet<string>
  /** Enters a round of one check. `before`: the last round that could have seen it and did not. */
  enter(of: Stored, check: AnyCheck, observations: readonly Observation[], at: Date, before: (urn: string) => Date | undefined): void
  /** Freezes shown findings nobody can see now: `isDark` of their connection and collection. */
  darken(isDark: (of: Pick<Stored, 'system' | 'connection'>, collection: string) => boolean, at: Date): void
  /** Closes all findings of a connection that was removed. */
  forget(connection: string, at: Date): void
  /** Shown findings; `nodes` turns the ends they carry over to into nodes. */
  shown(nodes: (end: End, connection: string) => readonly string[]): readonly HeldFinding[]
  /** Ends that shown findings carry over to. */
  ends(): readonly End[]
  past(at: Date): readonly PastFinding[]
}

/** Opens the book with what the Store holds: findings shown when we stopped (of `rules` that still exist), and those closed within the last two hours. */
export async function openFindingBook(queries: Queries, now: Date, rules: ReadonlySet<string>, at?: Date): Promise<FindingBook> {
  const entries = new Map<string, Entry>()
  let past: PastFinding[] = []
  const keyOf = (rule: string, urn: string): string => `${rule}\u0000${urn}`
  const byRule = new Map<string, Set<string>>()
  const ruleKey = (connection: string, rule: string): string => `${connection}\u0000${rule}`

  const put = (entry: Entry): void => {
    entries.set(keyOf(entry.rule, entry.urn), entry)
    const key = ruleKey(entry.of.connection, entry.rule)
    const urns = byRule.get(key)
    if (urns) urns.add(entry.urn)
    else byRule.set(key, new Set([entry.urn]))
  }
  const drop = (entry: Entry, at: Date): void => {
    entries.delete(keyOf(entry.rule, entry.urn))
    byRule.get(ruleKey(entry.of.connection, entry.rule))?.delete(entry.urn)
    if (entry.damped.opened !== undefined) past.push({ ...shownOf(entry, entry.damped.opened, entry.alsoNodes), closed: at })
  }

  for (const { row } of await queries.rows(own.id, 'findings', {}, at)) {
    const finding = heldFinding(row)
    if (rules.has(finding.rule)) put({ ...restored(finding), alsoNodes: finding.alsoNodes })
  }
  const from = new Date(now.getTime() - rememberMs)
  for (const held of await queries.heldBetween(own.id, 'findings', from, now))
    if (held.to !== undefined && held.ended !== undefined) past.push({ ...heldFinding(held.row), closed: held.to })

  return {
    held: (connection, rule) => new Set(byRule.get(ruleKey(connection, rule))),
    enter: (of, check, observations, at, before) => {
      for (const { urn, label, observed } of observations) {
        const entry = entries.get(keyOf(check.rule, urn))
        const damping = { opens: check.opens ?? defaultDamping.opens, closes: check.closes ?? defaultDamping.closes }
        const damped = damp(entry?.damped, observed, damping, at, before(urn))
        const alsoNodes = observed.is === 'firing' ? [] : (entry?.alsoNodes ?? [])
        if (damped !== undefined) put({ of, urn, rule: check.rule, label: label || (entry?.label ?? ''), damping, damped, alsoNodes })
        else if (entry !== undefined) drop(entry, at)
      }
    },
    darken: (isDark, at) => {
      const why: Observed = { is: 'blind', why: { unknown: 'unanswered' } }
      for (const entry of [...entries.values()]) {
        const collection = parseUrn(entry.urn)?.collection
        if (entry.damped.opened === undefined || entry.damped.blind !== undefined || collection === undefined) continue
        const damped = isDark(entry.of, collection) ? damp(entry.damped, why, entry.damping, at, undefined) : undefined
        if (damped !== undefined) put({ ...entry, damped })
      }
    },
    forget: (connection, at) => {
      for (const entry of [...entries.values()]) if (entry.of.connection === connection) drop(entry, at)
    },
    shown: (nodes) =>
      [...entries.values()].flatMap((entry) => {
        const { opened, verdict } = entry.damped
        if (opened === undefined) return []
        const also = (verdict.also ?? []).flatMap((end) => nodes(end, entry.of.connection))
        return [shownOf(entry, opened, also.length > 0 ? also : entry.alsoNodes)]
      }),
    ends: () => [...entries.values()].flatMap((entry) => (entry.damped.opened === undefined ? [] : (entry.damped.verdict.also ?? []))),
    past: (at) => {
      past = past.filter((f) => at.getTime() - f.closed.getTime() <= rememberMs)
      return past
    },
  }
}

function shownOf(entry: Entry, opened: Date, alsoNodes: readonly string[]): HeldFinding {
  const { also: _, ...verdict } = entry.damped.verdict
  const blind = entry.damped.blind
  const finding: Omit<Finding, 'also'> = { ...verdict, rule: entry.rule, urn: entry.urn, since: entry.damped.since }
  return {
    ...finding,
    system: entry.of.system,
    connection: entry.of.connection,
    label: entry.label,
    opened,
    alsoNodes,
    misses: entry.damped.misses,
    ...(blind === undefined ? {} : { blindSince: blind.since }),
  }
}

function restored(finding: HeldFinding): Omit<Entry, 'alsoNodes'> {
  const { urn, rule, label, system, connection, since, opened, blindSince } = finding
  const verdict = {
    class: finding.class,
    origin: finding.origin,
    severity: finding.severity,
    says: finding.says,
    since,
    ...(finding.evidence === undefined ? {} : { evidence: finding.evidence }),
  }
  const blind = blindSince === undefined ? {} : { blind: { since: blindSince, why: { unknown: 'nobody-watching' as const } } }
  const damped: Damped = { verdict, since, hits: defaultDamping.opens, misses: 0, opened, ...blind }
  return { of: { system, connection }, urn, rule, label, damping: defaultDamping, damped }
}
