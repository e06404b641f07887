/** The read `messages`: fetches whole batches from the leader, shows what was asked for. No group, no commit. */
import { AppError } from '../../../../shared/model/app-error.ts'
import type { Input, Item } from '../../../../shared/model/system.ts'
import { previewBytes } from '../../../../shared/systems/kafka/messages.ts'
import type { kafka } from '../../../../shared/systems/kafka/system.ts'
import type { Cluster } from '../wire/cluster.ts'
import { errorName, isForbidden, kafkaErrors } from '../wire/errors.ts'
import { type FetchedPartition, fetchRecords } from '../wire/fetch.ts'
import { listOffsets, offsetMarks } from '../wire/offsets.ts'
import { type Batch, type BatchFate, batchFates, readBatches, readRecords, type WireRecord } from '../wire/records.ts'
import { schemaIdOf, showBytes } from './show-bytes.ts'

export type MessagesInput = Input<(typeof kafka)['reads']['messages']>
export type MessageItem = Item<(typeof kafka)['reads']['messages']>

const usualLimit = 100
const mostRecords = 1_000
const bytesPerFetch = 1024 * 1024
/** How far back to start so that some records lie before the one asked for, compaction holes included. */
const lookBack = 50n
const keyPreview = 4 * 1024
const headersShown = 100

interface Place {
  readonly cluster: Cluster
  readonly topic: string
  readonly partition: number
  readonly leader: number
  readonly signal: AbortSignal
}
interface Found {
  readonly record: WireRecord
  readonly batch: Batch
  readonly fate: BatchFate | 'open transaction'
}

/** `bad-request`: no such place or an offset is missing. `not-found`: no such topic, partition or offset. `unreachable`: no leader. */
export async function* readMessages(cluster: Cluster, input: MessagesInput, signal: AbortSignal): AsyncIterable<MessageItem> {
  const place = await findPlace(cluster, input, signal)
  const limit = Math.max(1, Math.min(mostRecords, Math.floor(input.limit ?? usualLimit)))
  const { earliest, end } = await bounds(place)
  if (input.from === 'newest') {
    yield* newest(place, earliest, end, limit)
    return
  }
  const offset = input.offset
  if (typeof offset !== 'bigint' || offset < 0n)
    throw new AppError('bad-request', 'An offset is needed to look at a place.', { system: 'kafka' })
  if (offset > end || offset < earliest)
    throw new AppError('not-found', `Offset ${offset} is not in ${input.topic}-${input.partition}: it holds ${earliest} to ${end}.`, {
      system: 'kafka',
      target: input.topic,
    })
  if (input.from === 'around') yield* around(place, earliest, offset)
  else yield* forward(place, offset, limit, offset)
}

async function findPlace(cluster: Cluster, input: MessagesInput, signal: AbortSignal): Promise<Place> {
  const answer = await cluster.metadata([input.topic])
  const topic = answer.topics.find((found) => found.name === input.topic)
  const code = topic?.errorCode ?? kafkaErrors.unknownTopicOrPartition
  if (isForbidden(code))
    throw new AppError('forbidden', `This account may not read ${input.topic}.`, { system: 'kafka', target: input.topic })
  const partition = topic?.partitions.find((found) => BigInt(found.partition) === input.partition)
  if (partition === undefined)
    throw new AppError(
      'not-found',
      code === 0 || code === 3 ? `${input.topic}-${input.partition} is not in this cluster.` : errorName(code),
      { system: 'kafka', target: input.topic },
    )
  if (partition.leader < 0)
    throw new AppError('unreachable', `${input.topic}-${input.partition} has no leader.`, { system: 'kafka', target: input.topic })
  return { cluster, topic: input.topic, partition: partition.partition, leader: partition.leader, signal }
}

async function bounds(place: Place): Promise<{ readonly earliest: bigint; readonly end: bigint }> {
  const ask = async (at: bigint): Promise<bigint> => {
    const topics = [{ name: place.topic, partitions: [place.partition] }]
    const [topic] = await place.cluster.ask(place.leader, listOffsets, { isolation: 0, at, topics }, 'bulk')
    const found = topic?.partitions[0]
    if (found === undefined || found.errorCode !== 0) throw codeError(place, found?.errorCode ?? -1)
    return found.offset
  }
  const [earliest, end] = await Promise.all([ask(offsetMarks.earliest), ask(offsetMarks.end)])
  return { earliest, end }
}

function codeError(place: Place, code: number): AppError {
  const target = `${place.topic}-${place.partition}`
  return new AppError(isForbidden(code) ? 'forbidden' : 'refused', `The leader of ${target} answers ${errorName(code)}.`, {
    system: 'kafka',
    target,
  })
}

/** One Fetch each way: committed view for the fates, plain view for what lies behind an open transaction. */
async function fetchAt(place: Place, offset: bigint): Promise<readonly Found[]> {
  place.signal.throwIfAborted()
  const ask = async (isolation: 0 | 1): Promise<FetchedPartition> => {
    const topics = [{ name: place.topic, partitions: [{ partition: place.partition, offset, maxBytes: bytesPerFetch }] }]
    const answer = await place.cluster.ask(place.leader, fetchRecords, { isolation, maxBytes: bytesPerFetch, topics }, 'bulk')
    const found = answer.topics[0]?.partitions[0]
    if (found === undefined || found.errorCode !== 0) throw codeError(place, found?.errorCode ?? answer.errorCode)
    return found
  }
  const committed = await ask(1)
  const batches = readBatches(committed.records)
  const fates = batchFates(batches, committed.aborted)
  const found = batches.flatMap((batch, i) =>
    readRecords(batch, offset).map((record) => ({ record, batch, fate: fates[i] ?? 'visible' }) as const),
  )
  if (found.length > 0 || committed.highWatermark <= committed.lastStableOffset) return found
  const open = readBatches((await ask(0)).records)
  return open.flatMap((batch) =>
    readRecords(batch, offset).map((record) => ({
      record,
      batch,
      fate: batch.head.control ? ('control' as const) : ('open transaction' as const),
    })),
  )
}

async function* forward(place: Place, from: bigint, limit: number, asked: bigint): AsyncIterable<MessageItem> {
  let next = from
  let left = limit
  while (left > 0) {
    const found = await fetchAt(place, next)
    const last = found.at(-1)
    if (last === undefined) return
    for (const each of found.slice(0, left)) yield itemOf(each, asked)
    left -= found.length
    next = last.batch.head.lastOffset + 1n
  }
}

async function collect(place: Place, from: bigint, to: bigint): Promise<readonly Found[]> {
  const out: Found[] = []
  for (let next = from; next < to; ) {
    const found = await fetchAt(place, next)
    const last = found.at(-1)
    if (last === undefined) return out
    out.push(...found.filter(({ record }) => record.offset < to))
    next = last.batch.head.lastOffset + 1n
  }
  return out
}

/** The record before, the one at (or the next that exists), and the one after. */
async function* around(place: Place, earliest: bigint, offset: bigint): AsyncIterable<MessageItem> {
  const from = offset - lookBack < earliest ? earliest : offset - lookBack
  const before = (await collect(place, from, offset)).at(-1)
  if (before !== undefined) yield itemOf(before, offset)
  let left = 2
  for await (const item of forward(place, offset, left, offset)) {
    yield left === 2 ? { ...item, place: 'at' } : item
    left -= 1
  }
}

/** The last `limit` records, walking back in ranges that double until there are enough. */
async function* newest(place: Place, earliest: bigint, end: bigint, limit: number): AsyncIterable<MessageItem> {
  let span = BigInt(limit)
  for (;;) {
    const from = end - span < earliest ? earliest : end - span
    const found = await collect(place, from, end)
    if (found.length >= limit || from === earliest) {
      for (const each of found.slice(-limit)) yield itemOf(each, end)
      return
    }
    span *= 2n
  }
}

function itemOf({ record, batch, fate }: Found, asked: bigint): MessageItem {
  const value = showBytes(record.value, previewBytes)
  return {
    offset: record.offset,
    place: record.offset < asked ? 'before' : record.offset === asked ? 'at' : 'after',
    timestamp: record.timestamp < 0n ? undefined : new Date(Number(record.timestamp)),
    timestampBy: batch.head.appendTime ? 'broker' : 'producer',
    fate,
    key: record.key === null ? undefined : showBytes(record.key, keyPreview).text,
    keyBytes: record.key === null ? undefined : BigInt(record.key.length),
    value: value.as === 'null' ? undefined : value.text,
    valueAs: value.as,
    valueBytes: record.value === null ? undefined : BigInt(record.value.length),
    cut: value.cut,
    headers: record.headers
      .slice(0, headersShown)
      .map(([name, held]) => [showBytes(name, keyPreview).text, held === null ? null : showBytes(held, keyPreview).text]),
    schemaId: schemaIdOf(record.value),
    codec: batch.head.codec,
    batchBytes: BigInt(batch.head.sizeBytes),
    leaderEpoch: BigInt(batch.head.leaderEpoch),
  }
}
