/** Rows of cluster, brokers, topics and partitions from one round's picture. Pure. */
import type { PutRow } from '../../../../shared/model/collection.ts'
import { isUnknown, type Known, type Unknown, unknown } from '../../../../shared/model/known.ts'
import type { kafka } from '../../../../shared/systems/kafka/system.ts'
import type { Contact, ReplicaState } from '../../../../shared/systems/kafka/words.ts'
import type { Memory } from '../memory.ts'
import type { Contact as SocketContact } from '../wire/broker-link.ts'
import { errorName, isForbidden } from '../wire/errors.ts'
import type { GroupsPicture } from './ask-groups.ts'
import type { PartitionPicture, Picture, TopicPicture } from './picture.ts'

type Collections = (typeof kafka)['collections']
export type ClusterRow = PutRow<Collections['cluster']>
export type BrokerRow = PutRow<Collections['brokers']>
export type TopicRow = PutRow<Collections['topics']>
export type PartitionRow = PutRow<Collections['partitions']>

/** UNDER_MIN_ISR only where the topic's min.insync.replicas is known and the leader still serves. */
export function replicaStateOf(topicError: number, partition: PartitionPicture, minIsr: number | undefined): ReplicaState {
  const { entry } = partition
  if (isForbidden(topicError) || isForbidden(entry.errorCode)) return 'NO_ACCESS'
  if (entry.leader < 0) return 'OFFLINE'
  if (minIsr !== undefined && entry.isr.length < minIsr) return 'UNDER_MIN_ISR'
  return entry.isr.length < entry.replicas.length ? 'UNDER_REPLICATED' : 'OK'
}

const names = (nodes: readonly number[]): readonly string[] => nodes.map(String)
const settingOf = (value: number | undefined): Known<number> => value ?? unknown('not-yet', 'settings were not read yet')

function offsetOr(value: bigint | undefined, partition: PartitionPicture): Known<bigint> {
  if (value !== undefined) return value
  if (partition.entry.leader < 0) return unknown('unanswered', 'the partition has no leader')
  return partition.missing ?? unknown('unanswered')
}

export function partitionRows(picture: Picture, memory: Memory): readonly PartitionRow[] {
  const rows: PartitionRow[] = []
  for (const [topic, { entry, partitions }] of picture.topics) {
    const minIsr = memory.settings.get(topic)?.minIsr
    for (const partition of partitions.values()) {
      const { leader, leaderEpoch, replicas, isr, offlineReplicas, errorCode } = partition.entry
      const { end, lastStable } = partition
      const blocked =
        end === undefined || lastStable === undefined ? offsetOr(undefined, partition) : end > lastStable ? end - lastStable : 0n
      rows.push({
        topic,
        partition: BigInt(partition.entry.partition),
        state: replicaStateOf(entry.errorCode, partition, minIsr),
        leader: leader < 0 ? unknown('not-recorded', 'nobody leads it') : String(leader),
        leaderEpoch: BigInt(leaderEpoch),
        replicas: names(replicas),
        isr: names([...isr].sort((a, b) => a - b)),
        offlineReplicas: names([...offlineReplicas].sort((a, b) => a - b)),
        minIsr: settingOf(minIsr),
        earliest: offsetOr(partition.earliest, partition),
        end: offsetOr(end, partition),
        lastStable: offsetOr(lastStable, partition),
        txnBlocked: blocked,
        error: errorCode === 0 ? (partition.missing?.note ?? '') : errorName(errorCode),
      })
    }
  }
  return rows
}

const severity: readonly ReplicaState[] = ['OFFLINE', 'UNDER_MIN_ISR', 'UNDER_REPLICATED', 'NO_ACCESS', 'OK']

function countStates(topic: TopicPicture, minIsr: number | undefined): ReadonlyMap<ReplicaState, number> {
  const counts = new Map<ReplicaState, number>()
  for (const partition of topic.partitions.values()) {
    const state = replicaStateOf(topic.entry.errorCode, partition, minIsr)
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  return counts
}

/** Partitions that refuse writes of acks=all; not known where one is led and nobody knows how many replicas it needs in sync. */
function refusingOf(counts: ReadonlyMap<ReplicaState, number>, minIsr: number | undefined): Known<number> {
  const isOpen = minIsr === undefined && (counts.has('OK') || counts.has('UNDER_REPLICATED'))
  return isOpen ? settingOf(minIsr) : (counts.get('UNDER_MIN_ISR') ?? 0)
}

/** `readers`: topic → groups with a commit in it. */
export function topicRows(picture: Picture, memory: Memory, readers: ReadonlyMap<string, number>): readonly TopicRow[] {
  return [...picture.topics].map(([topic, found]) => {
    const settings = memory.settings.get(topic)
    const counts = countStates(found, settings?.minIsr)
    const partitions = [...found.partitions.values()]
    const answered = partitions.filter((p) => p.earliest !== undefined && p.end !== undefined)
    const produced = answered.reduce((sum, p) => sum + (p.end ?? 0n), 0n)
    const records = answered.reduce((sum, p) => sum + (p.end ?? 0n) - (p.earliest ?? 0n), 0n)
    const none = unknown('unanswered', 'no partition answered')
    const isEmpty = answered.length === 0 && partitions.length > 0
    return {
      topic,
      state: severity.find((state) => counts.has(state)) ?? (isForbidden(found.entry.errorCode) ? 'NO_ACCESS' : 'OK'),
      topicId: found.entry.topicId,
      internal: found.entry.isInternal,
      partitions: partitions.length,
      replication: partitions[0]?.entry.replicas.length ?? 0,
      offline: counts.get('OFFLINE') ?? 0,
      underMinIsr: refusingOf(counts, settings?.minIsr),
      underReplicated: partitions.filter((p) => p.entry.isr.length < p.entry.replicas.length).length,
      records: isEmpty ? none : records,
      recordsAtLeast: answered.length < partitions.length,
      produced: isEmpty ? none : produced,
      readers: readers.get(topic) ?? 0,
      minIsr: settingOf(settings?.minIsr),
      retention: settingOf(settings?.retentionMs),
      cleanup: settings?.cleanup ?? unknown('not-yet', 'settings were not read yet'),
    }
  })
}

/** `contactOf`: what our sockets saw of a broker. Brokers that are assigned replicas but listed no more get a row as well. */
export function brokerRows(
  picture: Picture,
  memory: Memory,
  groups: GroupsPicture,
  contactOf: (node: number) => SocketContact | undefined,
): readonly BrokerRow[] {
  const tallies = new Map<number, { leads: number; replicas: number; outOfSync: number; groups: number }>()
  const tally = (node: number): { leads: number; replicas: number; outOfSync: number; groups: number } => {
    const known = tallies.get(node) ?? { leads: 0, replicas: 0, outOfSync: 0, groups: 0 }
    tallies.set(node, known)
    return known
  }
  for (const { nodeId } of picture.brokers) tally(nodeId)
  for (const topic of picture.topics.values())
    for (const { entry } of topic.partitions.values()) {
      if (entry.leader >= 0) tally(entry.leader).leads += 1
      for (const node of entry.replicas) {
        tally(node).replicas += 1
        if (!entry.isr.includes(node)) tally(node).outOfSync += 1
      }
    }
  for (const group of groups.groups.values()) tally(group.coordinator).groups += 1
  const listed = new Map(picture.brokers.map((broker) => [broker.nodeId, broker]))
  return [...tallies].map(([node, counts]) => {
    const address = listed.get(node) ?? memory.addresses.get(node)
    const contact = contactOf(node)
    const isSilent = picture.silent.get(node)
    const isListed = listed.has(node)
    const none = (note: string): Unknown => unknown('not-recorded', contact === undefined ? 'it was not asked' : note)
    return {
      broker: String(node),
      host: address?.host ?? unknown('not-recorded', 'the cluster lists it no more'),
      address: address === undefined ? unknown('not-recorded', 'the cluster lists it no more') : `${address.host}:${address.port}`,
      rack: address?.rack ?? '',
      listed: isListed,
      contact: contactWord(contact, isListed, isSilent?.data.code ?? contact?.lastError?.data.code),
      failures: contact?.failures ?? 0,
      failingSince: contact?.failingSince ?? none('it does not fail'),
      lastAnswer: contact?.lastAnswer ?? none('it never answered us'),
      lastError: isSilent?.message ?? contact?.lastError?.message ?? '',
      leads: counts.leads,
      replicas: counts.replicas,
      outOfSync: counts.outOfSync,
      coordinates: groups.unlisted.has(node) ? unknown('unanswered', groups.unlisted.get(node)) : counts.groups,
      controller: isUnknown(memory.controller) ? memory.controller : memory.controller === node,
    }
  })
}

/** A broker that is listed no more is not asked either: how it failed last stays true of it, that it answered then does not. */
function contactWord(contact: SocketContact | undefined, isListed: boolean, code: string | undefined): Contact {
  if (code === 'forbidden') return 'not allowed'
  if (code === 'timeout') return 'silent'
  if (code !== undefined) return 'refusing'
  return !isListed || contact === undefined || (contact.lastAnswer === undefined && contact.failures === 0) ? 'not asked' : 'answering'
}

export function clusterRow(
  picture: Picture,
  memory: Memory,
  groups: GroupsPicture,
  brokers: readonly BrokerRow[],
  topics: readonly TopicRow[],
): ClusterRow {
  const sum = (field: 'offline' | 'underMinIsr' | 'underReplicated' | 'partitions'): number =>
    topics.reduce((total, topic) => total + (typeof topic[field] === 'number' ? topic[field] : 0), 0)
  const refusing = sum('underMinIsr')
  return {
    cluster: picture.clusterId,
    brokersListed: picture.brokers.length,
    brokersAnswering: brokers.filter((broker) => broker.listed === true && broker.contact === 'answering').length,
    controller: isUnknown(memory.controller)
      ? memory.controller
      : memory.controller < 0
        ? unknown('not-recorded', 'there is none')
        : String(memory.controller),
    topics: picture.topics.size,
    partitions: sum('partitions'),
    groups: groups.groups.size,
    groupsUnseen: groups.unlisted.size,
    offline: sum('offline'),
    // a lower bound where settings of some topics are not known: what refuses writes is said all the same, that nothing does is not
    underMinIsr: refusing > 0 ? refusing : (topics.map((topic) => topic.underMinIsr).find(isUnknown) ?? 0),
    underReplicated: sum('underReplicated'),
  }
}
