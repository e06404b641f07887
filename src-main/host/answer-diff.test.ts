import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unknown } from '../../shared/model/known.ts'
import { kafka } from '../../shared/systems/kafka/system.ts'
import { encode } from '../store/columns.ts'
import { openStore } from '../store/open-store.ts'
import type { Store, Stored } from '../store/store-types.ts'
import { answerDiff } from './answer-diff.ts'
import { declarations, type Lens } from './lens.ts'

const at = new Date('2026-01-02T01:00:00Z')
const mine: Stored = { connection: 'front', system: 'kafka', instance: 'cluster-1', title: 'front' }
/** A colleague calls the same cluster otherwise. */
const theirs: Stored = { ...mine, connection: 'prod', title: 'prod' }

let folder: string
let stores: Store[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
  stores = []
})
afterEach(async () => {
  for (const store of stores) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const broker = (id: string, contact: string) => ({
  broker: id,
  host: `broker-${id}`,
  address: `broker-${id}:9092`,
  rack: '',
  listed: true,
  contact,
  failures: 0,
  failingSince: unknown('not-yet'),
  lastAnswer: at,
  lastError: '',
  leads: 1,
  replicas: 9,
  outOfSync: 0,
  coordinates: 1,
  controller: false,
})
/** What a connection saw in one round; without brokers there was none. */
async function seenBy(of: Stored, brokers?: readonly ReturnType<typeof broker>[]): Promise<Lens> {
  const store = await openStore({ folder: join(folder, of.connection), systems: Object.values(declarations), now: () => at })
  stores.push(store)
  if (brokers !== undefined) {
    const round = store.round(of, 'lag', at, 20_000)
    await round.stage('brokers', encode(kafka.collections.brokers, brokers))
    round.cover('brokers', 'all')
    await round.commit(at)
  }
  return { queries: store, live: true, now: at, connections: [of], windowMs: 300_000, pollMs: 20_000 }
}
const ask = { from: {}, to: {}, offset: 0, limit: 100 }
const said = ({ rows }: Awaited<ReturnType<typeof answerDiff>>) => rows.map(({ urn, what }) => `${urn.split(':').at(-1)} ${what}`)

test('two sources are compared over all their systems, record by record, whatever each calls its connection', async () => {
  const before = await seenBy(theirs, [broker('1', 'answering'), broker('2', 'answering'), broker('3', 'answering')])
  const after = await seenBy(mine, [broker('1', 'answering'), broker('2', 'refusing'), broker('4', 'answering')])
  const answer = await answerDiff(before, after, ask)
  expect(said(answer)).toEqual(['4 appeared', '3 vanished', '2 changed'])
  expect(answer.counts).toEqual({ 'kafka.brokers': { appeared: 1, vanished: 1, changed: 1, unseen: 0 } })
  expect(answer.rows[2]?.fields.contact).toEqual({ from: 'answering', to: 'refusing' })
})

test('a record that the other side did not look for is neither gone nor new', async () => {
  const before = await seenBy(theirs, [broker('1', 'answering'), broker('2', 'answering')])
  const after = await seenBy(mine)
  expect(said(await answerDiff(before, after, ask))).toEqual(['1 unseen', '2 unseen'])
  expect(said(await answerDiff(after, before, ask))).toEqual(['1 unseen', '2 unseen'])
})

test('a system of another name is refused', async () => {
  const side = await seenBy(mine, [])
  await expect(answerDiff(side, side, { ...ask, system: 'nothing' })).rejects.toMatchObject({ data: { code: 'bad-request' } })
})
