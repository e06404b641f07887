// One broker with thousands of topics and hundreds of groups: the size at which the way of asking decides.
import * as P from '@platformatic/kafka'
import { waitFor } from '../support/process.ts'
import { random } from '../support/seeded-random.ts'
import { kafkaClient } from './kafka/client.ts'
import { type LabKafka, startKafka } from './kafka/cluster.ts'
import { answer, retried, withBroker } from './kafka/raw.ts'

export interface ScaleOptions {
  /** Default 2,000. */
  readonly topics?: number
  /** In all; every topic gets 4 or 5 with the default of 9,000. */
  readonly partitions?: number
  /** Default 500. */
  readonly groups?: number
  /** Commits of each group, each on a partition of its own. Default 90. */
  readonly commitsPerGroup?: number
  /** Default 3: small, but lag is not 0 everywhere. */
  readonly recordsPerPartition?: number
  readonly heapMb?: number
  /** Puts a proxy before the broker, as in startKafka. */
  readonly advertisedThrough?: Parameters<typeof startKafka>[0]['advertisedThrough']
  readonly says?: (line: string) => void
}

export interface ScaledKafka {
  readonly kafka: LabKafka
  readonly topics: number
  readonly partitions: number
  readonly groups: number
  readonly groupPartitions: number
  /** High watermark minus commit, over all group-partitions: what every right way of asking must find. */
  readonly lagSum: bigint
  stop(): Promise<void>
}

/** Starts the broker and fills it; resolves when every partition has a leader and every commit is in. */
export async function startScaledKafka(options: ScaleOptions = {}): Promise<ScaledKafka> {
  const plan = {
    topics: options.topics ?? 2_000,
    partitions: options.partitions ?? 9_000,
    groups: options.groups ?? 500,
    commits: options.commitsPerGroup ?? 90,
    records: options.recordsPerPartition ?? 3,
  }
  const says = options.says ?? (() => undefined)
  const kafka = await startKafka({
    brokers: 1,
    heapMb: options.heapMb ?? 1_536,
    ...(options.advertisedThrough ? { advertisedThrough: options.advertisedThrough } : {}),
    // Thousands of logs: the housekeeping of each of them would be most of what the broker does.
    extra: {
      'log.retention.check.interval.ms': '86400000',
      'log.flush.offset.checkpoint.interval.ms': '600000',
      'log.flush.start.offset.checkpoint.interval.ms': '600000',
      'replica.high.watermark.checkpoint.interval.ms': '60000',
    },
  })
  try {
    const bootstrap = kafka.directBootstrap
    const topics = topicsOf(plan.topics, plan.partitions)
    const began = performance.now()
    const elapsed = (): string => `${Math.round(performance.now() - began)} ms`
    await createAll(bootstrap, topics)
    says(`${plan.topics} topics, ${plan.partitions} partitions created and led after ${elapsed()}`)
    if (plan.records > 0) await fill(bootstrap, topics, plan.records)
    says(`${plan.records} records in each partition after ${elapsed()}`)
    const { groupPartitions, lagSum } = await commitAll(bootstrap, topics, plan)
    says(`${plan.groups} groups with ${groupPartitions} commits after ${elapsed()}`)
    return {
      kafka,
      topics: plan.topics,
      partitions: plan.partitions,
      groups: plan.groups,
      groupPartitions,
      lagSum,
      stop: () => kafka.stop(),
    }
  } catch (error) {
    await kafka.stop()
    throw error
  }
}

interface ScaleTopic {
  readonly name: string
  readonly partitions: number
}

function topicsOf(count: number, partitions: number): readonly ScaleTopic[] {
  const each = Math.floor(partitions / count)
  const more = partitions - each * count
  return Array.from({ length: count }, (_, index) => ({
    name: `scale-${String(index).padStart(5, '0')}`,
    partitions: each + (index < more ? 1 : 0),
  }))
}

const CHUNK = 100

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}

async function createAll(bootstrap: readonly string[], topics: readonly ScaleTopic[]): Promise<void> {
  const [address = ''] = bootstrap
  await withBroker(address, async (connection) => {
    for (const some of chunks(topics, CHUNK)) {
      const asked = some.map((topic) => ({
        name: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: 1,
        assignments: [],
        configs: [],
      }))
      const created = await answer(P.createTopicsV7.api.async(connection, asked, 60_000, false))
      const refused = created.topics.find((topic) => topic.errorCode !== 0)
      if (refused !== undefined) throw new Error(`${refused.name}: error ${refused.errorCode} ${refused.errorMessage ?? ''}`)
    }
  })
  // Created is not there, and in the metadata is not there either: the logs are made behind both answers.
  await waitFor('a log for every partition', async () => (await endOffsets(bootstrap, topics)) !== undefined, {
    withinMs: 300_000,
    everyMs: 1_000,
  })
}

/** High watermark of every partition by topic, in one request; undefined while a partition is not there yet. */
async function endOffsets(
  bootstrap: readonly string[],
  topics: readonly ScaleTopic[],
): Promise<ReadonlyMap<string, readonly bigint[]> | undefined> {
  const [address = ''] = bootstrap
  const asked = topics.map((topic) => ({
    name: topic.name,
    partitions: Array.from({ length: topic.partitions }, (_, partitionIndex) => ({
      partitionIndex,
      currentLeaderEpoch: -1,
      timestamp: -1n,
    })),
  }))
  const listed = await withBroker(address, (connection) => answer(P.listOffsetsV9.api.async(connection, -1, 0, asked)))
  if (listed.topics.some((topic) => topic.partitions.some((one) => one.errorCode !== 0))) return undefined
  return new Map(
    listed.topics.map((topic) => [
      topic.name,
      topic.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex).map((one) => one.offset),
    ]),
  )
}

async function fill(bootstrap: readonly string[], topics: readonly ScaleTopic[], records: number): Promise<void> {
  const producer = kafkaClient(bootstrap).producer()
  await producer.connect()
  try {
    for (const some of chunks(topics, CHUNK)) {
      const topicMessages = some.map((topic) => ({
        topic: topic.name,
        messages: Array.from({ length: topic.partitions * records }, (_, index) => ({
          value: `{"n":${index}}`,
          partition: index % topic.partitions,
        })),
      }))
      await producer.sendBatch({ topicMessages, acks: -1 })
    }
  } finally {
    await producer.disconnect()
  }
}

async function commitAll(
  bootstrap: readonly string[],
  topics: readonly ScaleTopic[],
  plan: { readonly groups: number; readonly commits: number },
): Promise<{ readonly groupPartitions: number; readonly lagSum: bigint }> {
  const [address = ''] = bootstrap
  const draw = random(1)
  // Asked, not computed: a client that repeats a batch writes its records twice.
  const ends = await endOffsets(bootstrap, topics)
  let groupPartitions = 0
  let lagSum = 0n
  await withBroker(address, async (connection) => {
    for (let group = 0; group < plan.groups; group++) {
      const taken = new Map<
        string,
        { partitionIndex: number; committedOffset: bigint; committedLeaderEpoch: number; committedMetadata: string }[]
      >()
      let left = plan.commits
      for (let at = Math.floor(draw() * topics.length); left > 0; at = (at + 1) % topics.length) {
        const topic = topics[at]
        if (topic === undefined || taken.has(topic.name)) break
        const partitions = Array.from({ length: Math.min(left, topic.partitions) }, (_, partitionIndex) => {
          const end = ends?.get(topic.name)?.[partitionIndex] ?? 0n
          const committedOffset = BigInt(Math.floor(draw() * (Number(end) + 1)))
          lagSum += end - committedOffset
          return { partitionIndex, committedOffset, committedLeaderEpoch: -1, committedMetadata: '' }
        })
        taken.set(topic.name, partitions)
        left -= partitions.length
        groupPartitions += partitions.length
      }
      const asked = [...taken].map(([name, partitions]) => ({ name, partitions }))
      const groupId = `scale-group-${String(group).padStart(4, '0')}`
      await retried(`commits of ${groupId}`, () => P.offsetCommitV8.api.async(connection, groupId, -1, '', null, asked))
    }
  })
  return { groupPartitions, lagSum }
}
