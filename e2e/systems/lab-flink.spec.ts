// The lab's own proof: a real Flink that routes from Kafka to Kafka, stopped by a record that is no JSON.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LabFlink, startFlink } from '../lab/flink/cluster.ts'
import { type LabKafka, startKafka } from '../lab/kafka/cluster.ts'
import { committedOffsets, endOffset } from '../lab/kafka/commits.ts'
import { type LabWorkload, PLAYS, POISONED_PARTITION, ROUTE_GROUP, ROUTED, startWorkload } from '../lab/kafka/workload.ts'
import { waitFor } from '../support/process.ts'

let kafka: LabKafka
let flink: LabFlink
let work: LabWorkload

beforeAll(async () => {
  kafka = await startKafka({ brokers: 1 })
  flink = await startFlink({ taskManagers: 1, heartbeatTimeoutMs: 10_000 })
  console.log(`one broker usable after ${kafka.startedInMs} ms, Flink after ${flink.startedInMs} ms`)
  work = await startWorkload(kafka, flink, { checkpointEveryMs: 2_000 })
})

afterAll(async () => {
  await work?.stop()
  await flink?.stop()
  await kafka?.stop()
})

interface Job {
  readonly name: string
  readonly state: string
}
const job = async (): Promise<Job> => (await fetch(`${flink.restUrl}/jobs/${work.jobId}`)).json() as Promise<Job>
const exceptions = async (): Promise<readonly { readonly exceptionName: string; readonly stacktrace: string }[]> => {
  const answer = (await (await fetch(`${flink.restUrl}/jobs/${work.jobId}/exceptions`)).json()) as { exceptionHistory: { entries: [] } }
  return answer.exceptionHistory.entries
}
const routed = async (): Promise<bigint> => {
  const ends = await Promise.all([0, 1, 2].map((partition) => endOffset(kafka.bootstrap, ROUTED, partition)))
  return ends.reduce((sum, end) => sum + end, 0n)
}
const standsAt = `${PLAYS}/${POISONED_PARTITION}`

describe('the routing job', () => {
  it('moves events from topic to topic and commits at its checkpoints', async () => {
    expect(await job()).toMatchObject({ name: 'route-plays', state: 'RUNNING' })
    const before = await routed()
    await waitFor('more to be routed', async () => (await routed()) > before + 10n)
  })

  it('stands, like both consumers, at exactly the bad record, and fails again at each restart', async () => {
    const bad = await work.poison()
    await waitFor('three failures', async () => (await exceptions()).length >= 3)
    expect((await exceptions())[0]?.stacktrace).toContain('JSON')
    for (const group of work.playGroups) expect((await committedOffsets(kafka.bootstrap, group)).get(standsAt)).toBe(bad.offset)
    expect(await endOffset(kafka.bootstrap, PLAYS, POISONED_PARTITION)).toBeGreaterThan(bad.offset + 1n)
  })

  it('goes on behind it as a new incarnation once somebody has moved it', async () => {
    const former = work.jobId
    const bad = work.poisoned?.offset ?? 0n
    await work.passPoison()
    expect(work.jobId).not.toBe(former)
    for (const group of work.playGroups) {
      await waitFor(`${group} to pass`, async () => ((await committedOffsets(kafka.bootstrap, group)).get(standsAt) ?? 0n) > bad + 1n)
    }
    expect((await job()).state).toBe('RUNNING')
  })

  it('has no place to run while its task manager is dead, and runs again on a new one', async () => {
    await flink.killTaskManager(0)
    const managers = async (): Promise<number> =>
      ((await (await fetch(`${flink.restUrl}/overview`)).json()) as { taskmanagers: number }).taskmanagers
    await waitFor('the loss to be noticed', async () => (await managers()) === 0)
    await flink.startTaskManager(0)
    const before = (await committedOffsets(kafka.bootstrap, ROUTE_GROUP)).get(standsAt) ?? 0n
    await waitFor('new commits', async () => ((await committedOffsets(kafka.bootstrap, ROUTE_GROUP)).get(standsAt) ?? 0n) > before)
  })
})
