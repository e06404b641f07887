/** Pieces of Kafka sentences that checks and headlines share: numbers, places, the record a group stands at. */
import type { Row } from '../../../shared/model/collection.ts'
import type { End } from '../../../shared/model/edge.ts'
import type { Interval } from '../../../shared/model/fields.ts'
import { isUnknown, type Known, known, reasonWords } from '../../../shared/model/known.ts'
import type { Span } from '../../../shared/model/sentence.ts'
import type { kafka } from '../../../shared/systems/kafka/system.ts'
import type { Origin } from '../../triage/judging.ts'
import { clock, minute } from '../../triage/time-words.ts'

type Collections = (typeof kafka)['collections']
export type GroupRow = Row<Collections['groups']>
export type PositionRow = Row<Collections['groupPartitions']>
export type TopicRow = Row<Collections['topics']>
export type PartitionRow = Row<Collections['partitions']>
export type BrokerRow = Row<Collections['brokers']>
export type ClusterRow = Row<Collections['cluster']>

/** `1,284,311`. */
export function grouped(n: bigint | number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: 1 })
}

/** `1 record`, `5 records`. */
export function counted(n: bigint | number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 || n === 1n ? one : many}`
}

/** The word for a value that may be unknown, as a cell shows it. */
export function wordOf(value: Known<unknown>): string {
  return isUnknown(value) ? (value.note ?? reasonWords[value.unknown].word) : String(value)
}

/** True for the name of a Kafka error, which is what a broker answered; a failure of our own to reach it is a sentence. */
export function isErrorName(note: string): boolean {
  return /^(?:[A-Z][A-Z0-9_]+|error -?\d+)$/.test(note)
}

export function placeName(topic: string, partition: bigint | string): string {
  return `${topic}-${partition}`
}

/** The end under which everybody finds a record of this cluster. */
export function recordEnd(of: Pick<Origin, 'instance'>, topic: string, partition: bigint | string, offset: bigint | string): End {
  return { kind: 'kafka.record', name: [topic, String(partition), String(offset)], instance: of.instance }
}

/** The offset as a control that opens the records before, at and after it. */
export function offsetControl(of: Pick<Origin, 'connection'>, topic: string, partition: bigint, offset: bigint): Span {
  const input = { topic, partition, from: 'around', offset }
  return { text: grouped(offset), to: { read: { system: 'kafka', connection: of.connection, name: 'messages', input } } }
}

/** Positions that count: those in topics that no member of their group reads any more are left out of sums and alarms. */
export function counting<P extends { readonly orphan: Known<boolean> }>(positions: readonly P[]): readonly P[] {
  return positions.filter((position) => position.orphan !== true)
}

/** Where a group stands longest; undefined while no commit stands. */
export function standOf(
  group: GroupRow,
): { readonly topic: string; readonly partition: bigint; readonly offset: bigint; readonly since: Date } | undefined {
  const since = known(group.standsSince)
  const [topic, partition, offset] = known(group.standsAt) ?? []
  if (since === undefined || topic === undefined || partition === undefined || offset === undefined) return undefined
  return { topic, partition: BigInt(partition), offset: BigInt(offset), since }
}

/** `02:14:07 UTC`, `between 02:14:07 and 02:15:00 UTC`, `before 02:14:07 UTC`, `after 02:14:07 UTC`. */
export function whenWords(interval: Interval, now: Date): string {
  const { from, to } = interval
  if (from !== undefined && to !== undefined)
    return to.getTime() - from.getTime() < 1_000 ? `${clock(to, now)} UTC` : `between ${clock(from, now)} and ${clock(to, now)} UTC`
  if (to !== undefined) return `before ${clock(to, now)} UTC`
  return from === undefined ? 'at an unknown time' : `after ${clock(from, now)} UTC`
}

/** Client ids of who reads, shortened; empty where nobody does. */
export function readerWords(group: GroupRow): string {
  const clients = known(group.clients) ?? []
  const [first, second] = clients
  if (first === undefined) return ''
  if (second === undefined) return `client ${first}`
  return clients.length === 2 ? `clients ${first} and ${second}` : `clients ${first}, ${second} and ${clients.length - 2} more`
}

/** At least, where partitions are unknown. */
export function lagWords(group: Pick<GroupRow, 'lag' | 'atLeast'>): string {
  const lag = known(group.lag)
  if (lag === undefined) return `an unknown number of records (${wordOf(group.lag)})`
  return `${group.atLeast === true ? 'at least ' : ''}${counted(lag, 'record')}`
}

/** `at about 09:20 UTC`. */
export function atAbout(at: Date, now: Date): string {
  const minutes = new Date(Math.round(at.getTime() / 60_000) * 60_000)
  return `at about ${minute(minutes, now)} UTC`
}
