/** Findings and incidents as the page gets them, from what the Store or a file holds of them. */
import type { FindingAnswer, FindingsAnswer, IncidentAnswer } from '../../shared/contract/messages.ts'
import type { Interval } from '../../shared/model/fields.ts'
import { type Evidence, findingClasses, type Severity, severities } from '../../shared/model/finding.ts'
import { type Known, known } from '../../shared/model/known.ts'
import { own } from '../../shared/model/own.ts'
import type { Hop, Sentence } from '../../shared/model/sentence.ts'
import type { JudgeRow, Queries } from '../store/store-types.ts'
import { beforeWatching } from '../triage/damping.ts'

/** What holds at a moment (`at` absent: now), or what held at any time in a span. */
export async function answerFindings(
  queries: Queries,
  ask: {
    readonly urn?: string | undefined
    readonly system?: string | undefined
    readonly from?: Date | undefined
    readonly to?: Date | undefined
    readonly limit: number
  },
  at?: Date,
): Promise<FindingsAnswer> {
  const all =
    ask.from && ask.to
      ? heldOnce(await queries.heldBetween(own.id, 'findings', ask.from, ask.to))
      : (await queries.rows(own.id, 'findings', {}, at)).map((r) => findingAnswer(r))
  const findings = all
    .filter((f) => (ask.urn === undefined || f.urn === ask.urn) && (ask.system === undefined || f.system === ask.system))
    .toSorted(worstFirst)
  const incidents =
    ask.from && ask.to
      ? (await queries.heldBetween(own.id, 'incidents', ask.from, ask.to)).map((r) => incidentAnswer(r, all))
      : (await queries.rows(own.id, 'incidents', {}, at)).map((r) => incidentAnswer(r, all))
  const wanted = new Set(findings.map((f) => f.urn))
  return {
    findings: findings.slice(0, ask.limit),
    incidents: latestOfEach(incidents)
      .filter((i) => (ask.urn === undefined && ask.system === undefined) || i.members.some((m) => wanted.has(m)))
      .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.opened.getTime() - b.opened.getTime()),
    total: findings.length,
  }
}

/** Of several versions of a finding that was open all along, the last one; closed only where no version follows. */
function heldOnce(versions: Awaited<ReturnType<Queries['heldBetween']>>): readonly FindingAnswer[] {
  const last = new Map<string, { readonly from: Date; readonly finding: FindingAnswer }>()
  for (const version of versions) {
    const finding = findingAnswer(version, version.ended === undefined ? undefined : version.to)
    const id = `${finding.urn} ${finding.rule} ${finding.opened.getTime()}`
    const before = last.get(id)
    if (before === undefined || before.from <= version.from) last.set(id, { from: version.from, finding })
  }
  return [...last.values()].map((v) => v.finding)
}

/** Of several versions of one incident in a span, the last one. */
function latestOfEach(incidents: readonly IncidentAnswer[]): readonly IncidentAnswer[] {
  return [...new Map(incidents.map((i) => [i.incident, i])).values()]
}

const worstFirst = (a: FindingAnswer, b: FindingAnswer): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  a.opened.getTime() - b.opened.getTime() ||
  (a.urn + a.rule < b.urn + b.rule ? -1 : 1)

export function findingAnswer({ row }: Pick<JudgeRow, 'row'>, closed?: Date): FindingAnswer {
  const opened = date(row.opened)
  const since = (value<Interval>(row.since) ?? {}) as Interval
  return {
    urn: string(row.urn),
    rule: string(row.rule),
    system: string(row.system),
    label: string(row.label),
    class: findingClasses.find((c) => c === row.class) ?? 'failure',
    origin: row.origin === 'derived' ? 'derived' : 'intrinsic',
    severity: severity(row.severity),
    says: value<Sentence>(row.says) ?? [],
    since: {
      from: since.from ?? beforeWatching,
      to: since.to ?? opened,
      by: row.sinceBy === 'event' || row.sinceBy === 'server' ? row.sinceBy : 'seen',
    },
    opened,
    ...(closed === undefined ? {} : { closed }),
    evidence: (value<readonly (Omit<Evidence, 'at'> & { readonly at?: string | number | Date })[]>(row.evidence) ?? []).map(
      ({ at, ...e }) => ({
        ...e,
        ...(at === undefined ? {} : { at: new Date(at) }),
      }),
    ),
  }
}

function incidentAnswer({ row }: Pick<JudgeRow, 'row'>, findings: readonly FindingAnswer[]): IncidentAnswer {
  const opened = date(row.opened)
  const since = value<Interval>(row.since) ?? {}
  const members = value<readonly string[]>(row.members) ?? []
  return {
    incident: string(row.incident),
    title: value<Sentence>(row.title) ?? [],
    state: row.state === 'recovering' ? 'recovering' : 'open',
    severity: severity(row.severity),
    opened,
    since: { from: since.from ?? beforeWatching, to: since.to ?? opened, by: 'seen' },
    root: string(row.root),
    members,
    chain: (value<readonly (Omit<Hop, 'since'> & { readonly since?: string | number | Date })[]>(row.chain) ?? []).map(
      ({ since: s, ...hop }) => ({
        ...hop,
        ...(s === undefined ? {} : { since: new Date(s) }),
      }),
    ),
    contradicts: value<readonly Sentence[]>(row.contradicts) ?? [],
    blind: row.blind === true,
    findings: findings.filter((f) => members.includes(f.urn)),
  }
}

function value<T>(cell: Known<unknown> | undefined): T | undefined {
  const v = known(cell)
  return v === undefined || v === null ? undefined : (v as T)
}
const string = (cell: Known<unknown> | undefined): string => value<string>(cell) ?? ''
const date = (cell: Known<unknown> | undefined): Date => value<Date>(cell) ?? new Date(0)
const severity = (cell: Known<unknown> | undefined): Severity => severities.find((s) => s === cell) ?? 'info'
