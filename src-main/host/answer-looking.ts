/** Answers the questions of a page that looks: windows, records, curves, names; through a lens, so live, past and file are the same. */
import type { NameHit, NamesAsk, Page, PageAsk, RecordAnswer, SeriesAnswer, SeriesAsk } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Severity } from '../../shared/model/finding.ts'
import type { Health } from '../../shared/model/health.ts'
import { healths } from '../../shared/model/health.ts'
import { own } from '../../shared/model/own.ts'
import { statesOf } from '../landscape/graph.ts'
import { answerFindings } from './answer-findings.ts'
import { declarations, declared, type Lens, recordName } from './lens.ts'

/** Above so long a text it is a paste, whose known names light up; below, something typed. */
const TYPED = 60

export async function answerPage(lens: Lens, { viewing: _, ...ask }: PageAsk): Promise<Page> {
  const { fields } = declared(ask.system, ask.collection).collections[ask.collection] ?? { fields: {} }
  const named = [...Object.keys(ask.where ?? {}), ...(ask.sort === undefined ? [] : [ask.sort.replace(/^-/, '')])]
  for (const field of named)
    if (!Object.hasOwn(fields, field)) throw new AppError('bad-request', `${ask.collection} has no field ${field}`, { system: ask.system })
  return lens.queries.page(ask, lens.at)
}

export async function answerRecord(lens: Lens, urn: string): Promise<RecordAnswer> {
  recordName(urn)
  const [record, { findings }] = await Promise.all([
    lens.queries.record(urn, lens.at),
    answerFindings(lens.queries, { limit: 1_000 }, lens.at),
  ])
  const worst = worstOf(findings)
  return {
    ...record,
    neighbours: record.neighbours.map((n) => {
      const health = worst.get(n.urn) ?? n.health
      return health === undefined ? n : { ...n, health }
    }),
    findings: findings.filter((f) => f.urn === urn),
  }
}

export async function answerSeries(lens: Lens, { viewing: _, ...ask }: SeriesAsk): Promise<SeriesAnswer> {
  const urn = recordName(ask.urn)
  const fields = declared(urn.system).collections[urn.collection]?.fields ?? {}
  for (const field of ask.fields)
    if (fields[field]?.keep !== 'series')
      throw new AppError('bad-request', `${urn.collection} keeps no curve of ${field}`, { system: urn.system })
  return lens.queries.series(ask)
}

/** Names by what was typed, or the known names inside a pasted text; the worst first. */
export async function answerNames(lens: Lens, ask: NamesAsk): Promise<readonly NameHit[]> {
  const text = ask.text.trim()
  if (text === '') return []
  const worst = worstOf((await answerFindings(lens.queries, { limit: 1_000 }, lens.at)).findings)
  const pasted = text.length > TYPED || /[\s=:{}"]/.test(text)
  const inside = pasted ? await lens.queries.namesIn(ask.text, ask.limit, lens.at) : []
  const typed = inside.length > 0 ? [] : (await lens.queries.names(text, ask.limit, lens.at)).map((hit) => ({ ...hit, spans: [] }))
  const hits = [...inside, ...typed].filter((hit) => hit.system !== own.id)
  const urns = hits.map((hit) => hit.urn)
  const states = await statesOf(lens.queries, declarations, urns, lens.at)
  const unhurt = (urn: string): Health => (states.get(urn)?.isUnseen === false ? 'ok' : 'unknown')
  return hits
    .map((hit) => ({ ...hit, health: worst.get(hit.urn) ?? unhurt(hit.urn) }))
    .toSorted((a, b) => healths.indexOf(a.health) - healths.indexOf(b.health))
}

const healthOf: Readonly<Record<Severity, Health>> = { critical: 'critical', high: 'high', warn: 'warn', info: 'ok' }
function worstOf(findings: readonly { readonly urn: string; readonly severity: Severity }[]): ReadonlyMap<string, Health> {
  const worst = new Map<string, Health>()
  for (const f of findings) {
    const health = healthOf[f.severity]
    const has = worst.get(f.urn)
    if (has === undefined || healths.indexOf(health) < healths.indexOf(has)) worst.set(f.urn, health)
  }
  return worst
}
