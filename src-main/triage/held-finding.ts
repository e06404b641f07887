/** A finding while people see it, and as a row of `landscope.findings`. */
import type { Interval, Json } from '../../shared/model/fields.ts'
import { type Evidence, type Finding, findingClasses, type Severity, severities } from '../../shared/model/finding.ts'
import { known } from '../../shared/model/known.ts'
import type { Sentence } from '../../shared/model/sentence.ts'
import { beforeWatching } from './damping.ts'
import type { AnyRow } from './judging.ts'

/** An open finding. `also` are node ids (URNs, or the text of an end that no record matches). */
export interface HeldFinding extends Omit<Finding, 'also'> {
  readonly system: string
  readonly connection: string
  readonly label: string
  readonly opened: Date
  readonly alsoNodes: readonly string[]
  /** Rounds in a row that no longer saw it: above 0 it is about to close. */
  readonly misses: number
  /** Since when nobody can tell whether it still holds. */
  readonly blindSince?: Date
}

/** Plain JSON of a sentence, chain or evidence: 64-bit numbers and times become exact text. */
export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)) ?? 'null') as Json
}

/** The row of a finding. An unknown beginning is an open side of `since`. */
export function findingRow(finding: HeldFinding): AnyRow {
  const evidence: readonly Evidence[] = [
    ...(finding.evidence ?? []),
    ...(finding.blindSince === undefined ? [] : [{ label: notSeen, value: finding.blindSince.toISOString(), at: finding.blindSince }]),
  ]
  return {
    urn: finding.urn,
    rule: finding.rule,
    system: finding.system,
    connection: finding.connection,
    label: finding.label,
    class: finding.class,
    origin: finding.origin,
    severity: finding.severity,
    says: asJson(finding.says),
    since: sinceInterval(finding.since),
    sinceBy: finding.since.by,
    opened: finding.opened,
    evidence: asJson(evidence),
    also: [...finding.alsoNodes].sort(),
  }
}
const notSeen = 'Not seen since'

/** An interval with an open side where the beginning was before anybody watched. */
export function sinceInterval(since: { readonly from: Date; readonly to: Date }): Interval {
  return since.from.getTime() <= 0 ? { to: since.to } : { from: since.from, to: since.to }
}

/** A finding from its row. */
export function heldFinding(row: AnyRow): HeldFinding {
  const opened = cell<Date>(row.opened) ?? beforeWatching
  const since = cell<Interval>(row.since) ?? {}
  const evidence = (cell<readonly (Omit<Evidence, 'at'> & { readonly at?: string })[]>(row.evidence) ?? []).map(({ at, ...e }) =>
    at === undefined ? e : { ...e, at: new Date(at) },
  )
  const blind = evidence.find((e) => e.label === notSeen)
  const by = cell<string>(row.sinceBy)
  return {
    urn: cell<string>(row.urn) ?? '',
    rule: cell<string>(row.rule) ?? '',
    system: cell<string>(row.system) ?? '',
    connection: cell<string>(row.connection) ?? '',
    label: cell<string>(row.label) ?? '',
    class: findingClasses.find((c) => c === cell(row.class)) ?? 'failure',
    origin: cell(row.origin) === 'derived' ? 'derived' : 'intrinsic',
    severity: severities.find((s) => s === cell(row.severity)) ?? 'info',
    says: cell<Sentence>(row.says) ?? [],
    since: { from: since.from ?? beforeWatching, to: since.to ?? opened, by: by === 'event' || by === 'server' ? by : 'seen' },
    opened,
    evidence: evidence.filter((e) => e !== blind),
    alsoNodes: cell<readonly string[]>(row.also) ?? [],
    misses: 0,
    ...(blind === undefined ? {} : { blindSince: new Date(blind.value) }),
  }
}

/** The value of a cell, or undefined where it is unknown or absent. */
export function cell<T>(value: unknown): T | undefined {
  const v = known(value)
  return v === undefined || v === null ? undefined : (v as T)
}

/** The worse of two severities. */
export function worseSeverity(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) <= severities.indexOf(b) ? a : b
}
