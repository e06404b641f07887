/** One round's picture of the cluster: what metadata says, and where each partition begins and ends. Filled in the order S0 → S3. */
import { AppError } from '../../../../shared/model/app-error.ts'
import { type Unknown, unknown } from '../../../../shared/model/known.ts'
import type { Cluster } from '../wire/cluster.ts'
import { errorName, isForbidden, isStaleMetadata, kafkaErrors } from '../wire/errors.ts'
import type { BrokerEntry, MetadataAnswer, PartitionEntry, TopicEntry } from '../wire/metadata.ts'
import { type FoundOffset, listOffsets } from '../wire/offsets.ts'
import type { HiddenTopics } from './vanished-topics.ts'

export interface PartitionPicture {
  entry: PartitionEntry
  earliest: bigint | undefined
  end: bigint | undefined
  lastStable: bigint | undefined
  /** Leader epoch that came with `end`. */
  endEpoch: number
  /** Why an offset is missing; undefined while none is. */
  missing: Unknown | undefined
}
export interface TopicPicture {
  readonly entry: TopicEntry
  readonly partitions: ReadonlyMap<number, PartitionPicture>
}
export interface Picture {
  readonly clusterId: string
  readonly brokers: readonly BrokerEntry[]
  readonly topics: ReadonlyMap<string, TopicPicture>
  /** Topics that are not in it although nobody says that they are deleted. */
  readonly hidden: HiddenTopics
  /** Brokers that failed in this round, with the first reason. */
  readonly silent: Map<number, AppError>
}

export function pictureOf(answer: MetadataAnswer, hidden: HiddenTopics = new Map()): Picture {
  const topics = new Map<string, TopicPicture>()
  for (const entry of answer.topics) {
    const partitions = new Map<number, PartitionPicture>()
    for (const partition of entry.partitions)
      partitions.set(partition.partition, {
        entry: partition,
        earliest: undefined,
        end: undefined,
        lastStable: undefined,
        endEpoch: -1,
        missing: undefined,
      })
    topics.set(entry.name, { entry, partitions })
  }
  return { clusterId: answer.clusterId ?? '', brokers: answer.brokers, topics, hidden, silent: new Map() }
}

export const isLeaderless = (partition: PartitionPicture): boolean => partition.entry.leader < 0

/** `refused` for a broker that turned us away, `unanswered` for one that did not answer, `forbidden` where we may not. */
export function whyUnknown(error: AppError): Unknown {
  const { code, message } = error.data
  const note = message.replace(/\.$/, '')
  if (code === 'forbidden') return unknown('forbidden', note)
  return unknown(code === 'unreachable' ? 'refused' : 'unanswered', note)
}

/** What to ask of the leaders in one go. */
export interface EndsQuestion {
  readonly at: bigint
  readonly isolation: 0 | 1
  /** Leaves out partitions that need no answer; all by default. */
  readonly only?: (topic: string, partition: PartitionPicture) => boolean
  readonly take: (partition: PartitionPicture, found: FoundOffset) => void
}

/**
 * One ListOffsets to each leader. Answers are taken one by one; a leader that fails leaves its partitions with its reason. Elements that
 * say our leaders are old are asked once more after `refresh` (which is called at most once).
 */
export async function askEnds(
  cluster: Cluster,
  picture: Picture,
  question: EndsQuestion,
  refresh: () => Promise<MetadataAnswer | undefined>,
): Promise<void> {
  const stale = await askLeaders(cluster, picture, question, question.only ?? (() => true))
  if (stale.size === 0) return
  const fresh = await refresh()
  if (fresh === undefined) return
  for (const topic of fresh.topics)
    for (const entry of topic.partitions) {
      const partition = picture.topics.get(topic.name)?.partitions.get(entry.partition)
      if (partition !== undefined) partition.entry = entry
    }
  await askLeaders(cluster, picture, question, (_topic, partition) => stale.has(partition))
}

async function askLeaders(
  cluster: Cluster,
  picture: Picture,
  question: EndsQuestion,
  wanted: (topic: string, partition: PartitionPicture) => boolean,
): Promise<ReadonlySet<PartitionPicture>> {
  const byLeader = new Map<number, Map<string, number[]>>()
  for (const [name, topic] of picture.topics)
    for (const partition of topic.partitions.values()) {
      const { leader } = partition.entry
      if (leader < 0 || !wanted(name, partition)) continue
      const topics = byLeader.get(leader) ?? new Map<string, number[]>()
      byLeader.set(leader, topics)
      const numbers = topics.get(name)
      if (numbers === undefined) topics.set(name, [partition.entry.partition])
      else numbers.push(partition.entry.partition)
    }
  const stale = new Set<PartitionPicture>()
  await Promise.all(
    [...byLeader].map(async ([leader, topics]) => {
      const asked = [...topics].map(([name, partitions]) => ({ name, partitions }))
      try {
        const answer = await cluster.ask(leader, listOffsets, { isolation: question.isolation, at: question.at, topics: asked }, 'bulk')
        for (const topic of answer)
          for (const found of topic.partitions) {
            const partition = picture.topics.get(topic.name)?.partitions.get(found.partition)
            if (partition === undefined) continue
            if (found.errorCode === kafkaErrors.none) {
              partition.missing = undefined
              question.take(partition, found)
              continue
            }
            if (isStaleMetadata(found.errorCode)) stale.add(partition)
            partition.missing = unknown(isForbidden(found.errorCode) ? 'forbidden' : 'unanswered', errorName(found.errorCode))
          }
      } catch (thrown) {
        const missing = whyUnknown(silence(picture, leader, thrown))
        for (const { name, partitions } of asked)
          for (const number of partitions) {
            const partition = picture.topics.get(name)?.partitions.get(number)
            if (partition !== undefined) partition.missing = missing
          }
      }
    }),
  )
  return stale
}

/** Notes that a broker failed in this round; anything but an AppError is a fault of ours and goes on. */
export function silence(picture: Picture, node: number, thrown: unknown): AppError {
  if (!(thrown instanceof AppError)) throw thrown
  if (!picture.silent.has(node)) picture.silent.set(node, thrown)
  return thrown
}
