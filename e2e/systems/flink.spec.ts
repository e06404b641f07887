// A real Flink as a connection sees it: jobs, topics and offsets, a restart loop at a bad record, a lost task manager, and what it costs.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isUnknown, known } from '../../shared/model/known.ts'
import { formatUrn } from '../../shared/model/urn.ts'
import { flink as declared } from '../../shared/systems/flink/system.ts'
import { systemClock } from '../../src-main/collecting/clock.ts'
import { type Collector, createCollector } from '../../src-main/collecting/collector.ts'
import { threadLine } from '../../src-main/collecting/worker.ts'
import { entryPath } from '../../src-main/host/entry-path.ts'
import { openStore } from '../../src-main/store/open-store.ts'
import type { Store } from '../../src-main/store/store-types.ts'
import type { AnyRow } from '../../src-main/triage/judging.ts'
import { type LabFlink, startFlink } from '../lab/flink/cluster.ts'
import { type LabKafka, startKafka } from '../lab/kafka/cluster.ts'
import { committedOffsets } from '../lab/kafka/commits.ts'
import { type LabWorkload, PLAYS, ROUTE_GROUP, startWorkload } from '../lab/kafka/workload.ts'
import { waitFor } from '../support/process.ts'

let folder = ''
let kafka: LabKafka | undefined
let flink: LabFlink
let work: LabWorkload
let store: Store
let collector: Collector
const perMinute: number[] = []
let watching: NodeJS.Timeout | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flink-spec-'))
  kafka = await startKafka({ brokers: 1 })
  flink = await startFlink({ taskManagers: 1, heartbeatTimeoutMs: 10_000 })
  work = await startWorkload(kafka, flink, { checkpointEveryMs: 2_000 })
  store = await openStore({ folder, systems: [declared], now: () => new Date() })
  collector = createCollector({ systems: { flink: declared }, store, clock: systemClock, openLine: threadLine(entryPath('worker')) })
  await collector.put({ id: 'f', system: 'flink', title: 'Lab', endpoints: { rest: { addresses: [flink.restUrl] } }, settings: {} })
  watching = setInterval(() => perMinute.push(...collector.budgets().map((b) => b.perMinute)), 1_000)
})
afterAll(async () => {
  clearInterval(watching)
  await collector?.close()
  await store?.close()
  await work?.stop()
  await flink?.stop()
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

const rows = async (collection: string): Promise<readonly AnyRow[]> =>
  (await store.rows('flink', collection, { connection: 'f' })).map((r) => r.row)
const ofJob = async (collection: string): Promise<readonly AnyRow[]> => (await rows(collection)).filter((r) => r.jid === work.jobId)
const one = async (collection: string): Promise<AnyRow> => (await ofJob(collection))[0] ?? {}
const jobUrn = (): string =>
  formatUrn({ system: 'flink', instance: collector.stored('f')?.instance ?? '', collection: 'jobs', key: [work.jobId ?? ''] })

describe('a Flink cluster', () => {
  it('shows its jobs and task managers, asked within thirty requests a minute while nobody looks', async () => {
    await waitFor('the job in its rounds', async () => (await one('progress')).completed !== undefined)
    expect(await one('jobs')).toMatchObject({ name: 'route-plays', status: 'RUNNING', state: 'RUNNING', replaced: false })
    expect(await rows('taskManagers')).toMatchObject([{ taskManager: 'tm1', host: '127.0.0.1', slots: 8 }])
    expect(await rows('cluster')).toMatchObject([{ taskManagers: 1, jobsRunning: 1 }])
    await waitFor('a minute of watching', () => perMinute.length > 65, { withinMs: 120_000 })
    // The first contact looks back once, with up to twenty requests more.
    expect(Math.max(...perMinute.slice(-3))).toBeLessThanOrEqual(30)
    expect(collector.state('f')).toMatchObject({ state: 'answering', targets: [{ writes: 0 }] })
  })

  it('tells which topic a job reads and where its group stands, without any configuration', async () => {
    const stop = collector.look({ collections: [], urns: [jobUrn()] })
    await waitFor('offsets of all partitions', async () => {
      const partitions = await ofJob('sourcePartitions')
      return partitions.length === 3 && partitions.every((p) => known(p.committed) !== undefined)
    })
    const partitions = await ofJob('sourcePartitions')
    expect(new Set(partitions.map((p) => p.topic))).toEqual(new Set([PLAYS]))
    const group = await committedOffsets(kafka?.bootstrap ?? [], ROUTE_GROUP)
    for (const p of partitions) expect(known(p.committed)).toBeLessThanOrEqual(group.get(`${PLAYS}/${p.partition}`) ?? 0n)
    const [source] = await ofJob('sources')
    expect(source).toMatchObject({ from: 'kafka', topics: [PLAYS] })
    expect(known(source?.connections as number)).toBeGreaterThan(0)
    await waitFor('vertices', async () => {
      const vertices = await ofJob('vertices')
      return vertices.length > 0 && vertices.every((v) => !isUnknown(v.busy))
    })
    await waitFor('the slots of the job', async () => (await ofJob('slots')).length === 1, { withinMs: 120_000 })
    stop()
  })

  it('counts the restarts at a bad record, and names what fails', async () => {
    const stop = collector.look({ collections: [], urns: [jobUrn()] })
    await work.poison()
    await waitFor('restarts', async () => Number((await one('progress')).restarts) >= 2)
    await waitFor('the exception', async () => String((await one('progress')).exception).length > 5)
    const [exception] = await ofJob('exceptions')
    expect(exception).toMatchObject({ taskManager: 'tm1' })
    expect(`${String(exception?.message)} ${String(exception?.cause)}`).toContain('JSON')
    stop()
    await work.passPoison()
  })

  it('sees the next incarnation as another job on the same line', async () => {
    await waitFor('the new job', async () => (await one('jobs')).status === 'RUNNING')
    const line = (await rows('jobs')).filter((j) => j.name === 'route-plays')
    expect(line.map((j) => j.replaced).sort()).toEqual([false, true])
  })

  it('sees a job wait for slots when its task manager dies, though the job manager calls it running', async () => {
    const stop = collector.look({ collections: [{ system: 'flink', collection: 'jobs' }] })
    await flink.killTaskManager(0)
    await waitFor('the job to wait', async () => ['WAITING', 'RESTARTING'].includes(String((await one('jobs')).status)))
    await waitFor('the loss', async () => (await rows('cluster'))[0]?.taskManagers === 0)
    await waitFor('the wait', async () => (await one('jobs')).status === 'WAITING')
    expect(await rows('taskManagers')).toEqual([])
    await flink.startTaskManager(0)
    await waitFor('the job to run again', async () => (await one('jobs')).status === 'RUNNING')
    stop()
  })
})
