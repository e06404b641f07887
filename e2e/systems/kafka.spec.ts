// Kafka, seen as the product sees it, on three real brokers: requests counted at the socket, every situation of lag, a broker lost.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isUnknown } from '../../shared/model/known.ts'
import { createTopics, leaderOf } from '../lab/kafka/client.ts'
import { type LabKafka, startKafka } from '../lab/kafka/cluster.ts'
import { commitOffsets } from '../lab/kafka/commits.ts'
import { startConsumer } from '../lab/kafka/consumers.ts'
import { makeSelfAssignedGroup, startConnectGroup, startConsumerProtocolGroup, startShareGroup } from '../lab/kafka/group-kinds.ts'
import { BAD_RECORD, produce, startProducer } from '../lab/kafka/producers.ts'
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
import { describeAllGroups } from '../lab/kafka/tools.ts'
import { type CountingProxy, startCountingProxy } from '../support/counting-proxy.ts'
import { waitFor } from '../support/process.ts'
import { openRounds, type Put, type Round, type Rounds } from './kafka-rounds.ts'

let kafka: LabKafka
let rounds: Rounds
const proxies: CountingProxy[] = []
const opened: (() => Promise<void>)[] = []
const kept = <T extends { stop(): Promise<void> }>(one: T): T => {
  opened.push(() => one.stop())
  return one
}

beforeAll(async () => {
  kafka = await startKafka({
    brokers: 3,
    advertisedThrough: async ({ host, port }) => {
      const proxy = await startCountingProxy({ target: { host, port }, protocol: 'kafka' })
      proxies.push(proxy)
      return proxy
    },
  })
  rounds = await openRounds(kafka.bootstrap)
})
afterAll(async () => {
  await rounds?.close()
  for (const close of opened.reverse()) await close()
  await kafka?.stop()
  for (const proxy of proxies) await proxy.stop()
})

const at = (
  round: Round,
  of: { readonly groupId: string; readonly topic: string; readonly partition: number },
): Put<'groupPartitions'> | undefined =>
  round.rows('groupPartitions').find((row) => row.group === of.groupId && row.topic === of.topic && row.partition === BigInt(of.partition))

/** Rounds until the row is as wanted; the last one is the answer. */
async function until(what: string, holds: (round: Round) => boolean): Promise<Round> {
  let last: Round | undefined
  await waitFor(
    what,
    async () => {
      last = await rounds.lag()
      return holds(last)
    },
    { everyMs: 300, withinMs: 60_000 },
  )
  if (last === undefined) throw new Error('no round')
  return last
}

describe('every kind of group in one round', () => {
  beforeAll(async () => {
    const direct = kafka.directBootstrap
    await createTopics(direct, [{ topic: 'orders', partitions: 6, config: { 'min.insync.replicas': '2' } }])
    kept(await startProducer(direct, { topic: 'orders', rate: 30, partitions: 6 }))
    kept(await startConsumer(direct, { groupId: 'classic', topics: ['orders'] }))
    kept(await startConsumerProtocolGroup(direct, 'newer', 'orders'))
    kept(await startShareGroup(direct, 'sharing', 'orders'))
    kept(await startConnectGroup(direct, 'connectors'))
    await makeSelfAssignedGroup(direct, 'by-itself', 'orders', [1n, 1n])
  })

  it('tells them apart', async () => {
    const round = await until('all groups', (r) => r.rows('groups').length >= 5)
    const kinds = Object.fromEntries(round.rows('groups').map((group) => [group.group, group.kind]))
    expect(kinds).toMatchObject({
      classic: 'consumer',
      newer: 'consumer',
      sharing: 'share',
      connectors: 'connect',
      'by-itself': 'self-assigned',
    })
    const types = Object.fromEntries(round.rows('groups').map((group) => [group.group, group.type]))
    expect(types).toMatchObject({ classic: 'classic', newer: 'consumer', sharing: 'share' })
    expect(round.rows('groups').find((group) => group.group === 'classic')).toMatchObject({
      state: 'Stable',
      members: 1,
      clients: ['consumer-classic'],
    })
    expect(round.covered('groups')).toBe('all')
  })

  it('takes at most 1 + 7 × brokers requests, 2 × brokers more for share groups', async () => {
    await rounds.health()
    await rounds.lag()
    for (const proxy of proxies) proxy.reset()
    await rounds.lag()
    const requests = proxies.flatMap((proxy) => proxy.totals('landscope').requests)
    const lookedCloser = requests.filter((one) => one.name.startsWith('Fetch ')).reduce((sum, one) => sum + one.count, 0)
    const counted = requests.reduce((sum, one) => sum + one.count, 0) - lookedCloser
    console.log(`requests of one round on 3 brokers: ${counted}, records looked at: ${lookedCloser}`)
    expect(counted).toBeLessThanOrEqual(1 + 7 * 3 + 2 * 3)
    expect(requests.some((one) => one.name.startsWith('ApiVersions'))).toBe(false)
    expect(lookedCloser).toBeLessThanOrEqual(3)
  })

  it('asks ApiVersions once a socket, and opens at most three sockets to a broker', async () => {
    for (const proxy of proxies) proxy.reset()
    const fresh = await openRounds(kafka.bootstrap)
    try {
      await fresh.lag()
      for (const proxy of proxies) {
        const ours = proxy
          .connections()
          .filter((one) => one.clientId === 'landscope' && one.requests.some((request) => request.name.startsWith('ApiVersions')))
        expect(ours.length).toBeGreaterThan(0)
        expect(ours.length).toBeLessThanOrEqual(3) // control, bulk, and one for what a broker asks of others (share state)
        for (const one of ours)
          expect(one.requests.filter((request) => request.name.startsWith('ApiVersions'))).toMatchObject([{ count: 1 }])
      }
      expect(Object.values(fresh.traffic()).reduce((sum, one) => sum + one.writes, 0)).toBe(0)
    } finally {
      await fresh.close()
    }
  })

  it('sees disks, the quorum and topic settings', async () => {
    const health = await rounds.health()
    expect(
      health
        .rows('logDirs')
        .map((dir) => [dir.broker, dir.state])
        .sort(),
    ).toEqual([
      ['1', 'ONLINE'],
      ['2', 'ONLINE'],
      ['3', 'ONLINE'],
    ])
    expect(health.rows('quorum').filter((node) => node.role === 'leader')).toHaveLength(1)
    const round = await rounds.lag()
    expect(round.rows('topics').find((topic) => topic.topic === 'orders')).toMatchObject({
      state: 'OK',
      partitions: 6,
      cleanup: 'delete',
      minIsr: 2,
    })
    expect(round.rows('brokers').filter((broker) => broker.controller === true)).toHaveLength(1)
  })

  it('agrees with kafka-consumer-groups wherever that prints a number', async () => {
    // groups whose commits and topics stand still, so that two looks at different times see the same
    await createTopics(kafka.directBootstrap, [{ topic: 'still', partitions: 2 }])
    await produce(kafka.directBootstrap, { topic: 'still', partition: 0 }, ['a', 'b', 'c'])
    await commitOffsets(kafka.directBootstrap, 'still-group', [{ topic: 'still', partition: 0, offset: 1n }])
    const theirs = (await describeAllGroups(kafka.directBootstrap)).filter((row) => row.group === 'still-group')
    const round = await rounds.lag()
    expect(theirs.length).toBeGreaterThan(0)
    for (const row of theirs) expect([row.partition, at(round, { ...row, groupId: row.group })?.lag]).toEqual([row.partition, row.lag])
    expect(at(round, { groupId: 'still-group', topic: 'still', partition: 1 })).toMatchObject({ kind: 'NO_COMMIT' })
  })
})

describe('situations', () => {
  it('shows each as what it is', async () => {
    const direct = kafka.directBootstrap
    const open = await makeOpenTransaction(direct)
    opened.push(() => open.abort())
    const made = {
      noCommit: await makeNoCommit(direct),
      expired: await makeExpired(direct),
      beyond: await makeCommitBeyondEnd(direct),
      empty: await makeEmptyLog(direct),
      recreated: await makeRecreatedTopic(direct),
      markers: await makeMarkersOnly(direct),
      aborted: await makeAbortedOnly(direct),
      open,
    } satisfies Record<string, Situation>
    const round = await until(
      'markers looked at',
      (r) => at(r, made.markers)?.markersOnly === true && at(r, made.aborted)?.markersOnly === true,
    )
    expect(at(round, made.noCommit)).toMatchObject({ kind: 'NO_COMMIT', unread: 10n })
    expect(at(round, made.expired)).toMatchObject({ kind: 'EXPIRED', lag: 5n, lost: 14n })
    expect(at(round, made.beyond)).toMatchObject({ kind: 'TRUNCATED', overshoot: 4_900n })
    expect(at(round, made.empty)).toMatchObject({ kind: 'EMPTY_LOG', lag: 0n })
    expect(at(round, made.recreated)).toMatchObject({ kind: 'STALE_COMMIT' })
    expect(at(round, made.markers)).toMatchObject({ kind: 'EXACT', lag: 0n, markersOnly: true })
    expect(at(round, made.aborted)).toMatchObject({ kind: 'EXACT', lag: 0n, markersOnly: true })
    expect(at(round, made.open)).toMatchObject({ kind: 'EXACT', lag: 3n, visibleLag: 0n, txnBlocked: 3n })
    const group = round.rows('groups').find((row) => row.group === made.noCommit.groupId)
    expect(group).toMatchObject({ lag: 0n, atLeast: true, counted: 1, uncounted: 1 })
  })

  it('dates the first unread record at first contact, by the record itself', async () => {
    const direct = kafka.directBootstrap
    await createTopics(direct, [{ topic: 'dated' }])
    const before = Date.now()
    await produce(direct, { topic: 'dated' }, ['{"a":1}', '{"a":2}'])
    await commitOffsets(direct, 'dated-group', [{ topic: 'dated', partition: 0, offset: 1n }])
    const fresh = await openRounds(kafka.bootstrap)
    try {
      const round = await fresh.lag()
      const recordAt = at(round, { groupId: 'dated-group', topic: 'dated', partition: 0 })?.recordAt
      expect(recordAt).toBeInstanceOf(Date)
      expect(Math.abs((recordAt as Date).getTime() - before)).toBeLessThan(10_000)
    } finally {
      await fresh.close()
    }
  })

  it('ends the rows of a deleted topic with that reason', async () => {
    const doomed = await makeCommittedTopic(kafka.directBootstrap)
    await until('the commit', (r) => at(r, doomed)?.kind === 'EXACT')
    await deleteTopic(kafka.directBootstrap, doomed.topic)
    const ended: string[] = []
    const round = await until('the end', (r) => {
      ended.push(...r.ended.filter((one) => one.why === 'topic deleted').map((one) => one.collection))
      return !r.rows('topics').some((topic) => topic.topic === doomed.topic) && at(r, doomed) === undefined
    })
    expect(ended).toEqual(expect.arrayContaining(['topics', 'partitions', 'groupPartitions']))
    expect(round.covered('topics')).toBe('all')
  })

  it('reads the record a group stands at, with its neighbours', async () => {
    await createTopics(kafka.directBootstrap, [{ topic: 'poisoned' }])
    await produce(kafka.directBootstrap, { topic: 'poisoned' }, ['{"ok":1}', BAD_RECORD, '{"ok":2}'])
    const seen = await rounds.messages({ topic: 'poisoned', partition: 0n, from: 'around', offset: 1n })
    expect(seen.map((item) => [item.offset, item.place, item.valueAs])).toEqual([
      [0n, 'before', 'json'],
      [1n, 'at', 'text'],
      [2n, 'after', 'json'],
    ])
    expect(seen[1]).toMatchObject({ value: BAD_RECORD, valueBytes: BigInt(BAD_RECORD.length), cut: false, timestampBy: 'producer' })
    const newest = await rounds.messages({ topic: 'poisoned', partition: 0n, from: 'newest', limit: 2 })
    expect(newest.map((item) => item.offset)).toEqual([1n, 2n])
    await expect(rounds.messages({ topic: 'poisoned', partition: 0n, from: 'offset', offset: 99n })).rejects.toMatchObject({
      data: { code: 'not-found' },
    })
    await expect(rounds.messages({ topic: 'nowhere', partition: 0n, from: 'newest' })).rejects.toMatchObject({
      data: { code: 'not-found' },
    })
  })
})

describe('a broker is killed', () => {
  it('our sockets say so before the cluster does, nothing blanks, and its groups are unseen, not gone', async () => {
    const victim = kafka.brokers[2]
    if (victim === undefined) throw new Error('three brokers expected')
    const single = await makeSingleReplica(kafka.directBootstrap, victim.id)
    const whole = await until('the whole picture', (r) => at(r, single)?.kind === 'EXACT' && r.covered('groups') === 'all')
    const behind = whole
      .rows('groups')
      .filter((group) => group.coordinator === String(victim.id))
      .map((group) => group.group)
    const wakes = rounds.wakes.length
    await victim.kill()
    const began = performance.now()
    const lying = await until('says / sees', (r) =>
      r.rows('brokers').some((b) => b.broker === String(victim.id) && b.listed === true && b.contact === 'refusing'),
    )
    console.log(
      `our sockets noticed after ${Math.round(performance.now() - began)} ms, while metadata listed it; woken ${rounds.wakes.length - wakes} times`,
    )
    expect(rounds.wakes.length).toBeGreaterThan(wakes)
    expect(lying.rows('topics').length).toBe(whole.rows('topics').length)
    expect(lying.covered('groups')).toMatchObject({ reason: 'refused', where: { coordinator: [String(victim.id)] } })
    if (behind.length > 0) expect(lying.covered('groupPartitions')).toMatchObject({ where: { group: expect.arrayContaining(behind) } })
    const dark = lying.rows('partitions').filter((p) => p.leader === String(victim.id))
    expect(dark.length).toBeGreaterThan(0)
    expect(dark.every((p) => isUnknown(p.end) && p.end.unknown === 'refused')).toBe(true)
    const other = lying.rows('partitions').filter((p) => p.leader !== String(victim.id))
    expect(other.some((p) => typeof p.end === 'bigint')).toBe(true)

    const admitted = await until('metadata admits it', (r) =>
      r.rows('brokers').some((b) => b.broker === String(victim.id) && b.listed === false),
    )
    console.log(`metadata admitted it after ${Math.round(performance.now() - began)} ms`)
    const offline = await until('the single replica is offline', (r) => at(r, single)?.kind === 'OFFLINE')
    expect(isUnknown(at(offline, single)?.lag)).toBe(true)
    expect(offline.rows('topics').find((t) => t.topic === single.topic)).toMatchObject({ state: 'OFFLINE', offline: 1 })
    expect(admitted.rows('topics').find((t) => t.topic === 'orders')).toMatchObject({ offline: 0 })
    await until('all groups are back', (r) => behind.every((id) => r.rows('groups').some((group) => group.group === id)))

    await victim.start()
    await until('it is listed again', (r) =>
      r.rows('brokers').some((b) => b.broker === String(victim.id) && b.listed === true && b.contact === 'answering'),
    )
    expect(await leaderOf(kafka.directBootstrap, single.topic, 0)).toBe(victim.id)
  })

  it('a frozen broker costs its own answers only, and no round takes longer than its patience', async () => {
    const frozen = kafka.brokers[1]
    if (frozen === undefined) throw new Error('three brokers expected')
    await until('all answer', (r) => r.rows('brokers').every((b) => b.contact === 'answering'))
    await frozen.pause()
    try {
      const began = performance.now()
      const round = await rounds.lag()
      const tookMs = performance.now() - began
      console.log(`a round with a frozen broker took ${Math.round(tookMs)} ms`)
      expect(tookMs).toBeLessThan(20_000)
      expect(round.rows('brokers').find((b) => b.broker === String(frozen.id))?.contact).toBe('silent')
      expect(round.rows('brokers').filter((b) => b.contact === 'answering').length).toBe(2)
    } finally {
      frozen.resume()
    }
    await until('it answers again', (r) => r.rows('brokers').every((b) => b.contact === 'answering'))
  })
})
