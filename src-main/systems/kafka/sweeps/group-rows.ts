/** Rows of groups and group partitions from one round's positions. Pure. */
import type { PutRow } from '../../../../shared/model/collection.ts'
import { type Known, unknown } from '../../../../shared/model/known.ts'
import type { kafka } from '../../../../shared/systems/kafka/system.ts'
import { type GroupState, groupStates, type LagKind } from '../../../../shared/systems/kafka/words.ts'
import { settlingStates } from '../lag-status.ts'
import { totalLag } from '../lag-totals.ts'
import { type Memory, speedsOf } from '../memory.ts'
import { type GroupPositions, isMarkersOnlyAt, kindOf, numberOf, type Position } from './positions.ts'

type Collections = (typeof kafka)['collections']
export type GroupRow = PutRow<Collections['groups']>
export type GroupPartitionRow = PutRow<Collections['groupPartitions']>

const isState = (state: string): state is GroupState => groupStates.some((known) => known === state)

/** Why a kind has no number, as the reason of an unknown. */
function withoutNumber(position: Position): ReturnType<typeof unknown> {
  const { lag } = position
  switch (lag.kind) {
    case 'ERROR':
      return position.picture?.missing ?? unknown(lag.why.endsWith('AUTHORIZATION_FAILED') ? 'forbidden' : 'unanswered', lag.why)
    case 'OFFLINE':
      return unknown('unanswered', 'the partition has no leader')
    case 'NO_COMMIT':
      return unknown('not-recorded', 'nothing is committed')
    case 'TOPIC_GONE':
      return unknown('not-recorded', 'the topic is deleted')
    case 'STALE_COMMIT':
      return unknown('not-recorded', 'the topic was recreated after this commit')
    case 'TRUNCATED':
      return unknown('not-recorded', 'the commit lies beyond the end')
    default:
      return unknown('unsupported', 'the broker does not tell')
  }
}

const not = (note: string): ReturnType<typeof unknown> => unknown('not-recorded', note)

const tooEarly = unknown('not-yet', 'seen for less than two rounds')

/** `at`: when the ends were asked for. */
export function groupPartitionRow(position: Position, members: Known<number>, state: string, memory: Memory, at: Date): GroupPartitionRow {
  const { lag, picture, group, topic, partition, committed } = position
  const known = memory.commits.get(group, topic, partition)
  const why = withoutNumber(position)
  const speeds = speedsOf(known, at.getTime())
  const isEnd = picture?.end !== undefined
  const unanswered = picture?.missing ?? unknown('unanswered')
  return {
    group,
    topic,
    partition: BigInt(partition),
    kind: lag.kind,
    why: lag.kind === 'ERROR' ? lag.why : '',
    lag: numberOf(position, known) ?? why,
    committed: committed ?? (lag.kind === 'ERROR' ? unanswered : not('nothing is committed')),
    end: picture?.end ?? unanswered,
    earliest: picture?.earliest ?? unanswered,
    visibleLag: 'visibleLag' in lag && lag.visibleLag !== undefined ? lag.visibleLag : why,
    txnBlocked: 'txnBlocked' in lag && lag.txnBlocked !== undefined ? lag.txnBlocked : isEnd ? 0n : unanswered,
    lost: 'lostAtMost' in lag && lag.lostAtMost !== undefined ? lag.lostAtMost : 0n,
    overshoot: lag.kind === 'TRUNCATED' ? lag.overshoot : 0n,
    unread: lag.kind === 'NO_COMMIT' ? (lag.unread ?? unanswered) : (numberOf(position, known) ?? why),
    offsetsHaveHoles: hasHoles(position, memory),
    markersOnly: isMarkersOnlyAt(position, known),
    orphan: position.orphan,
    owner: position.reader?.clientId ?? '',
    ownerHost: position.reader?.host ?? '',
    members,
    settling: settlingStates.has(state) ? 1 : 0,
    commitEvery: known?.every ?? unknown('not-yet', 'two commits were not seen yet'),
    commitSince: known?.since ?? not('nothing is committed'),
    commitBefore: known?.before ?? false,
    recordAt: known?.recordAt === undefined ? unknown('not-yet', 'it was not read') : new Date(known.recordAt),
    recordBetween: known?.recordBetween ?? unknown('not-yet', 'the time index was not asked'),
    produceRate: speeds?.produced ?? tooEarly,
    consumeRate: speeds?.consumed ?? tooEarly,
  }
}

function hasHoles(position: Position, memory: Memory): boolean {
  if (memory.transactional.has(position.topic)) return true
  if ('txnBlocked' in position.lag && position.lag.txnBlocked !== undefined && position.lag.txnBlocked > 0n) return true
  return memory.settings.get(position.topic)?.cleanup?.includes('compact') ?? false
}

export function groupRow({ group, positions }: GroupPositions, memory: Memory, at: Date): GroupRow {
  const { listed, described, kind } = group
  const total = totalLag(
    positions.map((position) => ({
      topic: position.topic,
      partition: position.partition,
      kind: kindOf(position),
      lag: numberOf(position, memory.commits.get(position.group, position.topic, position.partition)),
      orphan: position.orphan,
    })),
  )
  const unasked = group.why === '' ? undefined : unknown(group.why.endsWith('AUTHORIZATION_FAILED') ? 'forbidden' : 'unanswered', group.why)
  const isUnseen = described === undefined && kind !== 'streams'
  const unseen = isUnseen
    ? unknown('unanswered', 'its members could not be asked for')
    : unknown('unsupported', 'the describe API of streams groups is not spoken')
  const members = described?.members
  const state = described?.state === undefined || described.state === '' ? listed.state : described.state
  const sortedUnique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort()
  const topics = sortedUnique([
    ...positions.map((position) => position.topic),
    ...(members ?? []).flatMap((m) => [...m.subscribed, ...m.assignment.map((a) => a.topic)]),
  ])
  const speeds = positions.flatMap(
    (position) => speedsOf(memory.commits.get(position.group, position.topic, position.partition), at.getTime()) ?? [],
  )
  const speed = (which: 'produced' | 'consumed'): Known<number> =>
    speeds.length === 0 ? (unasked ?? tooEarly) : speeds.reduce((sum, each) => sum + each[which], 0)
  const lost = positions.reduce((sum, { lag }) => sum + ('lostAtMost' in lag ? (lag.lostAtMost ?? 0n) : 0n), 0n)
  return {
    group: listed.groupId,
    kind,
    state: isState(state) ? state : unknown('unrecognised', state),
    type: listed.type === '' ? 'classic' : listed.type,
    protocolType: listed.protocolType,
    coordinator: String(group.coordinator),
    members: members?.length ?? unseen,
    clients: members === undefined ? unseen : sortedUnique(members.map((m) => m.clientId)),
    hosts: members === undefined ? unseen : sortedUnique(members.map((m) => m.clientHost.replace(/^\//, ''))),
    topics,
    assignor: described?.assignor ?? unseen,
    settling: settlingStates.has(state),
    lag:
      total.lag ?? unasked ?? (positions.length === 0 ? not('nothing is committed') : unknown('unanswered', 'no partition has a number')),
    atLeast: unasked ?? total.atLeast,
    counted: unasked ?? total.counted,
    uncounted: unasked ?? total.unknown,
    kinds: unasked ?? countsOf(total.kinds),
    maxLag: total.max?.lag ?? unasked ?? not('no partition has a number'),
    maxAt: total.max === undefined ? '' : `${total.max.topic}-${total.max.partition}`,
    skew: total.skew ?? not('the median is 0'),
    lost: unasked ?? lost,
    produceRate: speed('produced'),
    consumeRate: speed('consumed'),
  }
}

/** In a fixed order, so that the same counts are the same text. */
function countsOf(kinds: Readonly<Partial<Record<LagKind, number>>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1)))
}
