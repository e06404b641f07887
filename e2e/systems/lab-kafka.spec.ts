// The lab's own proof: three real brokers, and every situation in which the tests of Kafka put them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTopics, leaderOf } from '../lab/kafka/client.ts'
import { type LabKafka, startKafka } from '../lab/kafka/cluster.ts'
import { commitOffsets, committedOffsets, endOffset } from '../lab/kafka/commits.ts'
import { startConsumer } from '../lab/kafka/consumers.ts'
import {
  makeSelfAssignedGroup,
  startConnectGroup,
  startConsumerProtocolGroup,
  startGroupWithUnassigned,
  startRebalancingGroup,
  startShareGroup,
  stateOf,
} from '../lab/kafka/group-kinds.ts'
import { produceBadRecord, startProducer } from '../lab/kafka/producers.ts'
import { coordinatorOf, metadataOf } from '../lab/kafka/raw.ts'
import {
  deleteTopic,
  makeAbortedOnly,
  makeCommitBeyondEnd,
  makeCommittedTopic,
  makeEmptyLog,
  makeExpired,
  makeMarkersOnly,
  makeNoCommit,
  makeOpenTransaction,
  makeRecreatedTopic,
  makeSingleReplica,
  type Situation,
} from '../lab/kafka/situations.ts'
import { describeAllGroups, parseDescription } from '../lab/kafka/tools.ts'
import { startScaledKafka } from '../lab/scale.ts'
import { type CountingProxy, startCountingProxy } from '../support/counting-proxy.ts'
import { waitFor } from '../support/process.ts'

let kafka: LabKafka
const proxies: CountingProxy[] = []
const opened: (() => Promise<void>)[] = []

beforeAll(async () => {
  kafka = await startKafka({
    brokers: 3,
    advertisedThrough: async ({ host, port }) => {
      const proxy = await startCountingProxy({ target: { host, port }, protocol: 'kafka' })
      proxies.push(proxy)
      return proxy
    },
  })
  console.log(`three brokers usable after ${kafka.startedInMs} ms`)
})

afterAll(async () => {
  for (const close of opened.reverse()) await close()
  await kafka?.stop()
  for (const proxy of proxies) await proxy.stop()
})

const kept = <T extends { stop(): Promise<void> }>(one: T): T => {
  opened.push(() => one.stop())
  return one
}

describe('the cluster', () => {
  it('advertises the proxies to clients and keeps its own traffic off them', async () => {
    const { brokers } = await metadataOf(kafka.bootstrap, [])
    expect(brokers.map((broker) => broker.port).sort()).toEqual(proxies.map((proxy) => proxy.port).sort())
    expect(brokers.map((broker) => broker.rack).sort()).toEqual(['rack-1', 'rack-2', 'rack-3'])
    const counted = proxies.map((proxy) => proxy.totals())
    expect(counted.reduce((sum, one) => sum + one.requestCount, 0)).toBe(1)
    expect(counted.flatMap((one) => one.requests)).toMatchObject([{ name: 'Metadata v12', count: 1 }])
  })

  it('lists the same brokers without proxies to the lab itself', async () => {
    const { brokers } = await metadataOf(kafka.directBootstrap, [])
    expect(brokers.map((broker) => `${broker.host}:${broker.port}`).sort()).toEqual([...kafka.directBootstrap].sort())
  })

  it('coordinates a group on the same broker in every run', async () => {
    const [first, second] = kafka.directBootstrap
    expect(await coordinatorOf(kafka.directBootstrap, 'billing')).toBe(second)
    expect(await coordinatorOf(kafka.directBootstrap, 'route-plays')).toBe(first)
  })
})

describe('situations', () => {
  const made = async (make: (bootstrap: readonly string[]) => Promise<Situation>): Promise<Situation> => {
    const situation = await make(kafka.directBootstrap)
    expect(await endOffset(kafka.directBootstrap, situation.topic, situation.partition)).toBe(situation.end)
    const commits = await committedOffsets(kafka.directBootstrap, situation.groupId)
    expect(commits.get(`${situation.topic}/${situation.partition}`)).toBe(situation.committed)
    return situation
  }

  it.each([
    ['no commit', makeNoCommit],
    ['expired', makeExpired],
    ['commit beyond the end', makeCommitBeyondEnd],
    ['empty log', makeEmptyLog],
    ['recreated topic', makeRecreatedTopic],
    ['markers only', makeMarkersOnly],
    ['aborted only', makeAbortedOnly],
  ] as const)('%s', async (_name, make) => {
    await made(make)
  })

  it('an open transaction holds the last stable offset until it ends', async () => {
    const open = await makeOpenTransaction(kafka.directBootstrap)
    await made(() => Promise.resolve(open))
    await open.abort()
    await waitFor('the marker', async () => (await endOffset(kafka.directBootstrap, open.topic, 0)) === 13n)
  })

  it('a deleted topic takes its commits with it', async () => {
    const doomed = await made(makeCommittedTopic)
    await deleteTopic(kafka.directBootstrap, doomed.topic)
    await waitFor('the commit to go', async () => (await committedOffsets(kafka.directBootstrap, doomed.groupId)).size === 0)
  })

  it("the command line's lag is read, and its dashes stay unknown", async () => {
    const rows = await describeAllGroups(kafka.bootstrap)
    const row = (group: string) => rows.find((one) => one.group === group && one.partition === 0)
    expect(row('expired-group')).toMatchObject({ currentOffset: 1n, logEndOffset: 20n, lag: 19n })
    expect(row('no-commit-group')).toMatchObject({ currentOffset: 10n, logEndOffset: 10n, lag: 0n })
    expect(row('beyond-end-group')).toMatchObject({ currentOffset: 5_000n, lag: -4_900n })
    const header = 'GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID'
    expect(parseDescription(`\n${header}\ng t 3 - 12 - a /127.0.0.1 b\n`)).toEqual([
      { group: 'g', topic: 't', partition: 3, currentOffset: undefined, logEndOffset: 12n, lag: undefined },
    ])
  })
})

describe('kinds of groups', () => {
  it('are all seen by the brokers', async () => {
    const bootstrap = kafka.directBootstrap
    await createTopics(bootstrap, [{ topic: 'kinds', partitions: 3 }])
    const producer = kept(await startProducer(bootstrap, { topic: 'kinds', rate: 30, partitions: 3 }))
    kept(await startShareGroup(bootstrap, 'kind-share', 'kinds'))
    kept(await startConsumerProtocolGroup(bootstrap, 'kind-848', 'kinds'))
    kept(await startConnectGroup(bootstrap, 'kind-connect'))
    kept(await startGroupWithUnassigned(bootstrap, 'kind-unassigned', 'kinds', { assigned: [0, 1] }))
    kept(await startRebalancingGroup(bootstrap, 'kind-rebalancing', 'kinds'))
    await makeSelfAssignedGroup(bootstrap, 'kind-self', 'kinds', [0n, 0n, 0n])
    expect(await stateOf(bootstrap, 'kind-connect')).toBe('Stable')
    expect(await stateOf(bootstrap, 'kind-unassigned')).toBe('Stable')
    expect(await stateOf(bootstrap, 'kind-rebalancing')).toBe('CompletingRebalance')
    expect(await stateOf(bootstrap, 'kind-self')).toBe('Empty')
    await waitFor('the 848 group to commit', async () => ((await committedOffsets(bootstrap, 'kind-848')).get('kinds/0') ?? 0n) > 5n)
    expect(producer.sent).toBeGreaterThan(10)
  })
})

describe('the bad record', () => {
  it('holds two groups at its offset, in their groups and on no other partition, until they are moved past it', async () => {
    const bootstrap = kafka.directBootstrap
    await createTopics(bootstrap, [{ topic: 'plays', partitions: 3 }])
    const producer = kept(await startProducer(bootstrap, { topic: 'plays', rate: 30, partitions: 3 }))
    const consumers = [
      kept(await startConsumer(bootstrap, { groupId: 'billing', topics: ['plays'] })),
      kept(await startConsumer(bootstrap, { groupId: 'recommendations', topics: ['plays'] })),
    ]
    await waitFor('both to consume', () => consumers.every((one) => one.handled > 30))
    const bad = await produceBadRecord(bootstrap, 'plays', 1)
    await waitFor('both to retry it', () => consumers.every((one) => one.retries >= 3))
    const handled = consumers.map((one) => one.handled)
    await waitFor('the other partitions to go on', () => consumers.every((one, index) => one.handled > (handled[index] ?? 0) + 20))
    for (const consumer of consumers) {
      expect(consumer.standsAt()).toEqual([bad])
      expect((await committedOffsets(bootstrap, consumer.groupId)).get('plays/1')).toBe(bad.offset)
      expect(await stateOf(bootstrap, consumer.groupId)).toBe('Stable')
    }
    await producer.pause()
    const paused = await endOffset(bootstrap, 'plays', 0)
    const sent = producer.sent
    for (const consumer of consumers) {
      await waitFor(
        'the commit of what was sent',
        async () => (await committedOffsets(bootstrap, consumer.groupId)).get('plays/0') === paused,
      )
      await consumer.stop()
      await commitOffsets(bootstrap, consumer.groupId, [{ topic: 'plays', partition: 1, offset: bad.offset + 1n }])
    }
    const again = kept(await startConsumer(bootstrap, { groupId: 'billing', topics: ['plays'] }))
    const end = await endOffset(bootstrap, 'plays', 1)
    await waitFor('billing to catch up', async () => (await committedOffsets(bootstrap, 'billing')).get('plays/1') === end)
    expect(again.retries).toBe(0)
    expect(producer.sent).toBe(sent)
  })
})

describe('a broker', () => {
  it('that is killed loses its place and its single replica, and gets both back', async () => {
    const bootstrap = kafka.directBootstrap
    const [, , third] = kafka.brokers
    if (third === undefined) throw new Error('no third broker')
    const lone = await makeSingleReplica(bootstrap, third.id)
    const others = bootstrap.slice(0, 2)
    const began = performance.now()
    await third.kill()
    expect(third.alive()).toBe(false)
    await waitFor('metadata to admit it', async () => (await metadataOf(others, [])).brokers.length === 2)
    console.log(`metadata admitted the loss after ${Math.round(performance.now() - began)} ms`)
    expect(await leaderOf(others, lone.topic, 0)).toBeUndefined()
    await third.start()
    await waitFor('its replica to be led', async () => (await leaderOf(others, lone.topic, 0)) === third.id)
    expect(await endOffset(bootstrap, lone.topic, 0)).toBe(lone.end)
  })

  it('that coordinates a group may die: the consumer finds its way back and goes on', async () => {
    const bootstrap = kafka.directBootstrap
    await createTopics(bootstrap, [{ topic: 'mails', replicas: 3 }])
    kept(await startProducer(bootstrap, { topic: 'mails', rate: 20 }))
    const consumer = kept(await startConsumer(bootstrap, { groupId: 'mailer', topics: ['mails'] }))
    const coordinator = await coordinatorOf(bootstrap, 'mailer')
    const broker = kafka.brokers[bootstrap.indexOf(coordinator)]
    await waitFor('the first records', () => consumer.handled > 10)
    await broker?.kill()
    const others = bootstrap.filter((address) => address !== coordinator)
    await waitFor('another coordinator', async () => (await coordinatorOf(others, 'mailer')) !== coordinator)
    const before = (await committedOffsets(others, 'mailer')).get('mails/0') ?? 0n
    await waitFor('new commits', async () => ((await committedOffsets(others, 'mailer')).get('mails/0') ?? 0n) > before)
    await broker?.start()
  })

  it('that is frozen answers nothing until it is thawed', async () => {
    const [first] = kafka.brokers
    const [own = ''] = kafka.directBootstrap
    await first?.pause()
    const asked = metadataOf([own], []).then(() => 'answered')
    const raced = await Promise.race([asked, metadataOf(kafka.directBootstrap.slice(1), []).then(() => 'others first')])
    expect(raced).toBe('others first')
    first?.resume()
    expect(await asked).toBe('answered')
  })
})

describe('the scaled broker', () => {
  it("has exactly the lag that it says, by Kafka's own count", async () => {
    const scaled = kept(await startScaledKafka({ topics: 20, partitions: 90, groups: 6, commitsPerGroup: 30, heapMb: 256 }))
    const rows = await describeAllGroups(scaled.kafka.bootstrap)
    expect(new Set(rows.map((row) => row.group)).size).toBe(6)
    expect(rows.length).toBe(scaled.groupPartitions)
    expect(rows.reduce((sum, row) => sum + (row.lag ?? 0n), 0n)).toBe(scaled.lagSum)
  })
})
