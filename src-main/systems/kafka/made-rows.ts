/** Hand-made rows and a judge's view of them, for tests: each with everything in order, changed where a test says. */
import { unknown } from '../../../shared/model/known.ts'
import { formatUrn } from '../../../shared/model/urn.ts'
import type { AnyRow, AnySee, Sample } from '../../triage/judging.ts'
import type { BrokerRow, ClusterRow, GroupRow, PartitionRow, PositionRow, TopicRow } from './phrases.ts'

export const now = new Date('2026-03-02T03:27:00Z')
/** So many seconds before `now`. */
export const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000)
const no = unknown('not-recorded')

export const position = (change: Partial<PositionRow> = {}): PositionRow => ({
  group: 'billing',
  topic: 'orders',
  partition: 2n,
  status: 'OK',
  kind: 'EXACT',
  why: '',
  lag: 0n,
  committed: 1_234n,
  end: 1_234n,
  earliest: 0n,
  visibleLag: 0n,
  txnBlocked: 0n,
  lost: 0n,
  overshoot: 0n,
  unread: 0n,
  offsetsHaveHoles: false,
  markersOnly: false,
  orphan: false,
  owner: 'app-7',
  ownerHost: '10.0.0.7',
  members: 1,
  settling: 0,
  commitEvery: no,
  commitSince: ago(2_760),
  commitBefore: false,
  recordAt: no,
  recordBetween: no,
  produceRate: no,
  consumeRate: no,
  standsSince: no,
  firstUnread: no,
  firstUnreadBy: 'nothing unread',
  eta: 0,
  timeToLoss: no,
  ...change,
})

export const group = (change: Partial<GroupRow> = {}): GroupRow => ({
  group: 'billing',
  status: 'OK',
  kind: 'consumer',
  state: 'Stable',
  type: 'classic',
  protocolType: 'consumer',
  coordinator: '1',
  members: 1,
  clients: ['app-7'],
  hosts: ['10.0.0.7'],
  topics: ['orders'],
  assignor: 'range',
  settling: false,
  lag: 0n,
  atLeast: false,
  counted: 1,
  uncounted: 0,
  kinds: { EXACT: 1 },
  maxLag: 0n,
  maxAt: 'orders-2',
  skew: 1,
  lost: 0n,
  standsSince: no,
  standsAt: [],
  firstUnread: no,
  produceRate: no,
  consumeRate: no,
  eta: 0,
  timeToLoss: no,
  ...change,
})

export const topic = (change: Partial<TopicRow> = {}): TopicRow => ({
  topic: 'orders',
  state: 'OK',
  topicId: 'a',
  internal: false,
  partitions: 3,
  replication: 3,
  offline: 0,
  underMinIsr: 0,
  underReplicated: 0,
  records: 90n,
  recordsAtLeast: false,
  produced: 90n,
  readers: 1,
  minIsr: 2,
  retention: 604_800_000,
  cleanup: 'delete',
  ...change,
})

export const partition = (change: Partial<PartitionRow> = {}): PartitionRow => ({
  topic: 'orders',
  partition: 2n,
  state: 'OK',
  leader: '1',
  leaderEpoch: 3n,
  replicas: ['1', '2', '3'],
  isr: ['1', '2', '3'],
  offlineReplicas: [],
  minIsr: 2,
  earliest: 0n,
  end: 30n,
  lastStable: 30n,
  txnBlocked: 0n,
  error: '',
  ...change,
})

export const broker = (change: Partial<BrokerRow> = {}): BrokerRow => ({
  broker: '7',
  host: 'b7',
  address: 'b7:9092',
  rack: '',
  listed: true,
  contact: 'answering',
  failures: 0,
  failingSince: no,
  lastAnswer: now,
  lastError: '',
  leads: 212,
  replicas: 600,
  outOfSync: 0,
  coordinates: 4,
  controller: false,
  ...change,
})

export const cluster = (change: Partial<ClusterRow> = {}): ClusterRow => ({
  cluster: 'K',
  brokersListed: 3,
  brokersAnswering: 3,
  controller: '1',
  topics: 10,
  partitions: 30,
  groups: 4,
  groupsUnseen: 0,
  offline: 0,
  underMinIsr: 0,
  underReplicated: 0,
  ...change,
})

export interface Around {
  readonly rows?: Readonly<Record<string, readonly AnyRow[]>>
  readonly past?: Readonly<Record<string, readonly Sample[]>>
  readonly watchedForSeconds?: number
  readonly windowMs?: number
}

/** What a judge sees around a record. */
export function around({
  rows = {},
  past = {},
  watchedForSeconds = 3_600,
  windowMs = 300_000,
}: Around = {}): AnySee & { readonly findings: readonly [] } {
  return {
    now,
    windowMs,
    watched: { since: ago(watchedForSeconds), last: now, pollMs: 5_000 },
    of: { connection: 'k1', instance: 'K', title: 'front-3' },
    urn: (collection, row) => formatUrn({ system: 'kafka', instance: 'K', collection, key: [String(Object.values(row)[0])] }),
    rows: (collection) => rows[collection] ?? [],
    past: (field) => past[field] ?? [],
    findings: [],
  }
}
