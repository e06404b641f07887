import { describe, expect, test } from 'vitest'
import { AppError } from '../../../../shared/model/app-error.ts'
import { createMemory } from '../memory.ts'
import type { Contact } from '../wire/broker-link.ts'
import type { PartitionEntry, TopicEntry } from '../wire/metadata.ts'
import { pictureOf } from './picture.ts'
import { brokerRows, clusterRow, topicRows } from './topology-rows.ts'

const noGroups = { groups: new Map(), unlisted: new Map() }
const partition = (change: Partial<PartitionEntry> = {}): PartitionEntry => ({
  errorCode: 0,
  partition: 0,
  leader: 1,
  leaderEpoch: 3,
  replicas: [1, 2],
  isr: [1, 2],
  offlineReplicas: [],
  ...change,
})
const topic = (name: string, ...partitions: readonly PartitionEntry[]): TopicEntry => ({
  errorCode: 0,
  name,
  topicId: 'a',
  isInternal: false,
  partitions,
})
/** A cluster that lists broker 1 alone. */
const pictured = (...topics: readonly TopicEntry[]) =>
  pictureOf({ brokers: [{ nodeId: 1, host: 'b1', port: 9092, rack: null }], clusterId: 'K', topics })

describe('a broker that the cluster lists no more', () => {
  const rowOf = (contact: Contact | undefined) => {
    const picture = pictured(topic('orders', partition({ isr: [1] })))
    return brokerRows(picture, createMemory(), noGroups, (node) => (node === 2 ? contact : undefined)).find((row) => row.broker === '2')
  }
  const lastAnswer = new Date('2026-03-02T02:59:58Z')

  test('keeps what our sockets saw of it last', () => {
    const failingSince = new Date('2026-03-02T03:00:01Z')
    const lastError = new AppError('unreachable', 'b2:9092: refused the connection.')
    expect(rowOf({ lastAnswer, failures: 3, failingSince, lastError })).toMatchObject({
      listed: false,
      contact: 'refusing',
      failures: 3,
      failingSince,
      lastAnswer,
      lastError: 'b2:9092: refused the connection.',
    })
  })
  test('is not said to answer, for nobody asks it any more', () => {
    expect(rowOf({ lastAnswer, failures: 0, failingSince: undefined, lastError: undefined })).toMatchObject({
      contact: 'not asked',
      lastAnswer,
    })
  })
  test('is not said never to have answered nor to be well when nobody ever asked it', () => {
    expect(rowOf(undefined)).toMatchObject({
      contact: 'not asked',
      lastAnswer: { unknown: 'not-recorded', note: 'it was not asked' },
      failingSince: { unknown: 'not-recorded', note: 'it was not asked' },
    })
  })
})

describe('partitions that refuse writes', () => {
  const settings = (minIsr: number | undefined) => ({ minIsr, retentionMs: undefined, cleanup: undefined })
  const counts = (minIsr: Readonly<Record<string, number>>, ...topics: readonly TopicEntry[]) => {
    const memory = createMemory()
    for (const [name, value] of Object.entries(minIsr)) memory.settings.set(name, settings(value))
    const picture = pictured(...topics)
    const rows = topicRows(picture, memory, new Map())
    const { underMinIsr } = clusterRow(picture, memory, noGroups, [], rows)
    return { topics: rows.map((row) => row.underMinIsr), cluster: underMinIsr }
  }
  const well = topic('well', partition())
  const hurt = topic('hurt', partition({ isr: [1] }))
  const notRead = { unknown: 'not-yet', note: 'settings were not read yet' }

  test('are counted where min.insync.replicas is known', () => {
    expect(counts({ well: 2, hurt: 2 }, well, hurt)).toEqual({ topics: [0, 1], cluster: 1 })
    expect(counts({ well: 2, hurt: 1 }, well, hurt)).toEqual({ topics: [0, 0], cluster: 0 })
  })
  test('are not counted as none where it is not', () => {
    expect(counts({}, hurt)).toEqual({ topics: [notRead], cluster: notRead })
    expect(counts({ well: 2 }, well, hurt)).toEqual({ topics: [0, notRead], cluster: notRead })
  })
  test('are counted over the topics where it is known as soon as there is one', () => {
    expect(counts({ hurt: 2 }, well, hurt)).toEqual({ topics: [notRead, 1], cluster: 1 })
  })
  test('are none where nobody leads anyway', () => {
    expect(counts({}, topic('offline', partition({ leader: -1, isr: [] })))).toEqual({ topics: [0], cluster: 0 })
  })
})
