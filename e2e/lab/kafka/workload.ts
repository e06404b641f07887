// A small streaming platform at work: producers, three topics, plain consumers and, where there is a Flink, a routing job.
import { waitFor } from '../../support/process.ts'
import type { LabFlink } from '../flink/cluster.ts'
import { cancelJob, startRoutePlays } from '../flink/jobs.ts'
import { createTopics } from './client.ts'
import type { LabKafka } from './cluster.ts'
import { commitOffsets, committedOffsets, endOffset } from './commits.ts'
import { type LabConsumer, startConsumer } from './consumers.ts'
import { type LabProducer, produceBadRecord, type SentRecord, startProducer } from './producers.ts'

/** The topic that is poisoned. On three brokers the last one leads no partition of it. */
export const PLAYS = 'play-events'
/** A healthy topic with a partition on every broker. */
export const CLICKS = 'search-clicks'
export const ROUTED = 'play-events-routed'
export const ROUTE_GROUP = 'route-plays'
/** The partition that takes the bad record. */
export const POISONED_PARTITION = 1

export interface WorkloadOptions {
  /** Records a second into play-events; search-clicks gets half. Default 30. */
  readonly rate?: number
  /** Checkpoint interval of the Flink job. Default 5 s. */
  readonly checkpointEveryMs?: number
}

export interface LabWorkload {
  readonly producers: readonly LabProducer[]
  readonly consumers: readonly LabConsumer[]
  /** Groups that read play-events: the consumers' and, with Flink, the job's. */
  readonly playGroups: readonly string[]
  /** Id of the present incarnation of the job route-plays. */
  readonly jobId: string | undefined
  /** Where the bad record is, while it stops anybody. */
  readonly poisoned: SentRecord | undefined
  pauseProducers(): Promise<void>
  resumeProducers(): void
  /**
   * Lets every reader of the partition catch up, then writes the bad record: all of them, the job with its checkpoint, stand
   * at exactly this record.
   */
  poison(): Promise<SentRecord>
  /** Gets everybody past the bad record: the consumers skip it, the job is cancelled and started again behind it. */
  passPoison(): Promise<void>
  stop(): Promise<void>
}

/** Creates the topics and starts everything; resolves when all groups have committed. */
export async function startWorkload(kafka: LabKafka, flink?: LabFlink, options: WorkloadOptions = {}): Promise<LabWorkload> {
  const bootstrap = kafka.directBootstrap
  const rate = options.rate ?? 30
  const started: { stop(): Promise<void> }[] = []
  const kept = <T extends { stop(): Promise<void> }>(one: T): T => {
    started.push(one)
    return one
  }
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((one) => one.stop().catch(() => undefined)))
  }
  const startJob = async (): Promise<string | undefined> =>
    flink &&
    startRoutePlays(flink, {
      kafkaBootstrap: kafka.bootstrap,
      from: PLAYS,
      to: ROUTED,
      groupId: ROUTE_GROUP,
      checkpointEveryMs: options.checkpointEveryMs ?? 5_000,
    })
  const playGroups = ['billing', 'recommendations', ...(flink ? [ROUTE_GROUP] : [])]
  const state: { poisoned?: SentRecord; jobId?: string | undefined } = {}

  try {
    await createTopics(bootstrap, topicsOn(kafka.brokers.map((broker) => broker.id)))
    const producers = [
      kept(await startProducer(bootstrap, { topic: PLAYS, rate, partitions: 3, clientId: 'player-api' })),
      kept(await startProducer(bootstrap, { topic: CLICKS, rate: rate / 2, partitions: 3, clientId: 'search-api' })),
    ]
    const consumers = [
      kept(await startConsumer(bootstrap, { groupId: 'billing', topics: [PLAYS] })),
      kept(await startConsumer(bootstrap, { groupId: 'recommendations', topics: [PLAYS] })),
      kept(await startConsumer(bootstrap, { groupId: 'search-indexer', topics: [CLICKS] })),
    ]
    state.jobId = await startJob()
    for (const group of [...playGroups, 'search-indexer']) {
      await waitFor(`the first commits of ${group}`, async () => (await committedOffsets(bootstrap, group)).size === 3)
    }
    const [playProducer] = producers

    const poison = async (): Promise<SentRecord> => {
      if (state.poisoned !== undefined) return state.poisoned
      await playProducer?.pause()
      const end = await endOffset(bootstrap, PLAYS, POISONED_PARTITION)
      const key = `${PLAYS}/${POISONED_PARTITION}`
      for (const group of playGroups) {
        await waitFor(`${group} to catch up`, async () => (await committedOffsets(bootstrap, group)).get(key) === end)
      }
      state.poisoned = await produceBadRecord(bootstrap, PLAYS, POISONED_PARTITION)
      playProducer?.resume()
      return state.poisoned
    }
    /** A consumer that does not go on although nothing holds it (kafkajs may hang after a broker was away, #1163) is started again. */
    const going = async (consumer: LabConsumer, past: SentRecord): Promise<LabConsumer> => {
      const before = consumer.handled
      const moves = await waitFor(`${consumer.groupId} to go on`, () => consumer.handled > before, { withinMs: 20_000 }).then(
        () => true,
        () => false,
      )
      if (moves) return consumer
      await consumer.stop()
      const again = kept(await startConsumer(bootstrap, { groupId: consumer.groupId, topics: [PLAYS] }))
      again.skip(past)
      return again
    }
    const passPoison = async (): Promise<void> => {
      const record = state.poisoned
      if (record === undefined) return
      for (const consumer of consumers) consumer.skip(record)
      for (const [i, consumer] of consumers.entries())
        if (playGroups.includes(consumer.groupId)) consumers[i] = await going(consumer, record)
      if (flink && state.jobId !== undefined) {
        await cancelJob(flink, state.jobId)
        await commitOffsets(bootstrap, ROUTE_GROUP, [{ ...record, offset: record.offset + 1n }])
        state.jobId = await startJob()
      }
      delete state.poisoned
    }
    return {
      producers,
      consumers,
      playGroups,
      get jobId() {
        return state.jobId
      },
      get poisoned() {
        return state.poisoned
      },
      pauseProducers: async () => {
        await Promise.all(producers.map((one) => one.pause()))
      },
      resumeProducers: () => {
        for (const one of producers) one.resume()
      },
      poison,
      passPoison,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function topicsOn(brokers: readonly number[]): Parameters<typeof createTopics>[1] {
  const [one, two, three] = brokers
  if (one === undefined || two === undefined || three === undefined) {
    return [PLAYS, CLICKS, ROUTED].map((topic) => ({ topic, partitions: 3 }))
  }
  const config = { 'min.insync.replicas': '2' }
  return [
    {
      topic: PLAYS,
      config,
      assignment: [
        [one, two, three],
        [two, one, three],
        [one, three, two],
      ],
    },
    {
      topic: CLICKS,
      config,
      assignment: [
        [one, two, three],
        [two, three, one],
        [three, one, two],
      ],
    },
    {
      topic: ROUTED,
      config,
      assignment: [
        [one, two, three],
        [two, three, one],
        [one, three, two],
      ],
    },
  ]
}
