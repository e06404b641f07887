// FAKE. A landscape made up for tests of the page and for its dev harness; no row in it was ever seen on a server.
import type { FindingAnswer, IncidentAnswer, RecordAnswer } from '../../shared/contract/messages.ts'
import type { Row } from '../../shared/model/collection.ts'
import type { own } from '../../shared/model/own.ts'
import type { Headline, Hop, Span } from '../../shared/model/sentence.ts'
import { noun, say } from '../../shared/model/sentence.ts'
import { formatUrn } from '../../shared/model/urn.ts'
import type { kafka } from '../../shared/systems/kafka/system.ts'

const MINUTE = 60_000
export const INSTANCE = '5L6g3nShT-eMCtK--X86sw'
export const CONNECTION = 'front-3'

export interface FakeRow {
  readonly urn: string
  readonly connection: string
  readonly row: object
  readonly unseen?: true
}
export interface Fixture {
  readonly now: Date
  readonly rows: Readonly<Record<string, readonly FakeRow[]>>
  readonly findings: readonly FindingAnswer[]
  readonly incidents: readonly IncidentAnswer[]
  readonly headlines: ReadonlyMap<string, { readonly headline: Headline; readonly chain: readonly Hop[] }>
  readonly history: ReadonlyMap<string, RecordAnswer['history']>
}
type GroupRow = Partial<Row<(typeof kafka)['collections']['groups']>>
type GroupPartitionRow = Partial<Row<(typeof kafka)['collections']['groupPartitions']>>
type TopicRow = Partial<Row<(typeof kafka)['collections']['topics']>>
type BrokerRow = Partial<Row<(typeof kafka)['collections']['brokers']>>
type PartitionRow = Partial<Row<(typeof kafka)['collections']['partitions']>>

const urnOf = (collection: string, ...key: readonly string[]): string => formatUrn({ system: 'kafka', instance: INSTANCE, collection, key })
/** URN of a fake group. */
export const groupUrn = (group: string): string => urnOf('groups', group)

/** @param extraGroups idle groups beside the named ones, to see a long list. */
export function makeFixture(now: Date, extraGroups = 240): Fixture {
  const ago = (minutes: number): Date => new Date(now.getTime() - minutes * MINUTE)
  const notYet = { unknown: 'not-yet' } as const
  const quietGroup = (group: string, lag: bigint): GroupRow => ({
    group,
    status: lag === 0n ? 'OK' : 'CATCHING_UP',
    kind: 'consumer',
    state: 'Stable',
    type: 'classic',
    protocolType: 'consumer',
    coordinator: String(1 + (group.length % 3)),
    members: 2,
    clients: [`${group}-1`, `${group}-2`],
    hosts: ['10.4.1.7'],
    topics: ['orders'],
    assignor: 'range',
    settling: false,
    lag,
    atLeast: false,
    counted: 4,
    uncounted: 0,
    kinds: { EXACT: 4 },
    maxLag: lag,
    maxAt: 'orders-0',
    skew: 1,
    lost: 0n,
    standsSince: notYet,
    standsAt: [],
    firstUnread: lag === 0n ? {} : { from: ago(0.2), to: ago(0.1) },
    produceRate: 12.4,
    consumeRate: 12.4,
    eta: lag === 0n ? 0 : 4_000,
    timeToLoss: 6 * 60 * MINUTE,
  })
  const stalled = (group: string, minutes: number, lag: bigint, partly: boolean): GroupRow => ({
    ...quietGroup(group, lag),
    status: 'STALLED',
    members: 3,
    clients: [`${group}-app-7`],
    topics: ['playback_start'],
    atLeast: partly,
    counted: partly ? 3 : 4,
    uncounted: partly ? 1 : 0,
    kinds: partly ? { EXACT: 3, ERROR: 1 } : { EXACT: 4 },
    maxAt: 'playback_start-2',
    standsSince: ago(minutes),
    standsAt: ['playback_start', '2', '88120'],
    firstUnread: { from: ago(minutes + 1), to: ago(minutes) },
    produceRate: 463,
    consumeRate: 0,
    eta: { unknown: 'unsupported', note: 'never at this rate' },
    timeToLoss: (6 * 60 + 12) * MINUTE,
  })
  const groups: readonly GroupRow[] = [
    stalled('play-totals', 46, 1_284_319n, true),
    stalled('sessions', 46, 1_281_904n, false),
    stalled('spark-hourly', 43, 1_102_411n, false),
    { ...quietGroup('ads‮evil\u001b[31m', 9_007_199_254_740_993n), status: 'FALLING_BEHIND' },
    {
      ...quietGroup('front-9-audit', 0n),
      status: { unknown: 'forbidden' },
      lag: { unknown: 'forbidden', note: 'GROUP_AUTHORIZATION_FAILED' },
      kind: { unknown: 'forbidden' },
    },
    ...Array.from({ length: extraGroups }, (_, i) => quietGroup(`service-${String(i).padStart(3, '0')}`, i % 7 === 0 ? BigInt(i * 3) : 0n)),
  ]
  const groupPartition = (
    group: string,
    partition: bigint,
    committed: bigint,
    end: bigint,
    over: GroupPartitionRow = {},
  ): GroupPartitionRow => ({
    group,
    topic: 'playback_start',
    partition,
    status: 'OK',
    kind: 'EXACT',
    why: '',
    lag: end - committed,
    committed,
    end,
    earliest: 12n,
    visibleLag: end - committed,
    txnBlocked: 0n,
    lost: 0n,
    overshoot: 0n,
    unread: { unknown: 'unsupported' },
    offsetsHaveHoles: false,
    markersOnly: false,
    orphan: false,
    owner: `${group}-app-7`,
    ownerHost: '10.4.1.7',
    members: 3,
    settling: 0,
    commitEvery: 5_000,
    commitSince: ago(0.1),
    recordAt: notYet,
    recordBetween: {},
    standsSince: notYet,
    firstUnread: {},
    firstUnreadBy: 'our own watching',
    produceRate: 115,
    consumeRate: 115,
    eta: 0,
    timeToLoss: 6 * 60 * MINUTE,
    ...over,
  })
  const stands = {
    status: 'STALLED',
    standsSince: ago(46),
    firstUnread: { from: ago(47), to: ago(46) },
    firstUnreadBy: 'the record itself',
    recordAt: ago(46.4),
    consumeRate: 0,
    commitSince: ago(46),
  } as const
  const groupPartitions: readonly GroupPartitionRow[] = ['play-totals', 'sessions', 'spark-hourly'].flatMap((group) => [
    groupPartition(group, 2n, 88_120n, 1_372_431n, stands),
    groupPartition(group, 0n, 1_371_882n, 1_371_890n),
    groupPartition(group, 1n, 1_372_010n, 1_372_011n, { markersOnly: true, lag: 0n }),
    groupPartition(group, 3n, 1_370_004n, 0n, {
      kind: 'ERROR',
      status: 'ERROR',
      why: 'broker 7 since 03:25',
      lag: { unknown: 'refused', note: 'broker 7 refused the connection' },
      end: { unknown: 'refused', note: 'broker 7 refused the connection' },
      visibleLag: { unknown: 'refused' },
    }),
  ])
  const topic = (name: string, over: TopicRow = {}): TopicRow => ({
    topic: name,
    state: 'OK',
    topicId: 'q0HbQ3TlT5WkX0mGm0bL2w',
    internal: false,
    partitions: 4,
    replication: 3,
    offline: 0,
    underMinIsr: 0,
    underReplicated: 0,
    records: 5_489_332n,
    recordsAtLeast: false,
    produced: 5_489_380n,
    readers: 3,
    minIsr: 2,
    retention: 6 * 60 * MINUTE,
    cleanup: 'delete',
    ...over,
  })
  const topics = [
    topic('playback_start'),
    topic('orders'),
    topic('__consumer_offsets', { internal: true, cleanup: 'compact', partitions: 50 }),
  ]
  const broker = (id: string, over: BrokerRow = {}): BrokerRow => ({
    broker: id,
    host: `broker-${id}.front-3.example.net`,
    address: `broker-${id}.front-3.example.net:9092`,
    rack: `us-east-1${'abc'[Number(id) - 1] ?? 'd'}`,
    listed: true,
    contact: 'answering',
    failures: 0,
    failingSince: notYet,
    lastAnswer: ago(0.05),
    lastError: '',
    leads: 18,
    replicas: 54,
    outOfSync: 0,
    coordinates: 82,
    controller: id === '1',
    ...over,
  })
  const brokers = [broker('1'), broker('2'), broker('3')]
  const partitions: readonly PartitionRow[] = [0n, 1n, 2n, 3n].map((partition) => ({
    topic: 'playback_start',
    partition,
    state: 'OK',
    leader: String(1 + (Number(partition) % 3)),
    leaderEpoch: 4n,
    replicas: ['1', '2', '3'],
    isr: ['1', '2', '3'],
    offlineReplicas: [],
    minIsr: 2,
    earliest: 12n,
    end: 1_372_431n - partition,
    lastStable: 1_372_431n - partition,
    txnBlocked: 0n,
    error: '',
  }))
  const rowsOf = <R extends object>(collection: string, rows: readonly R[], key: (row: R) => readonly string[]): readonly FakeRow[] =>
    rows.map((row) => ({ urn: urnOf(collection, ...key(row)), connection: CONNECTION, row }))
  const connections: readonly Partial<Row<(typeof own)['collections']['connections']>>[] = [
    {
      connection: CONNECTION,
      title: 'front-3',
      system: 'kafka',
      instance: INSTANCE,
      state: 'answering',
      why: '',
      errorCode: '',
      lastAnswer: ago(0.08),
      clockOffsetMs: 3,
      requestsPerMinute: 66,
      requestsAllowed: 90,
      writes: 0,
      bytesIn: 4_200_000,
      slowestMs: 41,
    },
  ]
  return {
    now,
    rows: {
      'kafka.groups': rowsOf('groups', groups, (r) => [String(r.group)]),
      'kafka.groupPartitions': rowsOf('groupPartitions', groupPartitions, (r) => [String(r.group), String(r.topic), String(r.partition)]),
      'kafka.topics': rowsOf('topics', topics, (r) => [String(r.topic)]),
      'kafka.brokers': rowsOf('brokers', brokers, (r) => [String(r.broker)]),
      'kafka.partitions': rowsOf('partitions', partitions, (r) => [String(r.topic), String(r.partition)]),
      'landscope.connections': connections.map((row) => ({
        urn: formatUrn({ system: 'landscope', instance: 'here', collection: 'connections', key: [CONNECTION] }),
        connection: CONNECTION,
        row,
      })),
    },
    ...judged(ago),
  }
}

function judged(ago: (minutes: number) => Date): Pick<Fixture, 'findings' | 'incidents' | 'headlines' | 'history'> {
  const stood = (group: string, minutes: number, behind: string): FindingAnswer => ({
    urn: groupUrn(group),
    rule: 'kafka.group.stalled',
    system: 'kafka',
    label: group,
    class: 'failure',
    origin: 'derived',
    severity: 'critical',
    says: say`Standing still: ${noun(group, groupUrn(group))} has committed nothing for ${String(minutes)} min at offset 88,120 while ${behind} records arrived.`,
    since: { from: ago(minutes + 1), to: ago(minutes), by: 'server' },
    opened: ago(minutes - 1),
    evidence: [
      { label: 'committed', value: '88,120', at: ago(minutes), source: 'OffsetFetch, broker 2' },
      { label: 'end', value: '1,372,431', at: ago(0.1), source: 'ListOffsets, broker 3' },
    ],
  })
  const findings: readonly FindingAnswer[] = [
    stood('play-totals', 46, '1,284,311'),
    stood('sessions', 46, '1,281,904'),
    stood('spark-hourly', 43, '1,102,411'),
    {
      urn: urnOf('brokers', '2'),
      rule: 'kafka.broker.refusing',
      system: 'kafka',
      label: 'broker 2',
      class: 'failure',
      origin: 'intrinsic',
      severity: 'high',
      says: say`The cluster listed ${noun('broker 2', urnOf('brokers', '2'))} as alive while it refused us for 7 s.`,
      since: { from: ago(35), to: ago(34.5), by: 'seen' },
      opened: ago(34),
      closed: ago(28),
      evidence: [],
    },
  ]
  const chain: readonly Hop[] = [
    {
      urn: groupUrn('play-totals'),
      title: 'group play-totals',
      detail: 'standing still 46 min · 1,284,311 behind',
      kind: 'fact',
      since: ago(46),
      source: 'OffsetFetch, 4 s ago',
    },
    {
      urn: groupUrn('sessions'),
      title: 'group sessions',
      detail: 'standing still 46 min · 1,281,904 behind',
      kind: 'fact',
      since: ago(46),
      source: 'OffsetFetch, 4 s ago',
    },
    {
      title: 'playback_start-2 @ 88,120',
      detail: 'does not decode · schema id 14',
      kind: 'cause',
      since: ago(46.4),
      source: 'read once, 41 min ago',
    },
    {
      title: 'schema registry',
      detail: 'not connected: what registered it is not visible',
      kind: 'wall',
      source: 'open it under Connections',
    },
  ]
  const title = say`Record ${noun('playback_start-2 @ 88,120', urnOf('partitions', 'playback_start', '2'))} stops 3 consumers: ${noun('play-totals', groupUrn('play-totals'))}, ${noun('sessions', groupUrn('sessions'))} and ${noun('spark-hourly', groupUrn('spark-hourly'))} stand at it since between 02:40 and 02:41 UTC.`
  const incidents: readonly IncidentAnswer[] = [
    {
      incident: 'i-1',
      title,
      state: 'open',
      severity: 'critical',
      opened: ago(44),
      since: { from: ago(47), to: ago(46), by: 'server' },
      root: 'end:kafka.record::playback_start/2/88120',
      members: [groupUrn('play-totals'), groupUrn('sessions'), groupUrn('spark-hourly')],
      chain,
      contradicts: [],
      blind: true,
      findings: findings.slice(0, 3),
    },
  ]
  const around = { topic: 'playback_start', partition: 2n, from: 'around', offset: 88_120n }
  const offset: Span = { text: '88,120', to: { read: { system: 'kafka', connection: CONNECTION, name: 'messages', input: around } } }
  const headlines = new Map<string, { readonly headline: Headline; readonly chain: readonly Hop[] }>([
    [
      'now',
      { headline: { says: title, health: 'critical', also: say`Nothing contradicts this. The schema registry is not visible.` }, chain },
    ],
    [
      'kafka',
      {
        headline: {
          says: say`3 of 245 groups stand still, all at ${noun('playback_start-2 @ 88,120', urnOf('partitions', 'playback_start', '2'))}; brokers and topics are whole.`,
          also: say`1 group could not be judged and is listed first.`,
          health: 'critical',
        },
        chain: [],
      },
    ],
    [
      groupUrn('play-totals'),
      {
        headline: {
          says: say`Standing still: ${noun('playback_start-2', urnOf('partitions', 'playback_start', '2'))} has committed nothing for ${noun('46 min', groupUrn('play-totals'))} at offset ${offset} while ${noun('1,284,311', groupUrn('play-totals'))} records arrived; its reader (client app-7) is alive. Retention takes the first unread record at about 09:20 UTC.`,
          also: say`At least: 3 of 4 partitions counted, broker 7 refused since 03:25.`,
          health: 'critical',
        },
        chain,
      },
    ],
  ])
  const history = new Map<string, RecordAnswer['history']>([
    [
      groupUrn('play-totals'),
      [
        { at: ago(180), what: 'appeared', fields: {} },
        { at: ago(46), after: ago(46.3), what: 'changed', fields: { status: { from: 'OK', to: 'STALLED' } } },
        { at: ago(30), after: ago(30.2), what: 'changed', fields: { members: { from: 2, to: 3 } } },
      ],
    ],
  ])
  return { findings, incidents, headlines, history }
}
