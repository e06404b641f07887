import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { own } from '../../shared/model/own.ts'
import type { ConnectionState } from '../collecting/connection-state.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store-types.ts'
import type { Judged, Judgement } from '../triage/run-judges.ts'
import { createLiveJudging, type LiveJudging } from './live-judging.ts'

let folder: string
let store: Store
let judging: LiveJudging
let states: ConnectionState[]
let faults: unknown[]
/** What `judge` was asked, oldest first; the test answers. */
let asked: PromiseWithResolvers<Judged>[]

const kafka = { connection: 'front', system: 'kafka', instance: 'c1', title: 'front' }
const round = { of: kafka, collections: ['groups'] }
const nothing: Judged = { findings: [], edges: [], incidents: [] }
const told = async (): Promise<readonly unknown[]> => (await store.rows(own.id, 'connections', {})).map(({ row }) => row.state)

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
  store = await openStore({ folder, systems: [own], now: () => new Date() })
  states = [{ connection: 'front', title: 'front', system: 'kafka', state: 'answering', targets: [] }]
  faults = []
  asked = []
  const judge: Judgement['judge'] = () => {
    const question = Promise.withResolvers<Judged>()
    asked.push(question)
    return question.promise
  }
  judging = createLiveJudging({
    store,
    judgement: { judge, derive: vi.fn(), standing: vi.fn(), forget: vi.fn() },
    collector: { states: () => states, offline: () => undefined },
    now: () => new Date(),
    pollMs: 1_000,
    tell: () => {},
    fault: (_, thrown) => faults.push(thrown),
  })
})
afterEach(async () => {
  for (const question of asked) question.resolve(nothing)
  await judging.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a connection that dies is told while a round is still being judged', async () => {
  const judged = judging.swept(round)
  await vi.waitFor(async () => expect(await told()).toEqual(['answering']), { timeout: 5_000 })
  states = states.map((s) => ({ ...s, state: 'stale' }))
  judging.connectionsChanged()
  await vi.waitFor(async () => expect(await told()).toEqual(['stale']), { timeout: 5_000 })
  asked[0]?.resolve(nothing)
  await judged
  expect(faults).toEqual([])
})

test('what cannot be stored is told as a fault, and the next is judged all the same', async () => {
  const first = judging.swept(round)
  await vi.waitFor(() => expect(asked).toHaveLength(1), { timeout: 5_000 })
  asked[0]?.resolve({ ...nothing, findings: [{ finding: 'f1' }] })
  await first
  expect(faults).toHaveLength(1)
  const next = judging.swept(round)
  await vi.waitFor(() => expect(asked).toHaveLength(2), { timeout: 5_000 })
  asked[1]?.resolve(nothing)
  await next
  expect(faults).toHaveLength(1)
})
