import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { own } from '../../shared/model/own.ts'
import { say } from '../../shared/model/sentence.ts'
import { graphAround } from '../landscape/graph.ts'
import { encode } from '../store/columns.ts'
import { openStore } from '../store/open-store.ts'
import type { Store, Stored } from '../store/store-types.ts'
import { atSecond, group, handMade, kafkaOne, record, streams, topic } from './hand-made.ts'
import { heldFinding } from './held-finding.ts'
import { incidentOf } from './incident.ts'
import { type AnyRow, check, ends, type Judges, link } from './judging.ts'
import { type Judged, type Judgement, openJudgement } from './run-judges.ts'

const mine: Stored = { connection: own.id, system: own.id, instance: 'self', title: own.title }
const none: Judges = { derives: [], checks: [], links: [], ends: [], headlines: [] }
const at = { kind: 'kafka.record', name: ['orders', '0', '90'], instance: 'K' }
const stuck = check(
  streams,
  { on: 'groupPartitions', also: ['groups'], past: ['committed'], rule: 'kafka.group.stuck', says: 'Stuck' },
  (row, see) =>
    see.past('committed').length > 1 || see.rows('groups')[0]?.lag === 0
      ? undefined
      : { class: 'staleness', origin: 'derived', severity: 'high', says: say`${row.group} stands.`, also: [at] },
)
const kafka: Judges = {
  ...none,
  checks: [stuck],
  links: [
    link(streams, { on: 'groups' }, (row, see) => {
      const me = { kind: 'kafka.group', name: [row.group], instance: see.of.instance }
      const reads = { from: { kind: 'kafka.topic', name: ['orders'] }, to: me, does: 'reads', known: 'observed' } as const
      return row.lag === 0 ? [reads] : [reads, { from: me, to: at, does: 'stands-at', known: 'observed' }]
    }),
  ],
  ends: [
    ends(streams, 'groups', (row) => [{ kind: 'kafka.group', name: [row.group] }]),
    ends(streams, 'topics', (row) => [{ kind: 'kafka.topic', name: [row.topic] }]),
  ],
}

let folder = ''
let store: Store
let clock = atSecond(0)
let judgement: Judgement
const faults: unknown[] = []
const systems = Object.values(handMade)
const openAll = async (): Promise<void> => {
  store = await openStore({ folder, systems, now: () => clock })
  judgement = await openJudgement(store, handMade, { kafka }, [], clock, {
    windowMs: 15_000,
    pollMs: () => 5_000,
    fault: (_, thrown) => faults.push(thrown),
  })
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'judged-'))
  clock = atSecond(0)
  faults.length = 0
  await openAll()
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
  expect(faults).toEqual([])
})

async function put(
  of: Stored,
  system: typeof streams | typeof own,
  sweep: string,
  rows: Readonly<Record<string, readonly AnyRow[] | undefined>>,
) {
  const round = store.round(of, sweep, clock, 5_000)
  const collections: Readonly<Record<string, Parameters<typeof encode>[0]>> = system.collections
  for (const [name, some] of Object.entries(rows)) {
    const collection = collections[name]
    if (collection === undefined) continue
    if (some === undefined) {
      round.same(name, 'all')
      continue
    }
    await round.stage(name, encode(collection, some))
    round.cover(name, 'all')
  }
  await round.commit(clock)
}
/** One round of Kafka at a time, judged and stored. */
async function round(seconds: number, groups: Readonly<Record<string, number>>, committed: bigint): Promise<Judged> {
  clock = atSecond(seconds)
  const names = Object.keys(groups)
  await put(kafkaOne, streams, 'all', {
    topics: [{ topic: 'orders' }],
    groups: names.map((g) => ({ group: g, lag: groups[g] ?? 0, topic: 'orders', kind: 'consumer' })),
    groupPartitions: names.map((g) => ({ group: g, topic: 'orders', partition: 0n, committed })),
  })
  const judged = await judgement.judge([{ of: kafkaOne, collections: ['topics', 'groups', 'groupPartitions'] }], clock)
  await put(mine, own, 'judge', { findings: judged.findings, edges: judged.edges, incidents: judged.incidents })
  return judged
}
const node = record('orders', 0, 90)

test('what is judged over the real Store is stored, read back the same, and goes on after a restart', { timeout: 60_000 }, async () => {
  await round(0, { a: 0, b: 0 }, 80n)
  await round(5, { a: 0, b: 0 }, 90n)
  for (let s = 10; s <= 20; s += 5) await round(s, { a: 7, b: 7 }, 90n)
  const open = await round(25, { a: 7, b: 7 }, 90n)
  expect(open.findings.map((f) => [f.label, f.since, f.also])).toEqual([
    ['a-orders-0', { from: atSecond(15), to: atSecond(20) }, [node]],
    ['b-orders-0', { from: atSecond(15), to: atSecond(20) }, [node]],
  ])
  const [stored] = await store.rows(own.id, 'incidents', {})
  expect(incidentOf(stored?.row ?? {})).toMatchObject({ root: node, hit: [group('a'), group('b')], opened: atSecond(25), state: 'open' })
  const before = (await store.rows(own.id, 'findings', {})).map((r) => heldFinding(r.row))

  await store.close()
  clock = atSecond(300)
  await openAll()
  const again = await round(305, { a: 7, b: 7 }, 90n)
  expect(again.incidents.map((i) => i.incident)).toEqual(open.incidents.map((i) => i.incident))
  expect(again.findings.map((row) => heldFinding(row))).toMatchObject(before.map(({ urn, since, opened }) => ({ urn, since, opened })))

  const well = [310, 315, 320].map((s) => () => round(s, { a: 0, b: 0 }, 99n))
  for (const next of well) await next()
  expect((await store.rows(own.id, 'findings', {})).length).toBe(0)
  expect((await store.rows(own.id, 'incidents', {})).map((r) => r.row.state)).toEqual(['recovering'])
  await round(400, { a: 0, b: 0 }, 99n)
  expect((await store.rows(own.id, 'incidents', {})).length).toBe(0)
})

test('the graph around a group is read from the Store, now and as it was', async () => {
  await round(0, { a: 0 }, 80n)
  await round(5, { a: 7 }, 90n)
  const ids = async (at?: Date) =>
    (await graphAround(store, handMade, { urn: group('a'), hops: 1, limit: 10 }, at)).nodes.map((n) => n.id).sort()
  expect(await ids()).toEqual([node, group('a'), topic('orders')])
  expect(await ids(atSecond(2))).toEqual([group('a'), topic('orders')])
})
