import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/app-error.ts'
import { unknown } from '../../shared/model/known.ts'
import { encode } from './columns.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store-types.ts'
import { toy } from './toy.ts'
import { job, step, urnOfJob } from './toy-rows.ts'

const { jobs, runs, steps } = toy.collections
const of = { connection: 'east', system: 'toy', instance: 'i-1', title: 'East' }
const poll = 20_000
const t = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000)

describe('store', () => {
  let folder = ''
  let store: Store
  let clock = t(0)
  const open = () => openStore({ folder, systems: [toy], now: () => clock })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-'))
    clock = t(0)
    store = await open()
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const put = async (
    at: number,
    rows: readonly ReturnType<typeof job>[],
    covered: Parameters<ReturnType<Store['round']>['cover']>[1] = 'all',
  ) => {
    clock = t(at)
    const round = store.round(of, 'look', t(at - 1), poll)
    await round.stage('jobs', encode(jobs, rows))
    round.cover('jobs', covered)
    return round.commit(t(at))
  }
  const names = async (at?: Date) =>
    (await store.page({ system: 'toy', collection: 'jobs', offset: 0, limit: 100, sort: 'job' }, at)).rows.map((row) => row.cells[0])

  it('gives back every kind of field exactly, now and after it was opened again', async () => {
    const row = job('a', { lag: 2n ** 63n - 1n, size: 9007199254740993n, plan: { deep: [1, null, 'x'] }, since: { from: t(3) } })
    await put(10, [row])
    const [now] = await store.rows('toy', 'jobs', {})
    expect(now?.row).toEqual({ ...row, mood: unknown('not-yet') })
    await store.close()
    store = await open()
    const [again] = await store.rows('toy', 'jobs', {})
    expect(again?.row).toEqual({ ...row, mood: unknown('not-yet') })
    expect(again?.unseen).toEqual(unknown('nobody-watching'))
  })

  it('shows a past moment as it was', async () => {
    await put(20, [job('a', { lag: 1n }), job('b', { lag: 1n })])
    await put(40, [job('a', { lag: 5n, state: 'failed' })])
    await put(60, [job('a', { lag: 5n, state: 'failed' }), job('c')])
    expect(await names(t(30))).toEqual(['a', 'b'])
    expect(await names(t(40))).toEqual(['a'])
    expect(await names()).toEqual(['a', 'c'])
    const [then] = await store.rows('toy', 'jobs', {}, t(39))
    expect(then?.row).toMatchObject({ lag: 1n, state: 'running', took: unknown('not-recorded') })
    const [later] = await store.rows('toy', 'jobs', {}, t(59))
    expect(later?.row).toMatchObject({ lag: 5n, state: 'failed' })
  })

  it('finds nothing between a moment and itself, and no row that is none', async () => {
    await put(20, [job('a')])
    const between = (from: Date, to: Date) => store.diff({ offset: 0, limit: 10 }, from, to)
    expect(await between(t(20), t(20))).toMatchObject({ total: 0, rows: [] })
    expect(await between(t(20), t(30))).toMatchObject({ total: 0, rows: [] })
  })

  it('turns the pages of a difference: what appeared first, then what vanished, then what changed, each by key', async () => {
    await put(20, [job('b'), job('d'), job('a'), job('f', { state: 'failed' })])
    await put(40, [job('f'), job('e'), job('c'), job('d', { state: 'failed' })])
    const page = (offset: number, limit: number) => store.diff({ offset, limit }, t(20), t(40))
    const said = ({ rows }: Awaited<ReturnType<typeof page>>): readonly string[] => rows.map(({ urn, what }) => `${what} ${urn.at(-1)}`)
    const all = ['appeared c', 'appeared e', 'vanished a', 'vanished b', 'changed d', 'changed f']
    expect(said(await page(0, 10))).toEqual(all)
    for (let offset = 0; offset < 7; offset++) expect(said(await page(offset, 2))).toEqual(all.slice(offset, offset + 2))
    expect(await page(6, 2)).toMatchObject({ total: 6, rows: [] })
  })

  it('never takes what a partial round left out for gone', async () => {
    await put(20, [job('a', { at: 'h1' }), job('b', { at: 'h2' }), job('c', { at: unknown('refused') })])
    await put(40, [job('a', { at: 'h1' })], { except: 'host 2', reason: 'unanswered', where: { at: ['h2'] } })
    const page = await store.page({ system: 'toy', collection: 'jobs', offset: 0, limit: 10, sort: 'job' })
    expect(page.rows.map(({ cells, seen }) => [cells[0], seen])).toEqual([
      ['a', { at: t(40) }],
      ['b', { at: t(20), unseen: unknown('unanswered', 'host 2') }],
      ['c', { at: t(20), unseen: unknown('unanswered', 'host 2') }],
    ])
    expect(page.freshness).toEqual([{ connection: 'east', title: 'East', at: t(40), complete: false, missing: 'host 2', stale: false }])
    const past = await store.page({ system: 'toy', collection: 'jobs', offset: 0, limit: 10, sort: 'job' }, t(41))
    expect(past.rows.map(({ seen }) => seen)).toEqual(page.rows.map(({ seen }) => seen))
    const history = (await store.record(urnOfJob('b'))).history
    expect(history.map(({ what, at, after }) => [what, at, after])).toEqual([
      ['appeared', t(20), undefined],
      ['unseen', t(40), t(20)],
    ])
    await put(60, [job('a'), job('b', { at: 'h2' })])
    expect((await store.record(urnOfJob('b'))).history.at(-1)).toMatchObject({ what: 'seen-again', at: t(60) })
    expect((await store.record(urnOfJob('c'))).ended).toEqual({ at: t(60), why: 'gone' })
  })

  it('tells who else was on the line of a record: before it, beside it, by a moment', async () => {
    await put(20, [job('a', { team: 'plays' }), job('x', { team: 'other' })])
    await put(40, [job('b', { team: 'plays' })])
    await put(60, [job('b', { team: 'plays', state: 'failed' }), job('c', { team: 'plays' })])
    const line = async (name: string, at?: Date) =>
      (await store.record(urnOfJob(name), at)).line.map(({ key, from, to, ended }) => [key, from, to, ended])
    const [a, b, c] = [
      ['a', t(20), t(40), 'gone'],
      ['b', t(40), undefined, undefined],
      ['c', t(60), undefined, undefined],
    ]
    expect(await line('c')).toEqual([a, b, c])
    expect(await line('a')).toEqual([a, b, c])
    expect(await line('a', t(30))).toEqual([['a', t(20), undefined, undefined]])
    expect(await line('x')).toEqual([['x', t(20), t(40), 'gone']])
  })

  it('keeps to a line who left it, and to the living who came back', async () => {
    await put(20, [job('a', { team: 'plays' }), job('b', { team: 'plays' })])
    await put(40, [job('a', { team: unknown('refused') })])
    await put(60, [job('b', { team: 'plays' })])
    await put(80, [job('b', { team: 'other' })])
    const line = async (name: string) => (await store.record(urnOfJob(name), t(60))).line.map(({ key, to, ended }) => [key, to, ended])
    expect(await line('b')).toEqual([
      ['a', t(60), 'gone'],
      ['b', undefined, undefined],
    ])
    expect((await store.record(urnOfJob('b'))).line.map(({ key, ended }) => [key, ended])).toEqual([['b', undefined]])
  })

  it('lists of a long line the record itself and the newest, and says how many there are', async () => {
    for (let i = 0; i < 60; i++) await put(20 + i, [job(`j${String(i).padStart(2, '0')}`, { team: 'plays' })])
    const { line, lineTotal } = await store.record(urnOfJob('j03'))
    expect([line.length, lineTotal]).toEqual([50, 60])
    expect(line.map(({ key }) => key).slice(0, 2)).toEqual(['j03', 'j11'])
    expect(line.at(-1)?.key).toBe('j59')
  })

  it('knows no line by a value that is not known', async () => {
    await put(20, [job('a', { team: unknown('refused') }), job('b', { team: unknown('refused') })])
    expect((await store.record(urnOfJob('a'))).line).toEqual([])
  })

  it('ends only what the covered scopes miss, with the reason given', async () => {
    const round = store.round(of, 'steps', t(1), poll)
    await round.stage('steps', encode(steps, [step('a', 1n), step('a', 2n), step('b', 1n)]))
    round.cover('steps', { scopes: [{ job: 'a' }, { job: 'b' }] })
    await round.commit(t(20))
    const next = store.round(of, 'steps', t(21), poll)
    await next.stage('steps', encode(steps, [step('a', 2n)]))
    next.cover('steps', { scopes: [{ job: 'a' }] })
    next.ended('steps', { step: 1n }, 'step deleted')
    await next.commit(t(40))
    clock = t(41)
    const rows = await store.rows('toy', 'steps', {})
    expect(rows.map(({ key, seenAt }) => [key, seenAt])).toEqual([
      ['a/2', t(40)],
      ['b/1', t(20)],
    ])
    expect((await store.record('urn:ls:toy:i-1:steps:a/1')).ended).toEqual({ at: t(40), why: 'step deleted' })
  })

  it('says forbidden, unsupported and unwatched apart', async () => {
    await put(20, [job('a')])
    clock = t(40)
    const round = store.round(of, 'look', t(39), poll)
    round.lacks('jobs', unknown('forbidden', 'no DESCRIBE'))
    await round.commit(t(40))
    const page = await store.page({ system: 'toy', collection: 'jobs', offset: 0, limit: 10 })
    expect(page.rows[0]?.seen).toEqual({ at: t(20), unseen: unknown('forbidden', 'no DESCRIBE') })
    expect(page.freshness[0]?.lacks).toEqual(unknown('forbidden', 'no DESCRIBE'))
    await put(60, [job('a')])
    await store.closeConnection('east', t(70))
    const closed = await store.page({ system: 'toy', collection: 'jobs', offset: 0, limit: 10 })
    expect(closed.rows[0]?.seen).toEqual({ at: t(60), unseen: unknown('nobody-watching') })
    expect(closed.freshness[0]).toMatchObject({ stale: true })
  })

  it('refuses a key put twice, naming it, and keeps the other collections of the round', async () => {
    await put(20, [job('a'), job('b')])
    clock = t(40)
    const round = store.round(of, 'look', t(39), poll)
    await expect(round.stage('jobs', encode(jobs, [job('x'), job('x')]))).rejects.toThrow('toy.jobs: the key x was put twice')
    round.cover('jobs', 'all')
    await round.stage('runs', encode(runs, [{ run: 'r', job: 'a', began: t(1), ended: t(2), result: 'ok' }]))
    round.cover('runs', 'all')
    const ticks = await round.commit(t(40))
    expect(ticks.map(({ collection }) => collection).sort()).toEqual(['jobs', 'runs'])
    expect(await names()).toEqual(['a', 'b'])
    expect(await store.rows('toy', 'runs', {})).toHaveLength(1)
    expect((await store.freshness('toy', 'jobs'))[0]).toMatchObject({
      at: t(20),
      complete: false,
      missing: 'toy.jobs: the key x was put twice in one round',
    })
  })

  it('takes a failed round for no word about any record', async () => {
    await put(20, [job('a')])
    clock = t(40)
    await store.round(of, 'look', t(39), poll).commit(t(40), new AppError('timeout', 'no answer in 5 s').data)
    expect(await names()).toEqual(['a'])
    expect(await store.freshness('toy', 'jobs')).toEqual([
      { connection: 'east', title: 'East', at: t(20), complete: false, missing: 'no answer in 5 s', stale: false },
    ])
    const spans = await store.coverage({ system: 'toy', collection: 'jobs', from: t(0), to: t(60) })
    expect(spans.map(({ from, to, state }) => [from, to, state])).toEqual([
      [t(0), t(20), 'nobody-watching'],
      [t(20), t(40), 'complete'],
      [t(40), t(60), 'failed'],
    ])
  })

  it('fills derived fields from staged rows before the round is seen', async () => {
    clock = t(20)
    const round = store.round(of, 'look', t(19), poll)
    await round.stage('jobs', encode(jobs, [job('a', { lag: 3n }), job('b', { lag: unknown('refused') })]))
    const filled: unknown[] = []
    for await (const rows of round.staged('jobs')) {
      for (const row of rows) filled.push(row.lag)
      await round.fill(
        'jobs',
        encode(
          jobs,
          rows.map((row) => ({ ...row, mood: row.job === 'a' ? 'well' : unknown('not-yet', 'two polls') })),
          ['job', 'mood'],
        ),
      )
    }
    round.cover('jobs', 'all')
    await round.commit(t(20))
    expect(filled).toEqual([3n, unknown('refused')])
    const rows = await store.rows('toy', 'jobs', {})
    expect(rows.map(({ row }) => [row.mood, row.lag])).toEqual([
      ['well', 3n],
      [unknown('not-yet', 'two polls'), unknown('refused')],
    ])
  })

  it('answers change points of the past and curves with gaps', async () => {
    for (const [at, lag] of [
      [20, 1n],
      [40, 1n],
      [60, 4n],
      [80, 4n],
      [200, 9n],
    ] as const)
      await put(at, [job('a', { lag })])
    const past = await store.past('toy', 'jobs', 'east', ['a'], ['lag'], t(50), t(300))
    expect(past.get('a')?.lag).toEqual([
      { at: t(50), value: 1n },
      { at: t(60), value: 4n },
      { at: t(200), value: 9n },
    ])
    const curve = await store.series({ urn: urnOfJob('a'), fields: ['lag'], from: t(50), to: t(210), points: 100 })
    expect(curve.fields.lag).toEqual(past.get('a')?.lag)
    expect(curve.gaps).toEqual([{ from: t(120), to: t(200), why: 'nobody was watching' }])
    const early = await store.series({ urn: urnOfJob('a'), fields: ['lag'], from: t(0), to: t(50), points: 100 })
    expect(early.gaps).toEqual([{ from: t(0), to: t(20), why: 'nobody was watching' }])
  })

  it('refuses a second owner in the same process', async () => {
    await expect(open()).rejects.toMatchObject({ data: { code: 'busy' } })
  })

  it('gives commit times that only rise, and versions that never go back, whatever the clock does', async () => {
    const [first] = await put(100, [job('a')])
    const [second] = await put(50, [job('b')])
    expect(second?.version).toBeGreaterThan(first?.version ?? Number.POSITIVE_INFINITY)
    expect((await store.freshness('toy', 'jobs'))[0]?.at?.getTime()).toBe(t(100).getTime() + 1)
    await store.close()
    store = await open()
    const [third] = await put(10, [job('a')])
    expect(third?.version).toBeGreaterThan(second?.version ?? Number.POSITIVE_INFINITY)
    expect(await names(t(100))).toEqual(['a'])
  })
})
