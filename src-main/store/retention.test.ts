import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encode } from './columns.ts'
import { fetchRow } from './fetching.ts'
import { openStore } from './open-store.ts'
import { retain, usedBytes } from './retention.ts'
import type { Store } from './store-types.ts'
import { ensureTables, tablesOf } from './tables.ts'
import { toy } from './toy.ts'
import { job, urnOfJob } from './toy-rows.ts'
import { inTransaction } from './transaction.ts'

const of = { connection: 'east', system: 'toy', instance: 'i-1', title: 'East' }
const start = Date.UTC(2026, 0, 1)
const minutes = (n: number) => new Date(start + n * 60_000)

describe('retention', () => {
  let folder = ''
  let store: Store
  let clock = minutes(0)
  const open = (capBytes?: number) =>
    openStore({ folder, systems: [toy], now: () => clock, ...(capBytes === undefined ? {} : { capBytes }) })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-keep-'))
    clock = minutes(0)
    store = await open()
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const put = async (at: Date, rows: readonly ReturnType<typeof job>[]) => {
    clock = at
    const round = store.round(of, 'look', at, 20_000)
    await round.stage('jobs', encode(toy.collections.jobs, rows))
    round.cover('jobs', 'all')
    await round.commit(at)
  }
  const at = (n: number, seconds = 0) => new Date(minutes(n).getTime() + seconds * 1_000)
  /** Counts rows of tables with the file closed. */
  async function counts(...tables: readonly string[]): Promise<readonly number[]> {
    await store.close()
    const instance = await DuckDBInstance.create(join(folder, 'store.duckdb'))
    const c = await instance.connect()
    const found: number[] = []
    for (const table of tables) found.push(Number((await fetchRow(c, `select count(*) from "toy.jobs:${table}"`))[0]))
    c.closeSync()
    instance.closeSync()
    store = await open()
    return found
  }

  it('keeps an hour of points as they came, then the last, least and greatest of each minute, then of ten', async () => {
    for (const [second, lag] of [
      [0, 5n],
      [20, 9n],
      [40, 2n],
    ] as const)
      await put(at(3, second), [job('a', { lag }), job('b', { lag: 1n })])
    const ask = { urn: urnOfJob('a'), fields: ['lag'], from: at(2), to: at(5), points: 100 }
    expect((await store.series(ask)).fields.lag?.map(({ value }) => value)).toEqual([5n, 9n, 2n])
    await put(at(63, 59), [job('a', { lag: 2n }), job('b', { lag: 1n })])
    expect((await store.series(ask)).fields.lag?.map(({ value }) => value)).toEqual([5n, 9n, 2n])
    await put(at(64), [job('a', { lag: 2n }), job('b', { lag: 1n })])
    expect((await store.series(ask)).fields.lag).toEqual([{ at: at(3, 40), value: 2n, max: 9n }])
    const [then] = await store.rows('toy', 'jobs', { keys: ['b'] }, at(4))
    expect(then?.row.lag).toBe(1n)
    await put(at(60 * 24 + 20), [job('a', { lag: 2n }), job('b', { lag: 1n })])
    expect((await store.series(ask)).fields.lag).toEqual([{ at: at(3, 40), value: 2n, max: 9n }])
    const [later] = await store.rows('toy', 'jobs', { keys: ['b'] }, at(60 * 12))
    expect(later?.row.lag).toBe(1n)
    expect((await store.rows('toy', 'jobs', { keys: ['a'] }, at(60 * 30)))[0]?.row.lag).toBe(2n)
  })

  it('forgets what is older than a week, ended versions first of all', async () => {
    await put(minutes(0), [job('a', { lag: 1n }), job('gone')])
    await put(minutes(1), [job('a', { lag: 2n, state: 'failed' })])
    await put(minutes(60 * 24 * 7 + 120), [job('a', { lag: 3n, state: 'failed' })])
    expect(store.notices()).toEqual([])
    expect((await store.page({ system: 'toy', collection: 'jobs', offset: 0, limit: 10 }, minutes(0))).rows).toEqual([])
    expect(await counts('keys', 'versions', 'ten-minutes')).toEqual([1, 1, 0])
    expect((await store.rows('toy', 'jobs', {})).map(({ row }) => [row.job, row.lag])).toEqual([['a', 3n]])
    expect((await store.span())?.from).toEqual(minutes(60 * 24 * 7 + 120))
  })

  it('keeps the file under its cap by dropping the oldest points first', async () => {
    const path = join(folder, 'cap.duckdb')
    const instance = await DuckDBInstance.create(path, { memory_limit: '256MB' })
    const c = await instance.connect()
    const tables = [...tablesOf([toy]).values()]
    await c.run("attach ':memory:' as live")
    await ensureTables(c, tables)
    await c.run(
      `insert into "toy.jobs:minute"(_t, _connection, _id, _key_frame, lag) select epoch_ms(${start} + i * 50)::timestamp_ms, 1, i % 1000, false, hash(i)::hugeint::double % 1e15 from range(1000000) r(i)`,
    )
    await c.run('checkpoint')
    const cap = Math.floor((await usedBytes(c)) * 0.6)
    const now = minutes(900)
    await retain(c, (work) => inTransaction(c, work), path, tables, now, { minute: 0, hour: 0 }, cap)
    expect(await usedBytes(c)).toBeLessThanOrEqual(cap)
    const [first, last] = await fetchRow(c, 'select epoch_ms(min(_t)), epoch_ms(max(_t)) from "toy.jobs:minute"')
    expect(Number(first)).toBeGreaterThan(start)
    expect(Number(last)).toBe(start + 999_999 * 50)
    c.closeSync()
    instance.closeSync()
  })
})
