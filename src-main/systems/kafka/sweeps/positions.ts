/** Every group at every partition of one round: its lag kind, its reader, and the memory of its commit. Pure but for the ledger it is given. */
import type { LagKind } from '../../../../shared/systems/kafka/words.ts'
import { type Lag, lagOf } from '../lag-kinds.ts'
import { type CommitLedger, type CommitMemory, type GroupCommits, seeCommit } from '../memory.ts'
import { errorName } from '../wire/errors.ts'
import type { CommittedPartition } from '../wire/offsets.ts'
import type { GroupPicture, GroupsPicture } from './ask-groups.ts'
import { isLeaderless, type PartitionPicture, type Picture } from './picture.ts'

export interface Reader {
  readonly clientId: string
  readonly host: string
}
export interface Position {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly picture: PartitionPicture | undefined
  /** The nine kinds; a share group carries its broker's own number instead. */
  readonly lag: Lag | { readonly kind: 'SHARE'; readonly distance: bigint | undefined }
  readonly committed: bigint | undefined
  readonly reader: Reader | undefined
  readonly orphan: boolean
  readonly memory: CommitMemory | undefined
}
export interface GroupPositions {
  readonly group: GroupPicture
  readonly positions: readonly Position[]
}

export const kindOf = (position: Position): LagKind => position.lag.kind

/** The lag as a number, after a closer look; undefined for kinds without one. */
export function numberOf(position: Position, memory: CommitMemory | undefined = position.memory): bigint | undefined {
  if (position.lag.kind === 'SHARE') return position.lag.distance
  if (!('lag' in position.lag)) return undefined
  return isMarkersOnlyAt(position, memory) ? 0n : position.lag.lag
}

export function isMarkersOnlyAt(position: Position, memory: CommitMemory | undefined = position.memory): boolean {
  const seen = memory?.markersOnly
  return seen?.holds === true && seen.end === position.picture?.end && memory?.offset === position.committed
}

/** Positions of all groups (none for those whose commits this round does not know); the ledger takes up where each commit stands. */
export function positionsOf(picture: Picture, { groups }: GroupsPicture, ledger: CommitLedger, at: Date): readonly GroupPositions[] {
  const out: GroupPositions[] = []
  for (const group of groups.values()) {
    if (group.why !== '') out.push({ group, positions: [] })
    else if (group.kind === 'share') out.push({ group, positions: sharePositions(picture, group) })
    else {
      const seen: GroupCommits = new Map()
      const positions = groupPositions(picture, group, ledger, seen, at)
      ledger.replace(group.listed.groupId, seen)
      out.push({ group, positions })
    }
  }
  return out
}

/** topic → partition → who reads it. */
type Readers = ReadonlyMap<string, ReadonlyMap<number, Reader>>

function readersOf(group: GroupPicture): { readonly readers: Readers; readonly subscribed: ReadonlySet<string> } {
  const readers = new Map<string, Map<number, Reader>>()
  const subscribed = new Set<string>()
  for (const member of group.described?.members ?? []) {
    const reader = { clientId: member.clientId, host: member.clientHost.replace(/^\//, '') }
    for (const topic of member.subscribed) subscribed.add(topic)
    for (const { topic, partitions } of member.assignment) {
      subscribed.add(topic)
      const of = readers.get(topic) ?? new Map<number, Reader>()
      readers.set(topic, of)
      for (const partition of partitions) of.set(partition, reader)
    }
  }
  return { readers, subscribed }
}

function groupPositions(picture: Picture, group: GroupPicture, ledger: CommitLedger, seen: GroupCommits, at: Date): readonly Position[] {
  const id = group.listed.groupId
  const { readers, subscribed } = readersOf(group)
  const commits = new Map<string, Map<number, CommittedPartition>>()
  for (const topic of group.commits?.topics ?? []) {
    const partitions = new Map<number, CommittedPartition>()
    for (const commit of topic.partitions) partitions.set(commit.partition, commit)
    if (partitions.size > 0) commits.set(topic.name, partitions)
  }
  const wanted = new Map<string, Set<number>>()
  for (const [topic, partitions] of commits)
    wanted.set(topic, new Set([...partitions.keys(), ...(picture.topics.get(topic)?.partitions.keys() ?? [])]))
  for (const member of group.described?.members ?? [])
    for (const { topic, partitions } of member.assignment) {
      const all = wanted.get(topic) ?? new Set<number>()
      for (const partition of partitions) all.add(partition)
      wanted.set(topic, all)
    }
  const out: Position[] = []
  for (const [topic, partitions] of wanted) {
    const known = picture.topics.get(topic)
    const held = new Map<number, CommitMemory>()
    seen.set(topic, held)
    const isOrphan = subscribed.size > 0 && !subscribed.has(topic)
    for (const partition of [...partitions].sort((a, b) => a - b)) {
      const commit = commits.get(topic)?.get(partition)
      const place = known?.partitions.get(partition)
      const committed = commit !== undefined && commit.offset >= 0n && commit.errorCode === 0 ? commit.offset : undefined
      const topicId = known?.entry.topicId ?? ''
      const before = ledger.get(id, topic, partition)
      const memory =
        committed === undefined
          ? undefined
          : seeCommit(before, { offset: committed, end: place?.end, topicId, at, isFirstRound: ledger.isFirstRound })
      if (memory !== undefined) held.set(partition, memory)
      const recreated = memory !== undefined && topicId !== '' && memory.topicId !== '' && memory.topicId !== topicId
      const lag = lagOf({
        commit: commit === undefined ? undefined : { offset: commit.offset, leaderEpoch: commit.leaderEpoch },
        commitError: commit?.errorCode ?? 0,
        topicExists: known !== undefined || picture.hidden.has(topic),
        leaderless: place !== undefined && isLeaderless(place),
        recreated,
        partition: endsOf(place),
      })
      out.push({
        group: id,
        topic,
        partition,
        picture: place,
        lag,
        committed,
        reader: readers.get(topic)?.get(partition),
        orphan: isOrphan,
        memory,
      })
    }
  }
  return out
}

function endsOf(place: PartitionPicture | undefined): Parameters<typeof lagOf>[0]['partition'] {
  if (place === undefined) return { unanswered: 'the partition is in no metadata' }
  const { earliest, end, lastStable, endEpoch, missing } = place
  if (earliest === undefined || end === undefined) return { unanswered: missing?.note ?? 'no answer' }
  return { earliest, highWatermark: end, lastStable, leaderEpoch: endEpoch }
}

function sharePositions(picture: Picture, group: GroupPicture): readonly Position[] {
  const { readers } = readersOf(group)
  return (group.share?.topics ?? []).flatMap((topic) =>
    topic.partitions.map((found) => ({
      group: group.listed.groupId,
      topic: topic.name,
      partition: found.partition,
      picture: picture.topics.get(topic.name)?.partitions.get(found.partition),
      lag:
        found.errorCode === 0
          ? ({ kind: 'SHARE', distance: found.lag < 0n ? undefined : found.lag } as const)
          : ({ kind: 'ERROR', why: errorName(found.errorCode) } as const),
      committed: found.startOffset < 0n ? undefined : found.startOffset,
      reader: readers.get(topic.name)?.get(found.partition),
      orphan: false,
      memory: undefined,
    })),
  )
}
