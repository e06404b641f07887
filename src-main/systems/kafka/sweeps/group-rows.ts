/** Rows of groups and group partitions from one round's positions. Pure. */
import type { PutRow } from '../../../../shared/model/collection.ts'
import { type Known, type Unknown, unknown } from '../../../../shared/model/known.ts'
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
function withoutNumber(position: Position): Unknown {
  const { lag } = position
  switch (lag.kind) {
    case 'ERROR':
      return position.picture?.missing ?? unknown(lag.why.endsWith('AUTHORIZATION_FAILED') ? 'forbidden' : 'unanswered', lag.why)
    case 'OFFLINE':
      return leaderless
    case 'NO_COMMIT':
      return nothingCommitted
    case 'TOPIC_GONE':
      return topicDeleted
    case 'STALE_COMMIT':
      return topicRecreated
    case 'TRUNCATED':
      return beyondEnd
    default:
      return untold
  }
}

const not = (note: string): Unknown => unknown('not-recorded', note)
// made once: a round makes hundreds of thousands of rows
const nothingCommitted = not('nothing is committed')
const topicDeleted = not('the topic is deleted')
const topicRecreated = not('the topic was recreated after this commit')
const beyondEnd = not('the commit lies beyond the end')
const noNumber = not('no partition has a number')
const noMedian = not('the median is 0')
const leaderless = unknown('unanswered', 'the partition has no leader')
const untold = unknown('unsupported', 'the broker does not tell')
const unanswered = unknown('unanswered')
const oneCommit = unknown('not-yet', 'two commits were not seen yet')
const recordNotRead = unknown('not-yet', 'it was not read')
const indexNotAsked = unknown('not-yet', 'the time index was not asked')

const tooEarly = unknown('not-yet', 'seen for less than two rounds')

/** `at`: when the ends were asked for. */
export function groupPartitionRow(position: Position, members: Known<number>, state: string, memory: Memory, at: Date): GroupPartitionRow {
  const { lag, picture, group, topic, partition, committed } = position
  const known = memory.commits.get(group, topic, partition)
  const why = withoutNumber(position)
  const speeds = speedsOf(known, at.getTime())
  const isEnd = picture?.end !== undefined
  const silent = picture?.missing ?? unanswered
  return {
    group,
    topic,
    partition: BigInt(partition),
    kind: lag.kind,
    why: lag.kind === 'ERROR' ? lag.why : '',
    lag: numberOf(position, known) ?? why,
    committed: committed ?? (lag.kind === 'ERROR' ? silent : nothingCommitted),
    end: picture?.end ?? silent,
    earliest: picture?.earliest ?? silent,
    visibleLag: 'visibleLag' in lag && lag.visibleLag !== undefined ? lag.visibleLag : why,
    txnBlocked: 'txnBlocked' in lag && lag.txnBlocked !== undefined ? lag.txnBlocked : isEnd ? 0n : silent,
    lost: 'lostAtMost' in lag && lag.lostAtMost !== undefined ? lag.lostAtMost : 0n,
    overshoot: lag.kind === 'TRUNCATED' ? lag.overshoot : 0n,
    unread: lag.kind === 'NO_COMMIT' ? (lag.unread ?? silent) : (numberOf(position, known) ?? why),
    offsetsHaveHoles: hasHoles(position, memory),
    markersOnly: isMarkersOnlyAt(position, known),
    orphan: position.orphan,
    owner: position.reader?.clientId ?? '',
    ownerHost: position.reader?.host ?? '',
    members,
    settling: settlingStates.has(state) ? 1 : 0,
    commitEvery: known?.every ?? oneCommit,
    commitSince: known?.since ?? nothingCommitted,
    commitBefore: known?.before ?? false,
    recordAt: known?.recordAt === undefined ? recordNotRead : new Date(known.recordAt),
    recordBetween: known?.recordBetween ?? indexNotAsked,
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
  const read = positions.filter((position) => !position.orphan)
  const speeds = read.flatMap(
    (position) => speedsOf(memory.commits.get(position.group, position.topic, position.partition), at.getTime()) ?? [],
  )
  const speed = (which: 'produced' | 'consumed'): Known<number> =>
    speeds.length === 0 ? (unasked ?? tooEarly) : speeds.reduce((sum, each) => sum + each[which], 0)
  const lost = read.reduce((sum, { lag }) => sum + ('lostAtMost' in lag ? (lag.lostAtMost ?? 0n) : 0n), 0n)
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
    lag: total.lag ?? unasked ?? (positions.length === 0 ? nothingCommitted : unknown('unanswered', 'no partition has a number')),
    atLeast: unasked ?? total.atLeast,
    counted: unasked ?? total.counted,
    uncounted: unasked ?? total.unknown,
    kinds: unasked ?? countsOf(total.kinds),
    maxLag: total.max?.lag ?? unasked ?? noNumber,
    maxAt: total.max === undefined ? '' : `${total.max.topic}-${total.max.partition}`,
    skew: total.skew ?? noMedian,
    lost: unasked ?? lost,
    produceRate: speed('produced'),
    consumeRate: speed('consumed'),
  }
}

/** In a fixed order, so that the same counts are the same text. */
function countsOf(kinds: Readonly<Partial<Record<LagKind, number>>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1)))
}
