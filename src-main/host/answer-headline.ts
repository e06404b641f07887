/** The sentence of a record, a system's page or the page Now, and its chain, through a lens. */
import type { HeadlineAnswer, HeadlineAsk } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { severities } from '../../shared/model/finding.ts'
import { known } from '../../shared/model/known.ts'
import { connectionStates, own } from '../../shared/model/own.ts'
import type { Hop } from '../../shared/model/sentence.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import { edgeOf, graphOf } from '../landscape/landscape.ts'
import type { Queries } from '../store/store-types.ts'
import { rooms } from '../systems/index.ts'
import { type HopText, hopsOf, wayFrom } from '../triage/chain.ts'
import { headlineOf } from '../triage/headline-of.ts'
import { type HeldFinding, heldFinding } from '../triage/held-finding.ts'
import { incidentOf } from '../triage/incident.ts'
import type { Judges } from '../triage/judging.ts'
import { namesOf } from '../triage/names.ts'
import { type Eye, nowHeadline } from '../triage/now-headline.ts'
import { conditionOf, type Unsighted } from '../triage/sick.ts'
import { systemHeadline } from '../triage/system-headline.ts'
import { connectionOf, declarations, declared, groundOf, type Lens } from './lens.ts'

/** Facts that only the live host has. */
export interface LiveFacts {
  readonly offline?: { readonly since: Date }
  readonly unsighted: Unsighted
}

const judgesOf = (system: string): Judges | undefined =>
  Object.hasOwn(rooms, system) ? rooms[system as keyof typeof rooms].judges : undefined

export async function answerHeadline(lens: Lens, ask: HeadlineAsk['of'], live: LiveFacts | undefined): Promise<HeadlineAnswer> {
  const findings = (await lens.queries.rows(own.id, 'findings', {}, lens.at)).map(({ row }) => heldFinding(row)).toSorted(worstFirst)
  if ('urn' in ask) return recordHeadline(lens, ask.urn, findings, live)
  const incidents = (await lens.queries.rows(own.id, 'incidents', {}, lens.at)).map(({ row }) => incidentOf(row))
  const facts = { now: lens.now, eyes: await eyesOf(lens), ...(live?.offline === undefined ? {} : { offline: live.offline }) }
  if ('page' in ask) return nowHeadline({ ...facts, incidents })
  const { title } = declared(ask.system)
  const mine = (urn: string): boolean => parseUrn(urn)?.system === ask.system
  return systemHeadline({
    ...facts,
    title,
    eyes: facts.eyes.filter((e) => e.system === ask.system),
    incidents: incidents.filter((i) => i.members.some(mine)),
    findings: findings.filter((f) => f.system === ask.system),
  })
}

const worstFirst = (a: HeldFinding, b: HeldFinding): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.opened.getTime() - b.opened.getTime()

async function eyesOf(lens: Lens): Promise<readonly (Eye & { readonly system: string })[]> {
  const rows = await lens.queries.rows(own.id, 'connections', {}, lens.at)
  const systems = [...new Set(rows.map(({ row }) => String(row.system)))].filter((system) => Object.hasOwn(declarations, system))
  const then = lens.at === undefined ? undefined : await answersBefore(lens.queries, systems, lens.at)
  return rows.map(({ row, unseen }) => {
    const why = known(row.why)
    const lastAnswer = then === undefined ? known(row.lastAnswer) : then.get(String(row.connection))
    return {
      title: String(known(row.title) ?? ''),
      system: String(known(row.system) ?? ''),
      // what nobody went on writing down says nothing of later
      state: (unseen === undefined ? connectionStates.find((s) => s === row.state) : undefined) ?? 'stale',
      ...(typeof why === 'string' ? { why } : {}),
      ...(lastAnswer instanceof Date ? { lastAnswer } : {}),
    }
  })
}

/** When each connection had last answered at a moment of the past: only what was covered says so, for the row itself keeps no history. */
async function answersBefore(queries: Queries, systems: readonly string[], at: Date): Promise<ReadonlyMap<string, Date>> {
  const asked = systems.flatMap((system) => Object.keys(declared(system).collections).map((name) => queries.freshness(system, name, at)))
  const last = new Map<string, Date>()
  for (const { connection, at: answered } of (await Promise.all(asked)).flat()) {
    const before = last.get(connection)
    if (answered !== undefined && (before === undefined || before < answered)) last.set(connection, answered)
  }
  return last
}

async function recordHeadline(
  lens: Lens,
  text: string,
  findings: readonly HeldFinding[],
  live: LiveFacts | undefined,
): Promise<HeadlineAnswer> {
  const urn = parseUrn(text)
  const isRecord = urn !== undefined && Object.hasOwn(declarations, urn.system)
  const of = isRecord ? connectionOf(lens, urn) : undefined
  const said =
    of &&
    (await headlineOf(
      groundOf(lens, of),
      judgesOf(of.system)?.headlines ?? [],
      text,
      findings.filter((f) => f.urn === text),
    ))
  if (said === undefined && isRecord)
    throw new AppError('not-found', `Nothing is known of ${urn.key.join(' ')} at this moment.`, { system: urn.system })
  const chain = await chainOf(lens, text, findings, live)
  if (said !== undefined) return { headline: said.headline, chain, asOf: said.asOf }
  const last = chain.at(-1)
  return { headline: { says: [last === undefined ? text : `${last.title}: ${last.detail}`], health: 'unknown' }, chain, asOf: lens.now }
}

/** The chain from a record to what explains it. */
async function chainOf(lens: Lens, node: string, findings: readonly HeldFinding[], live: LiveFacts | undefined): Promise<readonly Hop[]> {
  const graph = graphOf((await lens.queries.rows(own.id, 'edges', {}, lens.at)).map(({ row }) => edgeOf(row)))
  const incidents = (await lens.queries.rows(own.id, 'incidents', {}, lens.at)).map(({ row }) => incidentOf(row))
  const kept = new Set(incidents.flatMap((i) => i.members))
  const unsighted: Unsighted = live?.unsighted ?? { unseen: new Set(), dark: new Set() }
  const condition = conditionOf(graph, declarations, findings, unsighted, lens.now, kept)
  const counted = condition.nodeOf(node)
  const preferred = incidents.find((i) => i.members.includes(node) || i.members.includes(counted))?.root
  const way = wayFrom(graph, condition, counted, preferred)
  const textOf = async (at: string): Promise<HopText | undefined> => {
    const urn = parseUrn(at)
    if (urn === undefined) return undefined
    const of = connectionOf(lens, urn)
    const said = await headlineOf(
      groundOf(lens, of),
      judgesOf(urn.system)?.headlines ?? [],
      at,
      findings.filter((f) => f.urn === at),
    )
    return said && { detail: said.hop, source: of.title }
  }
  return hopsOf(way, condition, namesOf(declarations, graph, findings), graph, textOf)
}
