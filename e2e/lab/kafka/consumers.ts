// Consumers of the lab, in kafkajs: they parse JSON, commit what they have done, and retry what they cannot parse for ever
// without ever losing their place in the group.
import { setTimeout as delay } from 'node:timers/promises'
import { kafkaClient } from './client.ts'
import type { SentRecord } from './producers.ts'

export interface ConsumerOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  readonly clientId?: string
  /** Time spent on each record, to make a consumer that falls behind. Default 0. */
  readonly recordMs?: number
  /** How often positions are committed, moved or not. Default 1 s. */
  readonly commitEveryMs?: number
  /** Default 1 s. */
  readonly retryEveryMs?: number
  /** Default 10 s. */
  readonly sessionTimeoutMs?: number
}

export interface LabConsumer {
  readonly groupId: string
  /** Records handled. */
  readonly handled: number
  /** Tries of records that cannot be parsed. */
  readonly retries: number
  /** Records it cannot get past, one a partition. */
  standsAt(): readonly SentRecord[]
  /** Gets past this one record at its next try, as a person would who has looked at it. */
  skip(record: SentRecord): void
  /** Commits and leaves the group. */
  stop(): Promise<void>
}

/** kafkajs may never finish a disconnect while brokers are away (tulios/kafkajs#767). */
const STOP_WITHIN_MS = 10_000

/** Joins the group and consumes from the committed offset, else from the start. Resolves when it has joined. */
export async function startConsumer(bootstrap: readonly string[], options: ConsumerOptions): Promise<LabConsumer> {
  const consumer = kafkaClient(bootstrap, options.clientId ?? `consumer-${options.groupId}`).consumer({
    groupId: options.groupId,
    sessionTimeout: options.sessionTimeoutMs ?? 10_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 500,
    // Few tries and a restart, not many tries: a commit that is repeated for ever keeps the member from joining again.
    retry: { retries: 5, initialRetryTime: 200, maxRetryTime: 2_000, restartOnFailure: () => Promise.resolve(true) },
  })
  let handled = 0
  let retries = 0
  const positions = new Map<string, SentRecord>()
  const standing = new Map<string, SentRecord>()
  const skipped = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()

  const commitOnce = async (): Promise<void> => {
    const offsets = [...positions.values()].map((one) => ({ topic: one.topic, partition: one.partition, offset: String(one.offset) }))
    // A rebalance refuses commits; the next round brings them, or another member has the partition by then.
    if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => undefined)
  }
  let committing: Promise<void> | undefined
  // One at a time, and never awaited while a batch is handled: a lost coordinator must not hold the fetchers.
  const commit = (): Promise<void> => {
    committing ??= commitOnce().finally(() => {
      committing = undefined
    })
    return committing
  }
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      positions.clear()
      standing.clear()
      resolve()
    })
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 16,
    eachBatch: async ({ batch, resolveOffset, heartbeat, pause, isRunning, isStale }) => {
      const id = `${batch.topic}/${batch.partition}`
      for (const message of batch.messages) {
        if (!isRunning() || isStale()) return
        const at: SentRecord = { topic: batch.topic, partition: batch.partition, offset: BigInt(message.offset) }
        if (!isJson(message.value) && !skipped.has(`${id}/${at.offset}`)) {
          retries += 1
          standing.set(id, at)
          positions.set(id, at)
          // Pausing only this partition keeps heartbeats and the other partitions going.
          const resume = pause()
          const timer = setTimeout(() => {
            timers.delete(timer)
            resume()
          }, options.retryEveryMs ?? 1_000)
          timers.add(timer)
          void commit()
          return
        }
        if (options.recordMs) {
          await delay(options.recordMs)
          await heartbeat()
        }
        handled += 1
        standing.delete(id)
        positions.set(id, { ...at, offset: at.offset + 1n })
        resolveOffset(message.offset)
      }
      await heartbeat()
    },
  })
  const commits = setInterval(() => void commit(), options.commitEveryMs ?? 1_000)
  await joined
  const leave = async (): Promise<void> => {
    await committing
    await commit()
    await consumer.disconnect()
  }
  return {
    groupId: options.groupId,
    get handled() {
      return handled
    },
    get retries() {
      return retries
    },
    standsAt: () => [...standing.values()],
    skip: (record) => skipped.add(`${record.topic}/${record.partition}/${record.offset}`),
    stop: async () => {
      clearInterval(commits)
      for (const timer of timers) clearTimeout(timer)
      await Promise.race([leave(), delay(STOP_WITHIN_MS, undefined, { ref: false })])
    },
  }
}

function isJson(value: Buffer | null): boolean {
  if (value === null) return true
  try {
    JSON.parse(value.toString('utf8'))
    return true
  } catch {
    return false
  }
}
