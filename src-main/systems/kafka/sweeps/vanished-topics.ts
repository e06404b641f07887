/** Topics of the last round that all of the metadata names no more: deleted, hidden from this account, or only missing at one broker. */
import { AppError } from '../../../../shared/model/app-error.ts'
import type { Cluster } from '../wire/cluster.ts'
import { isForbidden, kafkaErrors } from '../wire/errors.ts'
import type { MetadataAnswer, TopicEntry } from '../wire/metadata.ts'

/** topic → why this round does not see it, although nobody says that it is deleted. */
export type HiddenTopics = ReadonlyMap<string, 'forbidden' | 'unanswered'>

export interface Vanished {
  /** Still there, by the broker that was asked for them by name: the one that did not list them was late. */
  readonly found: readonly TopicEntry[]
  readonly deleted: readonly string[]
  readonly hidden: HiddenTopics
}

const unknownTopic: ReadonlySet<number | undefined> = new Set([kafkaErrors.unknownTopicOrPartition, kafkaErrors.unknownTopicId])

/** Asks for them by name; only a broker that says it knows no such topic proves that it is deleted. @param before topic → id */
export async function lookForVanished(
  cluster: Pick<Cluster, 'metadata'>,
  answer: MetadataAnswer,
  before: ReadonlyMap<string, string>,
): Promise<Vanished> {
  const named = new Set(answer.topics.map((topic) => topic.name))
  const missing = [...before.keys()].filter((topic) => !named.has(topic))
  if (missing.length === 0) return { found: [], deleted: [], hidden: new Map() }
  const byName = await cluster.metadata(missing).catch((thrown: unknown) => {
    if (!(thrown instanceof AppError)) throw thrown
    return undefined
  })
  const topics = new Map(byName?.topics.map((topic) => [topic.name, topic]))
  const codeOf = (topic: string): number | undefined => topics.get(topic)?.errorCode
  const found = [...topics.values()].filter((topic) => topic.errorCode === kafkaErrors.none && before.has(topic.name))
  const deleted = missing.filter((topic) => unknownTopic.has(codeOf(topic)))
  const hidden = missing
    .filter((topic) => codeOf(topic) !== kafkaErrors.none && !unknownTopic.has(codeOf(topic)))
    .map((topic) => [topic, isForbidden(codeOf(topic) ?? kafkaErrors.none) ? 'forbidden' : 'unanswered'] as const)
  return { found, deleted, hidden: new Map(hidden) }
}
