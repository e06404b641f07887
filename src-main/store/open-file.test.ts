import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unknown } from '../../shared/model/known.ts'
import { openLockedEngine } from '../reader/locked-engine.ts'
import { encode } from './columns.ts'
import { openFile } from './open-file.ts'
import { openStore } from './open-store.ts'
import type { Queries, Store } from './store-types.ts'
import { toy } from './toy.ts'
import { job, step, urnOfJob } from './toy-rows.ts'

const { jobs, steps } = toy.collections
const of = { connection: 'east', system: 'toy', instance: 'i-1', title: 'East' }
const t = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000)
const page = { system: 'toy', collection: 'jobs', offset: 0, limit: 100 }

describe('an opened file', () => {
  let folder = ''
  let store: Store
  let clock = t(0)
  const closing: (() => unknown)[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-file-'))
    clock = t(0)
    store = await openStore({ folder, systems: [toy], now: () => clock })
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
    await store.close()
    await rm(folder, { recursive: true })
  })
  const put = async (at: number, rows: readonly ReturnType<typeof job>[]) => {
    clock = t(at)
    const round = store.round(of, 'look', t(at - 1), 20_000)
    await round.stage('jobs', encode(jobs, rows))
    round.cover('jobs', 'all')
    await round.commit(t(at))
  }
  async function exported(from: Date, to: Date): Promise<Queries> {
    const out = join(folder, `out-${closing.length}`)
    await mkdir(out)
    await store.exportSpan(out, from, to)
    const engine = await openLockedEngine(out)
    const file = await openFile(engine, out, { toy })
    closing.push(
      () => engine.closeSync(),
      () => file.close(),
    )
    return file
  }

  it('answers as the Store did, at every moment of its span', async () => {
    for (let i = 0; i < 12; i++) {
      const rows = [job('a', { lag: BigInt(i) }), job('b', { lag: unknown('refused', 'b1'), state: i % 3 === 0 ? 'failed' : 'running' })]
      await put(20 + 20 * i, i % 4 === 3 ? rows.slice(0, 1) : rows)
    }
    const round = store.round(of, 'steps', t(250), 5_000)
    await round.stage('steps', encode(steps, [step('a', 1n)]))
    round.cover('steps', { scopes: [{ job: 'a' }] })
    await round.commit(t(251))
    clock = t(251)
    const file = await exported(t(60), t(251))
    for (const at of [60, 75, 99, 100, 140, 165, 200, 230, 250]) {
      const [live, past] = await Promise.all([store.page(page, t(at)), file.page(page, t(at))])
      expect({ ...past, version: 0 }).toEqual({ ...live, version: 0 })
    }
    const ask = { urn: urnOfJob('a'), fields: ['lag'], from: t(70), to: t(240), points: 50 }
    expect(await file.series(ask)).toEqual(await store.series(ask))
    expect(await file.diff({ offset: 0, limit: 10 }, t(80), t(150))).toEqual(await store.diff({ offset: 0, limit: 10 }, t(80), t(150)))
    expect((await file.page(page)).rows).toEqual((await store.page(page)).rows)
    expect(await file.names('b', 10)).toEqual(await store.names('b', 10))
    expect((await file.record(urnOfJob('b'), t(150))).history.slice(-2)).toEqual(
      (await store.record(urnOfJob('b'), t(150))).history.slice(-2),
    )
    const lineIn = async (queries: Queries) => (await queries.record(urnOfJob('a'), t(150))).line.map(({ key, to }) => [key, to])
    expect(await lineIn(store)).toHaveLength(2)
    expect(await lineIn(file)).toEqual(await lineIn(store))
    expect(await file.rows('toy', 'steps', {})).toEqual(await store.rows('toy', 'steps', {}))
    expect(await file.span()).toEqual({ from: t(60), to: t(251) })
  })

  it('knows nothing of what came after its span', async () => {
    await put(20, [job('a', { lag: 1n })])
    await put(40, [job('b', { lag: 2n })])
    const file = await exported(t(10), t(30))
    expect((await file.page(page)).rows.map(({ cells, seen }) => [cells[0], seen])).toEqual([['a', { at: t(20) }]])
    expect((await file.record(urnOfJob('a'))).ended).toBeUndefined()
  })
})
