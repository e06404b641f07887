/** The runner of judgement: after a round it runs the checks and links that the round concerns, resolves the landscape and finds the incidents. */
import { own } from '../../shared/model/own.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import { createEdgeBook } from '../landscape/edge-book.ts'
import type { Joiner } from '../landscape/joins/joiner.ts'
import { edgeOf, edgeRow, type Graph, graphOf, type LandscapeEdge, sameEdges } from '../landscape/landscape.ts'
import type { Queries, RoundWriter, Stored } from '../store/store-types.ts'
import { type HopText, hopsOf } from './chain.ts'
import { darkness } from './darkness.ts'
import { deriveRows } from './derive-rows.ts'
import { openFindingBook } from './finding-book.ts'
import type { Ground } from './gather.ts'
import { headlineOf } from './headline-of.ts'
import { findingRow, type HeldFinding } from './held-finding.ts'
import { type Incident, incidentOf, incidentRow } from './incident.ts'
import { worstFinding } from './incident-title.ts'
import { type Found, findIncidents } from './incidents.ts'
import type { AnyRow, Judges } from './judging.ts'
import { createLastRounds } from './last-rounds.ts'
import { namesOf } from './names.ts'
import { runCheck } from './run-check.ts'
import type { Condition } from './sick.ts'

/** A round of a connection that is stored: all collections it covered, changed or not. `failed`: it proved nothing. */
export interface Swept {
  readonly of: Stored
  readonly collections: readonly string[]
  readonly failed?: true
}
export interface JudgeOptions {
  /** W: trends are judged over it. */
  readonly windowMs: number
  /** Milliseconds between rounds of a collection of a connection, as it is swept now. */
  readonly pollMs: (of: Stored, collection: string) => number
  /** How long an incident shows as recovering after its last finding; default one minute. */
  readonly recoverMs?: number
  /** The moment looked at in a file; absent: live. */
  readonly at?: Date
  /** Told when a judge throws: a fault of ours. Its findings stay as they were. */
  readonly fault: (judge: string, thrown: unknown) => void
}
/** Everything that holds now, as rows of Landscope's own collections (each complete: put them with coverage `all`). */
export interface Judged {
  readonly findings: readonly AnyRow[]
  /** Absent: the same as in the call before. */
  readonly edges?: readonly AnyRow[]
  readonly incidents: readonly AnyRow[]
}
/** The same, as code reads it. */
export interface Standing {
  readonly graph: Graph
  readonly condition: Condition
  readonly findings: readonly HeldFinding[]
  readonly incidents: readonly Incident[]
}
export interface Judgement {
  /** Fills derived fields of a round that is staged, before its commit. */
  derive(of: Stored, round: Pick<RoundWriter, 'staged' | 'fill'>, collections: readonly string[], now: Date): Promise<void>
  /** Judges after rounds were committed; with none it only looks which findings can no longer be seen. One call at a time; later ones wait. */
  judge(swept: readonly Swept[], now: Date): Promise<Judged>
  /** What the last `judge` found. */
  standing(): Standing | undefined
  /** A connection was removed: its findings and edges go. */
  forget(connection: string, now: Date): void
}

/** Most incidents whose hops get their records' own words in one call; the others show their findings. */
const wordedIncidents = 5

/** True for an edge between the systems that a joiner joins. */
function joins(joiner: Joiner, edge: LandscapeEdge): boolean {
  const systems = new Set(joiner.of.map((name) => name.split('.')[0]))
  return [edge.from, edge.to].every((node) => systems.has(parseUrn(node)?.system ?? ''))
}

/** Opens judgement over a Store or an opened file: takes up the findings and incidents it holds. */
export async function openJudgement(
  queries: Queries,
  systems: AnySystems,
  judges: Readonly<Record<string, Judges>>,
  joiners: readonly Joiner[],
  now: Date,
  options: JudgeOptions,
): Promise<Judgement> {
  const rules = new Set(Object.values(judges).flatMap((room) => room.checks.map((check) => check.rule)))
  const findingBook = await openFindingBook(queries, now, rules, options.at)
  const edgeBook = createEdgeBook()
  const connections = new Map<string, Stored>()
  const rounds = createLastRounds()
  const matched = (await queries.rows(own.id, 'edges', { where: { does: 'matches' } }, options.at)).map(({ row }) => edgeOf(row))
  for (const joiner of joiners)
    edgeBook.match(
      joiner.name,
      matched.filter((edge) => joins(joiner, edge)),
    )
  let incidents = (await queries.rows(own.id, 'incidents', {}, options.at)).map(({ row }) => incidentOf(row))
  let standing: Standing | undefined
  let told: readonly LandscapeEdge[] | undefined
  let last: Promise<unknown> = Promise.resolve()
  const { fault } = options

  function grounds(of: Stored, at: Date): (collection: string) => Ground | undefined {
    const system = systems[of.system]
    const kept = new Map<string, Promise<unknown>>()
    return (collection) =>
      system && {
        queries,
        of,
        system,
        now: at,
        ...(options.at === undefined ? {} : { at: options.at }),
        windowMs: options.windowMs,
        pollMs: options.pollMs(of, collection),
        kept,
      }
  }

  async function guarded(name: string, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (thrown) {
      fault(name, thrown)
    }
  }

  async function judgeRound({ of, collections, failed }: Swept, at: Date): Promise<void> {
    connections.set(of.connection, of)
    const room = judges[of.system]
    if (room === undefined || failed === true) return
    const ground = grounds(of, at)
    const concerns = (needs: { readonly on: string; readonly also?: readonly string[] }): boolean =>
      [needs.on, ...(needs.also ?? [])].some((name) => collections.includes(name))
    for (const check of room.checks.filter(concerns)) {
      const on = ground(check.on)
      if (on === undefined) continue
      await guarded(check.rule, async () => {
        const held = findingBook.held(of.connection, check.rule)
        const seen = await runCheck(on, check, held)
        const fresh = seen.filter((o) => o.observed.is === 'firing' && o.observed.verdict.since === undefined && !held.has(o.urn))
        const since =
          fresh.length === 0
            ? () => undefined
            : await rounds.before(
                on,
                check.on,
                fresh.map((o) => o.urn),
              )
        findingBook.enter(of, check, seen, at, since)
      })
    }
    for (const [index, link] of room.links.entries()) {
      const on = ground(link.on)
      if (on !== undefined && concerns(link)) await guarded(`link ${of.system}.${link.on}`, () => edgeBook.draw(on, link, index))
    }
    for (const name of new Set(room.ends.map((e) => e.on))) {
      const on = ground(name)
      if (on !== undefined && collections.includes(name))
        await guarded(`ends ${of.system}.${name}`, () => edgeBook.name(on, room.ends, name))
    }
    for (const collection of collections) {
      const on = ground(collection)
      if (on !== undefined) await rounds.enter(on, collection)
    }
  }

  async function judge(swept: readonly Swept[], at: Date): Promise<Judged> {
    for (const round of swept) await judgeRound(round, at)
    for (const joiner of joiners) {
      const concerned = swept.some((s) => s.failed !== true && s.collections.some((c) => joiner.of.includes(`${s.of.system}.${c}`)))
      if (concerned)
        await guarded(`join ${joiner.name}`, async () => {
          const edges = await joiner.join(queries, [...connections.values()], at, options, edgeBook.matched(joiner.name))
          edgeBook.match(joiner.name, edges)
        })
    }
    const { edges, resolve } = await edgeBook.resolved(findingBook.ends())
    const nodes = (end: Parameters<typeof resolve>[0], by: string) => resolve(end, by).map((m) => m.node)
    const asked = [
      ...findingBook.shown(nodes).map((f) => ({ system: f.system, collection: parseUrn(f.urn)?.collection ?? '' })),
      ...[...connections.values()].flatMap(({ system }) => (judges[system]?.ends ?? []).map((end) => ({ system, collection: end.on }))),
    ]
    const isDark = await darkness(queries, systems, asked, options.at)
    findingBook.darken((of, collection) => isDark(of.connection, of.system, collection), at)
    const findings = findingBook.shown(nodes)
    const isSame = told === edges || (told !== undefined && sameEdges(told, edges))
    told = edges
    const graph = isSame && standing !== undefined ? standing.graph : graphOf(edges)
    const { condition, incidents: now } = findIncidents({
      systems,
      graph,
      findings,
      past: findingBook.past(at),
      unsighted: edgeBook.unsighted(isDark),
      previous: incidents,
      now: at,
      slackMs: 2 * slowestPoll(findings),
      recoverMs: options.recoverMs ?? 60_000,
    })
    const worded: Incident[] = []
    for (const [i, found] of now.entries()) worded.push(await withChain(found, graph, condition, findings, at, i < wordedIncidents))
    incidents = worded
    standing = { graph, condition, findings, incidents }
    return { findings: findings.map(findingRow), ...(isSame ? {} : { edges: edges.map(edgeRow) }), incidents: incidents.map(incidentRow) }
  }

  /** The slowest rhythm among those that saw these findings, at least a second. */
  function slowestPoll(findings: readonly HeldFinding[]): number {
    const polls = findings.flatMap((f) => {
      const of = connections.get(f.connection)
      return of === undefined ? [] : [options.pollMs(of, parseUrn(f.urn)?.collection ?? '')]
    })
    return Math.max(1_000, ...polls)
  }

  async function withChain(
    { way, chain, ...incident }: Found,
    graph: Graph,
    condition: Condition,
    findings: readonly HeldFinding[],
    at: Date,
    inOwnWords: boolean,
  ): Promise<Incident> {
    if (way === undefined) return { ...incident, chain: chain ?? [] }
    const names = namesOf(systems, graph, findings)
    const textOf = (node: string): Promise<HopText | undefined> => hopText(node, condition, at, inOwnWords)
    return { ...incident, chain: await hopsOf(way, condition, names, graph, textOf) }
  }

  async function hopText(node: string, condition: Condition, at: Date, inOwnWords: boolean): Promise<HopText | undefined> {
    const urn = parseUrn(node)
    const worst = condition.sick.get(node)
    const own = worstFinding(worst?.own === true ? worst.findings : [])
    const plainly: HopText | undefined = own && {
      detail: own.says.map((s) => (typeof s === 'string' ? s : s.text)).join(''),
      source: own.rule,
    }
    const of = urn && [...connections.values()].find((c) => c.system === urn.system && c.instance === urn.instance)
    const ground = of && urn && grounds(of, at)(urn.collection)
    if (ground === undefined || urn === undefined || !inOwnWords) return plainly
    try {
      const found = await headlineOf(ground, judges[urn.system]?.headlines ?? [], node, worst?.findings ?? [])
      return found === undefined ? plainly : { detail: found.hop, source: ground.of.title }
    } catch (thrown) {
      fault(`headline ${urn.system}.${urn.collection}`, thrown)
      return plainly
    }
  }

  return {
    derive: async (of, round, collections, at) => {
      const ground = grounds(of, at)(collections[0] ?? '')
      if (ground !== undefined) await deriveRows(ground, judges[of.system]?.derives ?? [], round, collections)
    },
    judge: (swept, at) => {
      const next = last.then(
        () => judge(swept, at),
        () => judge(swept, at),
      )
      last = next
      return next
    },
    standing: () => standing,
    forget: (connection, at) => {
      connections.delete(connection)
      edgeBook.forget(connection)
      findingBook.forget(connection, at)
    },
  }
}
