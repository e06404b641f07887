// The situations in which lag is not "end minus commit", each made on a real cluster with topics and a group of its own.

import { waitFor } from '../../support/process.ts'
import { createTopics, kafkaClient, withAdmin } from './client.ts'
import { commitOffsets, deleteRecordsBefore, endOffset } from './commits.ts'
import { playEvent, produce } from './producers.ts'

/** What a situation has made. Offsets are those of `partition`. */
export interface Situation {
  readonly groupId: string
  readonly topic: string
  readonly partition: number
  readonly committed: bigint | undefined
  readonly logStart: bigint
  /** High watermark when it was made. */
  readonly end: bigint
}

const records = (count: number): string[] => Array.from({ length: count }, (_, n) => JSON.stringify(playEvent(n)))

/** Partition 0 is committed at its end, partition 1 has 10 records and no commit: kind NO_COMMIT for partition 1. */
export async function makeNoCommit(bootstrap: readonly string[], name = 'no-commit'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name, partitions: 2 }])
  await produce(bootstrap, { topic: name, partition: 0 }, records(10))
  await produce(bootstrap, { topic: name, partition: 1 }, records(10))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 10n }])
  return { groupId: `${name}-group`, topic: name, partition: 1, committed: undefined, logStart: 0n, end: 10n }
}

/** Committed at 1, log start moved to 15, end 20: kind EXPIRED, lag 5, at most 14 records lost. */
export async function makeExpired(bootstrap: readonly string[], name = 'expired'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name }])
  await produce(bootstrap, { topic: name }, records(20))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 1n }])
  await deleteRecordsBefore(bootstrap, name, 0, 15n)
  return { groupId: `${name}-group`, topic: name, partition: 0, committed: 1n, logStart: 15n, end: 20n }
}

/** Committed at 5,000 where the log ends at 100: kind TRUNCATED, overshoot 4,900. */
export async function makeCommitBeyondEnd(bootstrap: readonly string[], name = 'beyond-end'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name }])
  await produce(bootstrap, { topic: name }, records(100))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 5_000n }])
  return { groupId: `${name}-group`, topic: name, partition: 0, committed: 5_000n, logStart: 0n, end: 100n }
}

/** Committed at the end and everything before it deleted: kind EMPTY_LOG, lag 0. */
export async function makeEmptyLog(bootstrap: readonly string[], name = 'empty-log'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name }])
  await produce(bootstrap, { topic: name }, records(30))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 30n }])
  await deleteRecordsBefore(bootstrap, name, 0, 30n)
  return { groupId: `${name}-group`, topic: name, partition: 0, committed: 30n, logStart: 30n, end: 30n }
}

/**
 * The topic is deleted and made again, and a client that remembers the former one commits its place there, with the
 * leader epoch of that time: kind STALE_COMMIT. (A 4.4 broker drops the commits of a deleted topic itself.)
 */
export async function makeRecreatedTopic(bootstrap: readonly string[], name = 'recreated'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name }])
  await produce(bootstrap, { topic: name }, records(50))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 40n, leaderEpoch: 0 }])
  await deleteTopic(bootstrap, name)
  await createTopics(bootstrap, [{ topic: name }])
  await produce(bootstrap, { topic: name }, records(60))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 40n, leaderEpoch: 7 }])
  return { groupId: `${name}-group`, topic: name, partition: 0, committed: 40n, logStart: 0n, end: 60n }
}

/** A topic with commits at 10 of 20; delete it with deleteTopic to see what becomes of them. */
export async function makeCommittedTopic(bootstrap: readonly string[], name = 'doomed'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name }])
  await produce(bootstrap, { topic: name }, records(20))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 10n }])
  return { groupId: `${name}-group`, topic: name, partition: 0, committed: 10n, logStart: 0n, end: 20n }
}

/** Deletes a topic; resolves when the brokers no longer list it. */
export async function deleteTopic(bootstrap: readonly string[], topic: string): Promise<void> {
  await withAdmin(bootstrap, async (admin) => {
    await admin.deleteTopics({ topics: [topic] })
    for (;;) {
      const listed = await admin.listTopics()
      if (!listed.includes(topic)) return
    }
  })
}

/** One replica, on `brokerId`: OFFLINE as soon as that broker is killed. Committed at 10 of 20. */
export async function makeSingleReplica(bootstrap: readonly string[], brokerId: number, name = 'single-replica'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name, assignment: [[brokerId]] }])
  await produce(bootstrap, { topic: name }, records(20))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 10n }])
  return { groupId: `${name}-group`, topic: name, partition: 0, committed: 10n, logStart: 0n, end: 20n }
}

export interface OpenTransaction extends Situation {
  readonly transactionalId: string
  /** Last stable offset: where the open transaction begins. */
  readonly lastStable: bigint
  commit(): Promise<void>
  abort(): Promise<void>
  /** Leaves without an end, as a producer that is killed: it hangs for `timeoutMs`. */
  leave(): Promise<void>
}

/** 9 plain records and 3 in a transaction that stays open: high watermark 12, last stable offset 9, committed at 9. */
export async function makeOpenTransaction(
  bootstrap: readonly string[],
  name = 'open-transaction',
  timeoutMs = 600_000,
): Promise<OpenTransaction> {
  await createTopics(bootstrap, [{ topic: name }])
  await produce(bootstrap, { topic: name }, records(9))
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 9n }])
  const transactionalId = `${name}-tx`
  const producer = kafkaClient(bootstrap).producer({
    transactionalId,
    transactionTimeout: timeoutMs,
    maxInFlightRequests: 1,
    idempotent: true,
  })
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.send({ topic: name, messages: records(3).map((value) => ({ value, partition: 0 })) })
  const ended = async (how: () => Promise<void>): Promise<void> => {
    await how()
    await producer.disconnect()
  }
  return {
    groupId: `${name}-group`,
    topic: name,
    partition: 0,
    committed: 9n,
    logStart: 0n,
    end: 12n,
    transactionalId,
    lastStable: 9n,
    commit: () => ended(() => transaction.commit()),
    abort: () => ended(() => transaction.abort()),
    leave: () => producer.disconnect(),
  }
}

/** 5 records in a committed transaction, commit right behind them: what is left to read is its marker only. */
export async function makeMarkersOnly(bootstrap: readonly string[], name = 'markers-only'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name }])
  await inTransaction(bootstrap, name, 'commit', 5, 6n)
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 5n }])
  return { groupId: `${name}-group`, topic: name, partition: 0, committed: 5n, logStart: 0n, end: 6n }
}

/** 5 records in an aborted transaction behind the commit: nothing that a reader of committed records would see. */
export async function makeAbortedOnly(bootstrap: readonly string[], name = 'aborted-only'): Promise<Situation> {
  await createTopics(bootstrap, [{ topic: name }])
  await produce(bootstrap, { topic: name }, records(4))
  await inTransaction(bootstrap, name, 'abort', 5, 10n)
  await commitOffsets(bootstrap, `${name}-group`, [{ topic: name, partition: 0, offset: 4n }])
  return { groupId: `${name}-group`, topic: name, partition: 0, committed: 4n, logStart: 0n, end: 10n }
}

async function inTransaction(
  bootstrap: readonly string[],
  topic: string,
  end: 'commit' | 'abort',
  count: number,
  markerEnd: bigint,
): Promise<void> {
  const producer = kafkaClient(bootstrap).producer({ transactionalId: `${topic}-tx`, maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  try {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: records(count).map((value) => ({ value, partition: 0 })) })
    await transaction[end]()
    // The coordinator answers before the marker stands in the log.
    await waitFor(`the marker in ${topic}`, async () => (await endOffset(bootstrap, topic, 0)) === markerEnd)
  } finally {
    await producer.disconnect()
  }
}
