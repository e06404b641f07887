/** Small hand-made landscapes for tests: two systems shaped like Kafka and Flink, findings and edges in a line each. */
import { collection } from '../../shared/model/collection.ts'
import { count, int64, name, oneOf, text } from '../../shared/model/fields.ts'
import type { FindingClass, Severity } from '../../shared/model/finding.ts'
import { own } from '../../shared/model/own.ts'
import { type AnySystems, system } from '../../shared/model/system.ts'
import { formatUrn } from '../../shared/model/urn.ts'
import { type Does, graphOf, type LandscapeEdge } from '../landscape/landscape.ts'
import type { Stored } from '../store/store-types.ts'
import type { HeldFinding } from './held-finding.ts'
import { findIncidents, type Picture, type Situation } from './incidents.ts'

const states = ['up', 'down'] as const
const words = { up: { word: 'up', health: 'ok' }, down: { word: 'down', health: 'critical' } } as const

export const streams = system({
  id: 'kafka',
  title: 'Kafka',
  lane: 'streams',
  settings: {},
  endpoints: {},
  collections: {
    brokers: collection({
      kind: 'state',
      title: 'Brokers',
      says: 'A broker.',
      key: ['broker'],
      fields: { broker: text('Its id'), state: oneOf('How it is', states) },
      show: { label: 'broker', status: 'state' },
      words: { state: words },
    }),
    topics: collection({ kind: 'state', title: 'Topics', says: 'A topic.', key: ['topic'], fields: { topic: name('Its name') } }),
    partitions: collection({
      kind: 'state',
      title: 'Partitions',
      says: 'A partition.',
      key: ['topic', 'partition'],
      within: ['topic'],
      refs: [
        { to: 'topics', by: ['topic'] },
        { to: 'brokers', by: ['leader'] },
      ],
      fields: { topic: name('Its topic'), partition: int64('Its number'), leader: text('Who leads it') },
    }),
    groups: collection({
      kind: 'state',
      title: 'Groups',
      says: 'A group.',
      key: ['group'],
      fields: {
        group: name('Its id'),
        lag: count('Behind', 'records'),
        topic: text('What it reads'),
        kind: text('How it gets its partitions'),
      },
    }),
    groupPartitions: collection({
      kind: 'state',
      title: 'Group partitions',
      says: 'How far a group is.',
      key: ['group', 'topic', 'partition'],
      within: ['group'],
      refs: [{ to: 'groups', by: ['group'] }],
      fields: {
        group: name('Its group'),
        topic: name('Its topic'),
        partition: int64('Its number'),
        committed: int64('Committed', { keep: 'series' }),
      },
    }),
  },
  sweeps: {
    all: { says: 'All', emits: ['brokers', 'topics', 'partitions', 'groups', 'groupPartitions'], every: { watched: 5, background: 20 } },
  },
  reads: {},
  actions: {},
})
export const jobs = system({
  id: 'flink',
  title: 'Flink',
  lane: 'streams',
  settings: {},
  endpoints: {},
  collections: {
    jobs: collection({
      kind: 'state',
      title: 'Jobs',
      says: 'A job.',
      key: ['jid'],
      fields: { jid: text('Its id'), name: name('Its name') },
      show: { label: 'name' },
    }),
    sourcePartitions: collection({
      kind: 'state',
      title: 'Source partitions',
      says: 'How far a source is.',
      key: ['jid', 'topic', 'partition'],
      within: ['jid'],
      refs: [{ to: 'jobs', by: ['jid'] }],
      fields: {
        jid: text('Its job'),
        topic: name('Its topic'),
        partition: int64('Its number'),
        current: int64('Read', { keep: 'series' }),
        committed: int64('Committed', { keep: 'series' }),
      },
    }),
  },
  sweeps: { all: { says: 'All', emits: ['jobs', 'sourcePartitions'], every: { watched: 5, background: 20 } } },
  reads: {},
  actions: {},
})
export const handMade: AnySystems = { kafka: streams, flink: jobs, landscope: own }
export const kafkaOne: Stored = { connection: 'k1', system: 'kafka', instance: 'K', title: 'front-1' }
export const flinkOne: Stored = { connection: 'f1', system: 'flink', instance: 'F', title: 'flink-1' }

export const start = new Date('2026-03-02T03:00:00Z')
/** Seconds after 03:00:00. */
export const atSecond = (seconds: number): Date => new Date(start.getTime() + seconds * 1_000)

const urn = (systemId: string, instance: string, collectionName: string, ...key: readonly string[]): string =>
  formatUrn({ system: systemId, instance, collection: collectionName, key })
export const broker = (id: string): string => urn('kafka', 'K', 'brokers', id)
export const topic = (id: string): string => urn('kafka', 'K', 'topics', id)
export const partition = (id: string, n: number): string => urn('kafka', 'K', 'partitions', id, String(n))
export const group = (id: string): string => urn('kafka', 'K', 'groups', id)
export const job = (id: string): string => urn('flink', 'F', 'jobs', id)
export const record = (topicName: string, p: number, offset: number): string => `end:kafka.record:K:${topicName}/${p}/${offset}`

const labelOf = (node: string): string => {
  if (!node.startsWith('urn:')) {
    const [t, p, o] = (node.split(':').at(-1) ?? '').split('/')
    return p === undefined ? (t ?? '') : `${t}-${p} @ ${Number(o).toLocaleString('en-US')}`
  }
  return node.split(':').at(-1) ?? node
}
export function edge(from: string, does: Does, to: string, more: Partial<LandscapeEdge> = {}): LandscapeEdge {
  return { from, to, does, known: 'observed', by: 'k1', fromLabel: labelOf(from), toLabel: labelOf(to), ...more }
}

export interface Told {
  readonly rule?: string
  readonly severity?: Severity
  readonly class?: FindingClass
  readonly origin?: 'intrinsic' | 'derived'
  /** Seconds after 03:00:00 at which it began; two: somewhere between. */
  readonly since?: number | readonly [number, number]
  readonly opened?: number
  readonly also?: readonly string[]
  readonly misses?: number
  readonly says?: string
}
export function finding(node: string, told: Told = {}): HeldFinding {
  const [from, to] = typeof told.since === 'object' ? told.since : [told.since ?? 0, told.since ?? 0]
  return {
    urn: node,
    rule: told.rule ?? 'test.rule',
    system: node.split(':')[2] ?? '',
    connection: 'k1',
    label: labelOf(node),
    class: told.class ?? 'failure',
    origin: told.origin ?? 'intrinsic',
    severity: told.severity ?? 'high',
    says: [told.says ?? `${labelOf(node)} hurts.`],
    since: { from: atSecond(from), to: atSecond(to), by: 'seen' },
    opened: atSecond(told.opened ?? to),
    alsoNodes: told.also ?? [],
    misses: told.misses ?? 0,
  }
}
/** A group that stands still at a record. */
export const standing = (id: string, at: string, since = 0): HeldFinding =>
  finding(group(id), { rule: 'kafka.group.stalled', origin: 'derived', class: 'staleness', severity: 'critical', since, also: [at] })

export function situation(
  edges: readonly LandscapeEdge[],
  findings: readonly HeldFinding[],
  more: Partial<Omit<Situation, 'graph' | 'findings'>> & { readonly seconds?: number; readonly unseen?: readonly string[] } = {},
): Situation {
  const { seconds = 120, unseen = [], ...rest } = more
  return {
    systems: handMade,
    graph: graphOf(edges),
    findings,
    past: [],
    unsighted: { unseen: new Set(unseen), dark: new Set() },
    previous: [],
    now: atSecond(seconds),
    slackMs: 10_000,
    recoverMs: 60_000,
    ...rest,
  }
}
export const incidentsIn = (...of: Parameters<typeof situation>): Picture => findIncidents(situation(...of))
