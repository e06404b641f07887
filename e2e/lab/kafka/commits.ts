// Commits, log starts and end offsets by single requests, so that a test can put a group exactly where it wants it.
import * as P from '@platformatic/kafka'
import { answer, coordinatorOf, metadataOf, retried, withBroker } from './raw.ts'

export interface CommitAt {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Default -1, "not known", as most clients leave it. */
  readonly leaderEpoch?: number
}

/**
 * Commits without being a member (generation -1, no member id), as a reader does that assigns partitions to itself. The
 * group must have no members. A group that exists only by this has protocol type ''.
 */
export async function commitOffsets(bootstrap: readonly string[], groupId: string, commits: readonly CommitAt[]): Promise<void> {
  const topics = [...Map.groupBy(commits, (commit) => commit.topic)].map(([name, of]) => ({
    name,
    partitions: of.map((commit) => ({
      partitionIndex: commit.partition,
      committedOffset: commit.offset,
      committedLeaderEpoch: commit.leaderEpoch ?? -1,
      committedMetadata: '',
    })),
  }))
  await retried(`commit of ${groupId}`, async () => {
    const coordinator = await coordinatorOf(bootstrap, groupId)
    await withBroker(coordinator, (connection) => P.offsetCommitV8.api.async(connection, groupId, -1, '', null, topics))
  })
}

/** Committed offset per `topic/partition` of a group, as the coordinator holds them. */
export async function committedOffsets(bootstrap: readonly string[], groupId: string): Promise<ReadonlyMap<string, bigint>> {
  const coordinator = await coordinatorOf(bootstrap, groupId)
  const asked = [{ groupId, memberId: null, memberEpoch: -1, topics: null }]
  const fetched = await withBroker(coordinator, (connection) => answer(P.offsetFetchV9.api.async(connection, asked, false)))
  const pairs = (fetched.groups[0]?.topics ?? []).flatMap((topic) =>
    topic.partitions.map((partition) => [`${topic.name}/${partition.partitionIndex}`, partition.committedOffset] as const),
  )
  return new Map(pairs)
}

/** High watermark of a partition, from its leader. */
export function endOffset(bootstrap: readonly string[], topic: string, partition: number): Promise<bigint> {
  return retried(`end of ${topic}/${partition}`, async () => {
    const asked = [{ name: topic, partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: -1n }] }]
    const listed = await withBroker(await leaderAddress(bootstrap, topic, partition), (connection) =>
      P.listOffsetsV9.api.async(connection, -1, 0, asked),
    )
    const found = listed.topics[0]?.partitions[0]
    if (found === undefined) throw new Error('ListOffsets left the partition out')
    return found.offset
  })
}

/** Moves the log start of a partition: what lies before `offset` is gone, as by retention. */
export async function deleteRecordsBefore(bootstrap: readonly string[], topic: string, partition: number, offset: bigint): Promise<void> {
  await retried(`delete records of ${topic}/${partition}`, async () => {
    const asked = [{ name: topic, partitions: [{ partitionIndex: partition, offset }] }]
    await withBroker(await leaderAddress(bootstrap, topic, partition), (connection) =>
      P.deleteRecordsV2.api.async(connection, asked, 10_000),
    )
  })
}

async function leaderAddress(bootstrap: readonly string[], topic: string, partition: number): Promise<string> {
  const metadata = await metadataOf(bootstrap, [topic])
  const leader = metadata.topics[0]?.partitions.find((one) => one.partitionIndex === partition)?.leaderId
  const broker = metadata.brokers.find((one) => one.nodeId === leader)
  if (broker === undefined) throw new Error(`${topic}/${partition} has no leader`)
  return `${broker.host}:${broker.port}`
}
