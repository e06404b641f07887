/** An incident, and as a row of `landscope.incidents`. */
import type { Interval } from '../../shared/model/fields.ts'
import { type Severity, severities } from '../../shared/model/finding.ts'
import type { Hop, Sentence } from '../../shared/model/sentence.ts'
import { beforeWatching } from './damping.ts'
import { asJson, cell, sinceInterval } from './held-finding.ts'
import type { AnyRow } from './judging.ts'
import type { Span } from './sick.ts'

export interface Incident {
  readonly incident: string
  readonly title: Sentence
  readonly state: 'open' | 'recovering'
  readonly severity: Severity
  readonly opened: Date
  readonly since: Span
  readonly root: string
  /** Nodes and the records whose findings they carry. */
  readonly members: readonly string[]
  readonly hit: readonly string[]
  readonly chain: readonly Hop[]
  readonly contradicts: readonly Sentence[]
  readonly blind: boolean
  /** Since when none of its findings is seen any more. */
  readonly quietSince?: Date
}

export function incidentRow(incident: Incident): AnyRow {
  return {
    incident: incident.incident,
    title: asJson(incident.title),
    state: incident.state,
    severity: incident.severity,
    opened: incident.opened,
    since: sinceInterval(incident.since),
    root: incident.root,
    members: incident.members,
    hit: incident.hit,
    chain: asJson(incident.chain),
    contradicts: asJson(incident.contradicts),
    blind: incident.blind,
  }
}

export function incidentOf(row: AnyRow): Incident {
  const since = cell<Interval>(row.since) ?? {}
  const opened = cell<Date>(row.opened) ?? beforeWatching
  return {
    incident: cell<string>(row.incident) ?? '',
    title: cell<Sentence>(row.title) ?? [],
    state: cell(row.state) === 'recovering' ? 'recovering' : 'open',
    severity: severities.find((s) => s === cell(row.severity)) ?? 'info',
    opened,
    since: { from: since.from ?? beforeWatching, to: since.to ?? opened },
    root: cell<string>(row.root) ?? '',
    members: cell<readonly string[]>(row.members) ?? [],
    hit: cell<readonly string[]>(row.hit) ?? [],
    chain: (cell<readonly (Omit<Hop, 'since'> & { readonly since?: string })[]>(row.chain) ?? []).map(({ since: s, ...hop }) =>
      s === undefined ? hop : { ...hop, since: new Date(s) },
    ),
    contradicts: cell<readonly Sentence[]>(row.contradicts) ?? [],
    blind: cell(row.blind) === true,
  }
}
