/**
 * The sweep `lag`: one ordered round (S0 metadata → S1 groups and log starts → S2 commits → S3 ends) in at most 1 + 7 × brokers requests, one
 * more where topics vanished. Commits are read between log starts and ends, so that each comparison is a proof and no lag is ever negative by accident.
 */
import type { Asked, Ctx, Out } from '../../../../shared/model/connector.ts'
import { type Unknown, unknown } from '../../../../shared/model/known.ts'
import type { kafka } from '../../../../shared/systems/kafka/system.ts'
import { type Memory, noteOffsetsLeaders } from '../memory.ts'
import type { Cluster } from '../wire/cluster.ts'
import type { MetadataAnswer } from '../wire/metadata.ts'
import { offsetMarks } from '../wire/offsets.ts'
import { askCommits, askMembers, askShares, type GroupsPicture, listAllGroups } from './ask-groups.ts'
import { type GroupPartitionRow, groupPartitionRow, groupRow } from './group-rows.ts'
import { lookCloser } from './look-closer.ts'
import { askEnds, type Picture, pictureOf, whyUnknown } from './picture.ts'
import { type GroupPositions, positionsOf } from './positions.ts'
import { brokerRows, clusterRow, partitionRows, topicRows } from './topology-rows.ts'
import { lookForVanished } from './vanished-topics.ts'

type Collections = (typeof kafka)['collections']
type Emitted = 'cluster' | 'brokers' | 'topics' | 'partitions' | 'groups' | 'groupPartitions'
export type LagOut = Out<Collections, Emitted>
export type LagAsked = Asked<Collections[Emitted]>

export interface LagPorts {
  readonly cluster: Cluster
  readonly memory: Memory
  readonly ctx: Pick<Ctx, 'now' | 'log'>
}

const offsetsTopic = '__consumer_offsets'
/** Rows of group partitions are handed over in such portions, so that a round never holds all of them at once. */
const rowsAtOnce = 8_000

/** Runs one round. Throws AppError only when no broker answers at all; everything else is a hole with its reason. */
export async function sweepLag({ cluster, memory, ctx }: LagPorts, out: LagOut, asked: LagAsked): Promise<void> {
  const listed = await cluster.metadata()
  const { found: late, deleted, hidden: unseen } = await lookForVanished(cluster, listed, memory.topicIds)
  const picture = pictureOf({ ...listed, topics: [...listed.topics, ...late] }, unseen)
  let again: Promise<MetadataAnswer | undefined> | undefined
  const refresh = (): Promise<MetadataAnswer | undefined> => {
    again ??= cluster.metadata().catch(() => undefined)
    return again
  }

  const [groups] = await Promise.all([
    listAllGroups(cluster, picture),
    askEnds(cluster, picture, { at: offsetMarks.earliest, isolation: 0, take: (p, found) => (p.earliest = found.offset) }, refresh),
  ])
  const members = Promise.all([askMembers(cluster, picture, groups), askShares(cluster, groups)])
  members.catch(() => {}) // awaited below; an earlier failure must not go unheard
  await askCommits(cluster, picture, groups)
  const at = ctx.now()
  await Promise.all([
    askEnds(
      cluster,
      picture,
      {
        at: offsetMarks.end,
        isolation: 0,
        take: (p, found) => {
          p.end = found.offset
          p.endEpoch = found.leaderEpoch
        },
      },
      refresh,
    ),
    askEnds(cluster, picture, { at: offsetMarks.end, isolation: 1, take: (p, found) => (p.lastStable = found.offset) }, refresh),
    members,
  ])
  asked.signal.throwIfAborted()

  const known = new Set(groups.groups.keys())
  const offsets = picture.topics.get(offsetsTopic)?.partitions ?? []
  noteOffsetsLeaders(memory, new Map([...offsets].map(([partition, { entry }]) => [partition, entry.leader])))
  const hidden = hiddenGroups(picture, groups, memory)
  memory.commits.begin((group) => known.has(group) || hidden.ids.has(group))
  const found = positionsOf(picture, groups, memory.commits, at)
  const wanted = new Set(asked.wanted.flatMap((scope) => ('group' in scope && typeof scope.group === 'string' ? [scope.group] : [])))
  await lookCloser(
    { cluster, picture, memory, now: ctx.now },
    found.flatMap(({ positions }) => positions),
    asked.first,
    wanted,
  )
  asked.signal.throwIfAborted()

  putTopology({ cluster, memory }, picture, groups, found, out)
  if (deleted.length > 0)
    for (const collection of ['topics', 'partitions', 'groupPartitions'] as const)
      out.ended(collection, { topic: { in: deleted } }, 'topic deleted')
  putGroups(found, hidden, { memory, at }, out)
  remember(picture, groups, memory)
}

/** Groups that this round could not see, by the broker that coordinated them last: they are unseen, not gone. */
interface Hidden {
  readonly brokers: readonly string[]
  readonly ids: ReadonlySet<string>
  readonly reason: Unknown['unknown']
  readonly says: string
}

function hiddenGroups(picture: Picture, groups: GroupsPicture, memory: Memory): Hidden {
  const brokers = new Set([...groups.unlisted.keys(), ...memory.lostCoordinators])
  const ids = new Set<string>()
  for (const [group, node] of memory.groupCoordinators) if (brokers.has(node) && !groups.groups.has(group)) ids.add(group)
  for (const [id, group] of groups.groups) if (group.why !== '') ids.add(id)
  const nodes = [...brokers].sort((a, b) => a - b)
  const error = nodes.map((node) => picture.silent.get(node)).find((found) => found !== undefined)
  const behind = `groups behind ${nodes.length === 1 ? 'broker' : 'brokers'} ${nodes.join(', ')}`
  return {
    brokers: nodes.map(String),
    ids,
    reason: error === undefined ? 'unanswered' : whyUnknown(error).unknown,
    says: nodes.length > 0 ? behind : 'groups whose commits were not answered',
  }
}

function putTopology(
  { cluster, memory }: Pick<LagPorts, 'cluster' | 'memory'>,
  picture: Picture,
  groups: GroupsPicture,
  found: readonly GroupPositions[],
  out: LagOut,
): void {
  const readers = new Map<string, number>()
  for (const { positions } of found)
    for (const topic of new Set(positions.filter((p) => p.committed !== undefined).map((p) => p.topic)))
      readers.set(topic, (readers.get(topic) ?? 0) + 1)
  const brokers = brokerRows(picture, memory, groups, (node) => cluster.contact(node))
  const topics = topicRows(picture, memory, readers)
  out.put('cluster', [clusterRow(picture, memory, groups, brokers, topics)], 'all')
  out.put('brokers', brokers, 'all')
  const isForbidden = [...picture.hidden.values()].every((reason) => reason === 'forbidden')
  const covered =
    picture.hidden.size === 0
      ? ('all' as const)
      : ({
          except: isForbidden ? 'topics this account may no longer see' : 'topics that the metadata of this round does not name',
          reason: isForbidden ? 'forbidden' : 'unanswered',
          where: { topic: [...picture.hidden.keys()] },
        } as const)
  out.put('topics', topics, covered)
  out.put('partitions', partitionRows(picture, memory), covered)
}

function putGroups(
  found: readonly GroupPositions[],
  hidden: Hidden,
  seen: { readonly memory: Memory; readonly at: Date },
  out: LagOut,
): void {
  const { memory, at } = seen
  const rows = found.map((each) => groupRow(each, memory, at))
  const { brokers, ids, reason, says: except } = hidden
  out.put('groups', rows, brokers.length === 0 ? 'all' : { except, reason, where: { coordinator: brokers } })
  let chunk: GroupPartitionRow[] = []
  for (const { group, positions } of found) {
    const members = group.described?.members.length ?? unknown('unanswered', 'its members could not be asked for')
    const state = group.described?.state ?? group.listed.state
    for (const position of positions) chunk.push(groupPartitionRow(position, members, state, memory, at))
    if (chunk.length < rowsAtOnce) continue
    out.put('groupPartitions', chunk, 'rows')
    chunk = []
  }
  out.put('groupPartitions', chunk, ids.size === 0 ? 'all' : { except, reason, where: { group: [...ids] } })
}

function remember(picture: Picture, groups: GroupsPicture, memory: Memory): void {
  const hidden = [...picture.hidden.keys()].map((topic) => [topic, memory.topicIds.get(topic) ?? ''] as const)
  memory.topicIds = new Map([...hidden, ...[...picture.topics].map(([topic, { entry }]) => [topic, entry.topicId] as const)])
  for (const { nodeId, host, port, rack } of picture.brokers) memory.addresses.set(nodeId, { host, port, rack: rack ?? '' })
  const coordinators = new Map<string, number>()
  for (const [group, node] of memory.groupCoordinators)
    if (groups.unlisted.has(node) || memory.lostCoordinators.has(node)) coordinators.set(group, node)
  for (const [group, { coordinator }] of groups.groups) coordinators.set(group, coordinator)
  memory.groupCoordinators = coordinators
}
