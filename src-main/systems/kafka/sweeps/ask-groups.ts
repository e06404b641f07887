/** Groups of one round: who lists them, what they committed, who is in them. A broker or a group that fails costs only itself. */
import { AppError } from '../../../../shared/model/app-error.ts'
import type { GroupKind } from '../../../../shared/systems/kafka/words.ts'
import type { Cluster } from '../wire/cluster.ts'
import { errorName, kafkaErrors } from '../wire/errors.ts'
import {
  consumerGroupDescribe,
  type DescribedGroup,
  describeGroups,
  type ListedGroup,
  listGroups,
  shareGroupDescribe,
} from '../wire/groups.ts'
import { type CommittedGroup, describeShareGroupOffsets, offsetFetch, type ShareOffsets } from '../wire/offsets.ts'
import { type Picture, silence } from './picture.ts'

/** So many groups in one OffsetFetch, so that one answer cannot hold up the rest. */
export const groupsPerFetch = 1_000

export interface GroupPicture {
  readonly listed: ListedGroup
  readonly kind: GroupKind
  readonly coordinator: number
  described: DescribedGroup | undefined
  commits: CommittedGroup | undefined
  share: ShareOffsets | undefined
  /** Why its commits are not known in this round; empty when they are. */
  why: string
}
export interface GroupsPicture {
  readonly groups: ReadonlyMap<string, GroupPicture>
  /** Brokers whose groups are not known in this round, with Kafka's or our own reason. */
  readonly unlisted: ReadonlyMap<number, string>
}

/** `connect` workers and share groups by protocol; a classic group without protocol type assigns its own partitions (Flink, Spark). */
export function groupKindOf(listed: ListedGroup): GroupKind {
  if (listed.type === 'share' || listed.protocolType === 'share') return 'share'
  if (listed.type === 'streams' || listed.protocolType === 'streams') return 'streams'
  if (listed.protocolType === 'connect') return 'connect'
  if (listed.protocolType === '') return 'self-assigned'
  return listed.protocolType === 'consumer' ? 'consumer' : 'other'
}

/** S1: ListGroups of every broker. A broker lists exactly the groups it coordinates. */
export async function listAllGroups(cluster: Cluster, picture: Picture): Promise<GroupsPicture> {
  const groups = new Map<string, GroupPicture>()
  const unlisted = new Map<number, string>()
  const answers = await Promise.all(
    picture.brokers.map(async ({ nodeId }) => {
      try {
        return { nodeId, answer: await cluster.ask(nodeId, listGroups, {}) }
      } catch (thrown) {
        unlisted.set(nodeId, silence(picture, nodeId, thrown).message)
        return undefined
      }
    }),
  )
  for (const found of answers) {
    if (found === undefined) continue
    if (found.answer.errorCode !== kafkaErrors.none) unlisted.set(found.nodeId, errorName(found.answer.errorCode))
    for (const listed of found.answer.groups)
      groups.set(listed.groupId, {
        listed,
        kind: groupKindOf(listed),
        coordinator: found.nodeId,
        described: undefined,
        commits: undefined,
        share: undefined,
        why: '',
      })
  }
  return { groups, unlisted }
}

/** S2, the part that S3 must wait for: committed offsets of all groups but share groups and Connect's workers, which commit none. */
export async function askCommits(cluster: Cluster, picture: Picture, { groups }: GroupsPicture): Promise<void> {
  await eachCoordinator(groups, async (node, members) => {
    const committing = members.filter((group) => group.kind !== 'share' && group.kind !== 'connect')
    const chunks: GroupPicture[][] = []
    for (let at = 0; at < committing.length; at += groupsPerFetch) chunks.push(committing.slice(at, at + groupsPerFetch))
    await Promise.all(
      chunks.map(async (chunk) => {
        try {
          for (const answer of await cluster.ask(node, offsetFetch, { groups: chunk.map(idOf) }, 'bulk')) {
            const group = groups.get(answer.groupId)
            if (group === undefined) continue
            group.commits = answer
            if (answer.errorCode !== kafkaErrors.none) group.why = errorName(answer.errorCode)
          }
        } catch (thrown) {
          const error = silence(picture, node, thrown)
          for (const group of chunk) group.why = error.message
        }
      }),
    )
  })
}

/** A share group that is slow to tell must not hold up what everybody else said. */
const sharePatienceMs = 1_500

/** Share groups' own start offsets. Their coordinator asks the keeper of share state, whose silence is not the coordinator's. */
export async function askShares(cluster: Cluster, { groups }: GroupsPicture): Promise<void> {
  await eachCoordinator(groups, async (node, members) => {
    const sharing = members.filter((group) => group.kind === 'share')
    if (sharing.length === 0) return
    try {
      for (const answer of await cluster.askThrough(node, describeShareGroupOffsets, { groups: sharing.map(idOf) }, sharePatienceMs)) {
        const group = groups.get(answer.groupId)
        if (group === undefined) continue
        group.share = answer
        if (answer.errorCode !== kafkaErrors.none) group.why = errorName(answer.errorCode)
      }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      for (const group of sharing) group.why = thrown.message
    }
  })
}

/** S2, the part that may take its time: members of each group, by the describe API of its type. */
export async function askMembers(cluster: Cluster, picture: Picture, { groups }: GroupsPicture): Promise<void> {
  await eachCoordinator(groups, async (node, members) => {
    const isConsumer = (group: GroupPicture): boolean => group.listed.type === 'consumer'
    const isShare = (group: GroupPicture): boolean => group.kind === 'share'
    const classic = members.filter((group) => !isConsumer(group) && !isShare(group) && group.kind !== 'streams')
    const asks = [
      { api: describeGroups, of: classic },
      { api: consumerGroupDescribe, of: members.filter(isConsumer) },
      { api: shareGroupDescribe, of: members.filter(isShare) },
    ]
    await Promise.all(
      asks
        .filter(({ of }) => of.length > 0)
        .map(async ({ api, of }) => {
          try {
            for (const answer of await cluster.ask(node, api, { groups: of.map(idOf) })) {
              const group = groups.get(answer.groupId)
              if (group !== undefined && answer.errorCode === kafkaErrors.none) group.described = answer
            }
          } catch (thrown) {
            silence(picture, node, thrown) // members stay unknown; what was committed is still true
          }
        }),
    )
  })
}

const idOf = (group: GroupPicture): string => group.listed.groupId

async function eachCoordinator(
  groups: GroupsPicture['groups'],
  work: (node: number, members: readonly GroupPicture[]) => Promise<void>,
): Promise<void> {
  const byNode = new Map<number, GroupPicture[]>()
  for (const group of groups.values()) {
    const members = byNode.get(group.coordinator)
    if (members === undefined) byNode.set(group.coordinator, [group])
    else members.push(group)
  }
  await Promise.all([...byNode].map(([node, members]) => work(node, members)))
}
