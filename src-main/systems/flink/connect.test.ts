import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Connect } from '../../../shared/model/connector.ts'
import { isUnknown } from '../../../shared/model/known.ts'
import type { AnySystem } from '../../../shared/model/system.ts'
import { formatUrn } from '../../../shared/model/urn.ts'
import { flink as declared } from '../../../shared/systems/flink/system.ts'
import { systemClock } from '../../collecting/clock.ts'
import { createCollector } from '../../collecting/collector.ts'
import { inlineLine } from '../../collecting/worker.ts'
import { openStore } from '../../store/open-store.ts'
import { connect } from './connect.ts'
import { flink, jidOf, type Row, recorded, sweep } from './toy/job-manager.ts'

const source = 'Source__Kafka_play-events'
const values = {
  [`${source}.KafkaSourceReader.topic.play-events.partition.0.currentOffset`]: 9_007_199_254_740_991,
  [`${source}.KafkaSourceReader.topic.play-events.partition.0.committedOffset`]: 41,
  [`${source}.KafkaSourceReader.topic.play-events.partition.1.committedOffset`]: -1,
  [`${source}.KafkaSourceReader.KafkaConsumer.connection-count`]: 6,
  [`${source}.pendingRecords`]: 0,
  [`${source}.sourceIdleTime`]: 12,
  [`${source}.currentEmitEventTimeLag`]: -1,
}

describe('a Flink cluster', () => {
  it('is known by the address of its job manager', async () => {
    const talk = await flink(recorded('2.3.0'))
    expect(await talk.connected.identify()).toEqual({ instance: talk.base.slice(7), by: 'address', version: '2.3.0' })
  })

  it('is not a history server, which is said', async () => {
    const talk = await flink({ '/config': { 'flink-version': '2.3.0', features: { 'web-history': true } } })
    await expect(talk.connected.identify()).rejects.toMatchObject({
      data: { code: 'unsupported', message: expect.stringContaining('history server') },
    })
  })

  it('tells of all jobs and task managers in three requests', async () => {
    const talk = await flink(recorded('2.3.0'))
    const { of, requests, covered } = await sweep(talk, 'fleet')
    expect(requests).toBe(3)
    expect(of('cluster')).toMatchObject([{ version: '2.3.0', taskManagers: 2, slots: 16, slotsFree: 3, jobsWaiting: 0 }])
    expect(of('jobs').map((j) => [j.name, j.status])).toEqual([
      ['route-empty', 'RUNNING'],
      ['dies-for-good', 'FAILED'],
      ['checkpoint-timeouts', 'RUNNING'],
      ['route-play-events', 'RUNNING'],
      ['crash-loop', 'RESTARTING'],
    ])
    expect(of('taskManagers')[0]).toMatchObject({
      taskManager: 'tm2',
      host: '127.0.0.1',
      slots: 8,
      slotsFree: 2,
      memory: 771_751_936n,
    })
    expect(covered.get('jobs')).toEqual(['all'])
  })

  it('tells how old a heartbeat is by its own clock, once a job told what that is', async () => {
    const talk = await flink(recorded('2.3.0'))
    const jid = jidOf(talk, 'route-empty')
    const { timeSinceLastHeartbeat: heard } = (talk.answers['/taskmanagers'] as { taskmanagers: { timeSinceLastHeartbeat: number }[] })
      .taskmanagers[0] ?? { timeSinceLastHeartbeat: 0 }
    expect((await sweep(talk, 'fleet')).of('taskManagers')[0]).toMatchObject({
      lastHeartbeat: new Date(heard),
      heartbeatAge: { unknown: 'not-yet' },
    })
    // its clock is an hour before ours
    talk.answers[`/jobs/${jid}`] = { ...(talk.answers[`/jobs/${jid}`] as Row), now: heard + 4_000 }
    talk.time.now = heard + 3_600_000
    talk.answers['/jobs/overview'] = {
      jobs: (talk.answers['/jobs/overview'] as { jobs: { jid: string }[] }).jobs.filter((j) => j.jid === jid),
    }
    await sweep(talk, 'fleet')
    await sweep(talk, 'jobs', [{ jid }])
    talk.time.now += 2_000
    expect((await sweep(talk, 'fleet')).of('taskManagers')[0]).toMatchObject({ heartbeatAge: 6_000 })
  })

  it('calls a job that says RUNNING and has no running task waiting', async () => {
    const answers = recorded('2.3.0')
    const { jobs } = answers['/jobs/overview'] as { jobs: { state: string; name: string; tasks: Record<string, number> }[] }
    const [job, second] = jobs
    if (job !== undefined) job.tasks = { ...job.tasks, running: 0, scheduled: 1, total: 1 }
    if (second !== undefined) second.state = 'HIBERNATING'
    const { of } = await sweep(await flink(answers), 'fleet')
    expect(of('jobs')[0]).toMatchObject({ state: 'RUNNING', status: 'WAITING', tasksRunning: 0, tasksWaiting: 1 })
    expect(of('jobs')[1]).toMatchObject({ state: { unknown: 'unrecognised', note: 'HIBERNATING' }, status: { unknown: 'unrecognised' } })
    expect(of('cluster')).toMatchObject([{ jobsWaiting: 1 }])
  })
})

describe.each(['2.3.0', '1.20.5'])('jobs of Flink %s', (version) => {
  it('tell their topics, offsets, checkpoints and restarts', async () => {
    const talk = await flink(recorded(version), values)
    const jid = jidOf(talk, 'route-play-events')
    const { of } = await sweep(talk, 'jobs', [{ jid }])
    const own = (into: string) => of(into).filter((r) => r.jid === jid)
    expect(
      own('sourcePartitions')
        .map((p) => [p.topic, p.partition])
        .sort(),
    ).toEqual([0n, 1n, 2n, 3n].map((p) => ['play-events', p]))
    expect(own('sourcePartitions').find((p) => p.partition === 0n)).toMatchObject({ current: 9_007_199_254_740_991n, committed: 41n })
    expect(own('sourcePartitions').find((p) => p.partition === 1n)).toMatchObject({
      committed: { unknown: 'not-yet', note: 'none so far' },
    })
    expect(own('sources')).toMatchObject([
      {
        operator: source,
        from: 'kafka',
        topics: ['play-events'],
        connections: 6,
        pending: 0,
        emitLag: { unknown: 'not-yet', note: 'none so far' },
        idle: 12,
        commitsFailed: { unknown: 'not-yet' },
      },
    ])
    const [progress] = own('progress')
    expect(progress).toMatchObject({
      restarts: 0,
      checkpointEvery: 5_000,
      checkpointTimeout: 20_000,
      tolerableFailures: 10,
      parallelism: 2,
      exception: '',
    })
    expect(isUnknown(progress?.rescales)).toBe(version === '1.20.5')
    expect(progress?.lastCompleted).toBeInstanceOf(Date)
    expect(own('checkpoints').length).toBeGreaterThan(1)
  })

  it('tell what failed, to the innermost cause', async () => {
    const talk = await flink(recorded(version))
    const jid = jidOf(talk, 'crash-loop')
    const { of } = await sweep(talk, 'jobs', [{ jid }])
    const [progress] = of('progress').filter((r) => r.jid === jid)
    expect(progress?.restarts).toBeGreaterThan(0)
    expect(progress?.exception).toBe('java.lang.IllegalStateException: enrichment lookup failed for key 42')
    const exceptions = of('exceptions').filter((r) => r.jid === jid)
    expect(exceptions[0]).toMatchObject({
      nth: 0n,
      exception: 'java.lang.IllegalStateException',
      cause: expect.stringContaining('Connection refused'),
    })
    expect(new Set(exceptions.map((e) => `${(e.at as Date).getTime()} ${e.nth}`)).size).toBe(exceptions.length)
  })
})

describe('jobs in turn', () => {
  it('are read a few a round, the wanted ones always, so that a cluster is asked little', async () => {
    const talk = await flink(recorded('2.3.0'))
    await sweep(talk, 'fleet')
    const seen = new Set<unknown>()
    const costs: number[] = []
    for (let i = 0; i < 6; i += 1) {
      const { of, requests, covered } = await sweep(talk, 'jobs')
      costs.push(requests)
      for (const row of of('progress')) seen.add(row.jid)
      expect(covered.get('progress')).toEqual(of('progress').map(({ jid }) => ({ scopes: [{ jid }] })))
    }
    expect(seen.size).toBe(5)
    expect(Math.max(...costs)).toBeLessThanOrEqual(10)
  })

  it('that are over are told once, and those the job manager forgot end', async () => {
    const talk = await flink(recorded('2.3.0'))
    await sweep(talk, 'fleet')
    const failed = jidOf(talk, 'dies-for-good')
    let told = 0
    for (let i = 0; i < 12; i += 1) told += (await sweep(talk, 'jobs')).of('progress').filter((r) => r.jid === failed).length
    expect(told).toBe(1)
    const list = talk.answers['/jobs/overview'] as { jobs: { jid: string }[] }
    list.jobs = list.jobs.filter((j) => j.jid !== failed)
    await sweep(talk, 'fleet')
    expect((await sweep(talk, 'jobs')).covered.get('progress')).toContainEqual({ scopes: [{ jid: failed }] })
  })

  it('claim in the first round nothing of those whose turn has not come', async () => {
    const talk = await flink(recorded('2.3.0'))
    const { of, covered, requests } = await sweep(talk, 'jobs', [], { first: true })
    expect(requests).toBeLessThanOrEqual(24)
    const read = of('progress').map((r) => r.jid)
    const unread = (talk.answers['/jobs/overview'] as { jobs: { jid: string }[] }).jobs
      .map((j) => j.jid)
      .filter((jid) => !read.includes(jid))
    expect(covered.get('progress')?.at(-1)).toMatchObject({ reason: 'not-yet', where: { jid: unread } })
  })

  it('that end between the list and the question are left out', async () => {
    const talk = await flink(recorded('2.3.0'))
    const jid = jidOf(talk, 'route-play-events')
    delete talk.answers[`/jobs/${jid}`]
    const { of } = await sweep(talk, 'jobs', [{ jid }])
    expect(of('progress').some((r) => r.jid === jid)).toBe(false)
  })

  it('of which one cannot be read hold up no other, and nothing is claimed of it', async () => {
    const talk = await flink(recorded('2.3.0'))
    const { jobs } = talk.answers['/jobs/overview'] as { jobs: { jid: string }[] }
    const [broken = '', ...others] = jobs.map((j) => j.jid)
    talk.answers[`/jobs/${broken}`] = { jid: broken, now: 'soon' }
    await sweep(talk, 'fleet')
    const read = new Set<unknown>()
    const failures: unknown[] = []
    for (let i = 0; i < 6; i += 1) {
      const { of, covered, failed } = await sweep(talk, 'jobs', [], { mayFail: true })
      if (failed !== undefined) failures.push(failed)
      for (const row of of('progress')) read.add(row.jid)
      expect(covered.get('progress') ?? []).not.toContainEqual({ scopes: [{ jid: broken }] })
    }
    expect([...read].sort()).toEqual(others.sort())
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]).toMatchObject({ data: { code: 'protocol' } })
  })

  it('of which one cannot be read are all looked for in the first round, that one not claimed', async () => {
    const talk = await flink(recorded('2.3.0'))
    const { jobs } = talk.answers['/jobs/overview'] as { jobs: { jid: string }[] }
    const broken = jobs[0]?.jid ?? ''
    talk.answers[`/jobs/${broken}`] = { jid: broken, now: 'soon' }
    const { of, covered, failed } = await sweep(talk, 'jobs', [{ jid: broken }], { first: true, mayFail: true })
    expect(failed).toMatchObject({ data: { code: 'protocol' } })
    expect(of('progress').length).toBeGreaterThan(1)
    expect(covered.get('progress')?.at(-1)).toMatchObject({ where: { jid: expect.arrayContaining([broken]) } })
  })

  it('are never asked for a metric that a vertex does not have, and again when its metrics changed', async () => {
    const talk = await flink(recorded('2.3.0'), values)
    const jid = jidOf(talk, 'route-play-events')
    await sweep(talk, 'jobs', [{ jid }])
    const path = Object.keys(talk.answers).find((p) => p.includes(jid) && p.endsWith('/subtasks/metrics')) ?? ''
    talk.answers[path] = (talk.answers[path] as { id: string }[]).filter((m) => !m.id.includes('partition.3.'))
    const { of } = await sweep(talk, 'jobs', [{ jid }])
    expect(of('sourcePartitions').filter((p) => p.jid === jid)).toHaveLength(3)
    expect(talk.asked.every((line) => line.length < 4_000 && line.startsWith('GET '))).toBe(true)
  })

  it('show their vertices while somebody looks', async () => {
    const talk = await flink(recorded('2.3.0'), { busyTimeMsPerSecond: 950, backPressuredTimeMsPerSecond: 20, numRecordsInPerSecond: 7 })
    const jid = jidOf(talk, 'route-play-events')
    const second = Object.keys(talk.answers).find((p) => p.includes(jid) && p.endsWith('/subtasks/metrics')) ?? ''
    talk.answers[second.replace(/vertices\/[0-9a-f]+/, 'vertices/90bea66de1c231edf33913ecd54406c1')] = []
    const { of, covered } = await sweep(talk, 'vertices', [{ jid }])
    const [first, last] = of('vertices')
    expect(first).toMatchObject({
      name: 'Source: Kafka play-events -> sample half',
      position: 0,
      state: 'RUNNING',
      running: 2,
      busy: 0.95,
      backPressured: 0.02,
      inputs: [],
    })
    expect(last).toMatchObject({
      position: 1,
      inputs: ['Source: Kafka play-events -> sample half'],
      busy: { unknown: 'not-yet' },
      watermark: { unknown: 'not-yet' },
    })
    expect(covered.get('vertices')).toEqual([{ scopes: [{ jid }] }])
  })

  it('are found on their task managers', async () => {
    const talk = await flink(recorded('2.3.0'))
    await sweep(talk, 'fleet')
    const { of, covered } = await sweep(talk, 'slots', [], { first: true })
    expect(of('slots').length).toBeGreaterThan(1)
    expect(of('slots').every((s) => s.taskManager === 'tm2' && (s.slots as number) > 0)).toBe(true)
    // tm1 was not recorded: it counts as gone, and nothing is claimed of it
    expect(covered.get('slots')?.at(-1)).toMatchObject({ where: { taskManager: ['tm1'] } })
  })
})

it('counts what it asked, and writes nothing', async () => {
  const talk = await flink(recorded('2.3.0'))
  await sweep(talk, 'fleet')
  await sweep(talk, 'jobs')
  expect(Object.values(talk.connected.traffic())).toMatchObject([{ requests: talk.asked.length, writes: 0 }])
  expect(talk.offsets.length).toBeGreaterThan(0)
})

it('has its rounds taken by the Store, under one line each job', async () => {
  const talk = await flink(recorded('2.3.0'), values)
  const folder = await mkdtemp(join(tmpdir(), 'flink-rounds-'))
  const store = await openStore({ folder, systems: [declared], now: () => new Date() })
  const faults: unknown[] = []
  const collector = createCollector({
    systems: { flink: declared },
    store,
    clock: systemClock,
    openLine: inlineLine(async () => ({ declared, connect: connect as unknown as Connect<AnySystem> })),
    log: (_, __, message, data) => void faults.push([message, data]),
  })
  onTestFinished(async () => {
    await collector.close()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  await collector.put({ id: 'f', system: 'flink', title: 'F', endpoints: { rest: { addresses: [talk.base] } }, settings: {} })
  const rows = async (name: string) => (await store.rows('flink', name, { connection: 'f' })).map((r) => r.row)
  // The first round reads as many as twenty requests allow; the others come in turn, at once where somebody looks.
  await vi.waitFor(async () => expect((await rows('progress')).length).toBeGreaterThan(2), { timeout: 15_000 })
  const jid = jidOf(talk, 'route-play-events')
  collector.look({ collections: [], urns: [formatUrn({ system: 'flink', instance: talk.base.slice(7), collection: 'jobs', key: [jid] })] })
  await vi.waitFor(async () => expect((await rows('sourcePartitions')).length).toBeGreaterThan(3), { timeout: 15_000 })
  expect((await rows('progress')).map((p) => p.jid)).toContain(jid)
  expect((await rows('sourcePartitions')).map((p) => p.topic)).toContain('play-events')
  expect((await rows('checkpoints')).length).toBeGreaterThan(5)
  expect(collector.state('f')).toMatchObject({ state: 'answering' })
  expect(faults).toEqual([])
})
