import { afterEach, expect, test } from 'vitest'
import { readOnlyPolicy } from '../../../net/policy.ts'
import { TrafficLedger } from '../../../net/traffic.ts'
import { answered, FakeBrokers, metadataBody } from '../toy/fake-broker.ts'
import { Cluster } from './cluster.ts'
import { listGroups } from './groups.ts'

const brokers = new FakeBrokers()
const open: Cluster[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((cluster) => cluster.close()))
  await brokers.stop()
})

function clusterAt(port: number): Cluster {
  const cluster = new Cluster({
    door: { clientId: 'test', policy: readOnlyPolicy('kafka', ['127.0.0.1']), security: {}, ledger: new TrafficLedger() },
    bootstrap: [{ host: '127.0.0.1', port }],
    now: () => new Date(),
    onLost: () => {},
  })
  open.push(cluster)
  return cluster
}

test('what our sockets saw of a broker outlives its place in the metadata, and is taken up when it comes back', async () => {
  const listed: Record<number, number> = {}
  let isBroken = false
  const first = await brokers.start((c, s) => s.write(answered(c, metadataBody(listed))))
  listed[1] = first
  listed[2] = await brokers.start((c, s) => (isBroken ? s.destroy() : s.write(answered(c, Buffer.alloc(7, 1)))))
  const cluster = clusterAt(first)
  await cluster.metadata()
  expect(cluster.contact(2)).toBeUndefined()
  await cluster.ask(2, listGroups, {}).catch(() => {})
  isBroken = true
  await cluster.ask(2, listGroups, {}).catch(() => {})
  const before = cluster.contact(2)
  expect(before).toMatchObject({ failures: 1, failingSince: expect.any(Date), lastError: expect.any(Error) })
  delete listed[2]
  await cluster.metadata()
  expect(cluster.nodes.has(2)).toBe(false)
  expect(cluster.contact(2)).toEqual(before)
  listed[2] = 1
  await cluster.metadata()
  expect(cluster.contact(2)).toEqual(before)
  await cluster.ask(2, listGroups, {}).catch(() => {})
  expect(cluster.contact(2)).toMatchObject({ lastAnswer: before?.lastAnswer, failures: 1, lastError: { data: { target: '127.0.0.1:1' } } })
})
