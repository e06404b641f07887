import { afterEach, describe, expect, test, vi } from 'vitest'
import { readOnlyPolicy } from '../../../net/policy.ts'
import { TrafficLedger } from '../../../net/traffic.ts'
import { createMemory } from '../memory.ts'
import { type Answer, answered, FakeBrokers, int16, int32, int64, metadataBody } from '../toy/fake-broker.ts'
import { Cluster } from '../wire/cluster.ts'
import { sweepHealth } from './health.ts'

const brokers = new FakeBrokers()
const open: Cluster[] = []
/** Who was asked of the quorum in the last round. */
let asked: number[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((cluster) => cluster.close()))
  await brokers.stop()
})

/** DescribeQuorum 2 of one partition. */
const quorum = (leader: number, code = 0): Answer => {
  const partition = [int32(0), int16(code), Buffer.from([0]), int32(leader), int32(9), int64(100), Buffer.from([1, 1, 0])]
  const topic = [Buffer.from([2, 0x74, 2]), ...partition, Buffer.from([0])]
  return (c, s) => s.write(answered(c, int16(0), Buffer.from([0, 2]), ...topic, Buffer.from([1, 0])))
}
const isSilent: Answer = () => {}
const breaksOff: Answer = (_c, s) => s.destroy()
const notController = quorum(-1, 41)
const nobody = quorum(-1)

/** One round over a cluster of brokers that say this of the quorum, the first of them asked first. */
async function roundOver(...quorums: readonly Answer[]) {
  const listed: Record<number, number> = {}
  asked = []
  for (const [i, ofQuorum] of quorums.entries())
    listed[i + 1] = await brokers.start((c, s, api) => {
      if (api === 3) s.write(answered(c, metadataBody(listed)))
      else if (api === 35) s.write(answered(c, int32(0), int16(0), Buffer.from([1, 0])))
      else {
        asked.push(i + 1)
        ofQuorum(c, s, api)
      }
    })
  const cluster = new Cluster({
    door: { clientId: 'test', policy: readOnlyPolicy('kafka', ['127.0.0.1']), security: {}, ledger: new TrafficLedger() },
    bootstrap: [{ host: '127.0.0.1', port: listed[1] ?? 0 }],
    now: () => new Date(),
    onLost: () => {},
  })
  open.push(cluster)
  const memory = createMemory()
  const put: string[] = []
  const lacking: unknown[] = []
  const out = {
    put: (into: string) => void put.push(into),
    same: () => {},
    lacks: (into: string, why: unknown) => void lacking.push([into, why]),
    ended: () => {},
  }
  const ports = { cluster, memory, ctx: { now: () => new Date(), clock: () => {} } }
  await sweepHealth(ports, out, { wanted: [], first: true, signal: new AbortController().signal })
  return { controller: memory.controller, put, lacking, asked }
}

describe('the controller', () => {
  test('is who the first broker names, and nobody else is asked', async () => {
    expect(await roundOver(quorum(2), quorum(3))).toMatchObject({ controller: 2, put: expect.arrayContaining(['quorum']), asked: [1] })
  })
  test.each([
    ['breaks off', breaksOff],
    ['answers with an error', notController],
    ['knows none', nobody],
  ])('is asked for at another broker when the first one %s', async (_what, first) => {
    expect(await roundOver(first, quorum(2))).toMatchObject({ controller: 2, put: expect.arrayContaining(['quorum']), asked: [1, 2] })
  })
  test('is not known, and not said to be missing, while nobody answers', async () => {
    expect(await roundOver(breaksOff, breaksOff)).toMatchObject({
      controller: { unknown: 'unanswered', note: expect.stringContaining('127.0.0.1') },
      lacking: [],
    })
    expect(await roundOver(breaksOff)).toMatchObject({ controller: { unknown: 'unanswered' }, asked: [1] })
    expect(await roundOver(notController, notController)).toMatchObject({ controller: { unknown: 'unanswered', note: 'NOT_CONTROLLER' } })
  })
  test('is missing when a broker answers that there is none and no other one names any', async () => {
    expect(await roundOver(nobody, nobody)).toMatchObject({ controller: -1 })
    expect(await roundOver(nobody, breaksOff)).toMatchObject({ controller: -1 })
  })
  test('is missing when all are silent about it and answer everything else', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    try {
      const round = roundOver(isSilent, isSilent)
      for (const all of [[1], [1, 2]]) {
        await vi.waitFor(() => expect(asked).toEqual(all), { timeout: 5_000 })
        vi.advanceTimersByTime(6_000)
      }
      expect(await round).toMatchObject({ controller: -1 })
    } finally {
      vi.useRealTimers()
    }
  })
  test('is nothing this account may know where the broker says so', async () => {
    expect(await roundOver(quorum(-1, 31), quorum(2))).toMatchObject({
      controller: { unknown: 'forbidden' },
      lacking: [['quorum', { unknown: 'forbidden', note: 'CLUSTER_AUTHORIZATION_FAILED' }]],
    })
  })
})
