/** How far a committed offset is from the end of its partition: nine kinds, a number only where it is true. No clamping, so nothing is hidden. */
import type { LagKind } from '../../../shared/systems/kafka/words.ts'
import { errorName } from './wire/errors.ts'

/** A partition's offsets of one round. `earliest` was read before the commit, the two ends after it; that order makes every comparison a proof. */
export interface PartitionOffsets {
  readonly earliest: bigint
  readonly highWatermark: bigint
  /** Last stable offset; undefined when it was not answered. */
  readonly lastStable?: bigint | undefined
  /** The leader epoch that came with the high watermark; -1 when the broker told none. Metadata's epoch may be older than the commit. */
  readonly leaderEpoch: number
}
export interface LagQuestion {
  /** Undefined where the group has nothing for this partition. */
  readonly commit: { readonly offset: bigint; readonly leaderEpoch: number } | undefined
  /** Kafka's code for the group or the partition in OffsetFetch; 0 for none. */
  readonly commitError: number
  /** False when the topic is in no metadata of this round. */
  readonly topicExists: boolean
  /** Metadata names no leader. */
  readonly leaderless: boolean
  /** The topic has another id than in the round before, and the commit did not change. */
  readonly recreated: boolean
  /** What the leader answered, or why there is no answer (a Kafka code, or in words). */
  readonly partition: PartitionOffsets | { readonly unanswered: string }
}

/** `numeric` kinds carry a lag; for all others the lag is unknown, never 0. */
export type Lag =
  | {
      readonly kind: Extract<LagKind, 'EXACT' | 'EMPTY_LOG' | 'EXPIRED'>
      readonly lag: bigint
      /** Lag of a read_committed reader: up to the last stable offset. */
      readonly visibleLag?: bigint
      /** Records behind an open transaction. */
      readonly txnBlocked?: bigint
      /** At most so many records were deleted before they were read (fewer, where offsets have holes). */
      readonly lostAtMost?: bigint
    }
  | { readonly kind: 'TRUNCATED'; readonly overshoot: bigint }
  /** `unread`: what lies in the partition. */
  | { readonly kind: 'NO_COMMIT'; readonly unread: bigint | undefined }
  | { readonly kind: 'STALE_COMMIT' | 'OFFLINE' | 'TOPIC_GONE' }
  | { readonly kind: 'ERROR'; readonly why: string }

/** The kind and its numbers; the first condition that holds decides. Offsets in, offsets out (records, or at most so many where offsets have holes). */
export function lagOf(question: LagQuestion): Lag {
  const { commit, partition } = question
  if (question.commitError !== 0) return { kind: 'ERROR', why: errorName(question.commitError) }
  const committed = commit !== undefined && commit.offset >= 0n ? commit.offset : undefined
  if (!question.topicExists && committed !== undefined) return { kind: 'TOPIC_GONE' }
  if (question.leaderless) return { kind: 'OFFLINE' }
  if ('unanswered' in partition)
    return committed === undefined ? { kind: 'NO_COMMIT', unread: undefined } : { kind: 'ERROR', why: partition.unanswered }
  const { earliest, highWatermark, leaderEpoch } = partition
  if (commit === undefined || committed === undefined) return { kind: 'NO_COMMIT', unread: highWatermark - earliest }
  if (question.recreated || (leaderEpoch >= 0 && commit.leaderEpoch > leaderEpoch)) return { kind: 'STALE_COMMIT' }
  if (committed > highWatermark) return { kind: 'TRUNCATED', overshoot: committed - highWatermark }
  const seen = visible(partition, committed < earliest ? earliest : committed)
  if (committed < earliest) return { kind: 'EXPIRED', lag: highWatermark - earliest, lostAtMost: earliest - committed, ...seen }
  if (earliest === highWatermark) return { kind: 'EMPTY_LOG', lag: 0n, ...seen }
  return { kind: 'EXACT', lag: highWatermark - committed, ...seen }
}

function visible(partition: PartitionOffsets, position: bigint): { readonly visibleLag?: bigint; readonly txnBlocked?: bigint } {
  const { lastStable, highWatermark } = partition
  if (lastStable === undefined) return {}
  const end = lastStable < highWatermark ? lastStable : highWatermark
  return { visibleLag: end > position ? end - position : 0n, txnBlocked: lastStable < highWatermark ? highWatermark - lastStable : 0n }
}

/** The largest lag for which a look at the records themselves may show that nothing is left to read. */
export const markersOnlyAtMost = 64n

/** What a Fetch from the committed offset brought, batch by batch. */
export interface SeenBatch {
  readonly lastOffset: bigint
  readonly fate: 'visible' | 'control' | 'aborted'
  /** Offsets in it that hold a record; compaction leaves holes. */
  readonly offsets: readonly bigint[]
}

/**
 * True when every offset from `committed` up to the high watermark holds a marker, an aborted record or nothing: then nothing is
 * left to read although the numbers differ. False as soon as one record is readable or the batches do not reach the end.
 */
export function isMarkersOnly(committed: bigint, highWatermark: bigint, batches: readonly SeenBatch[]): boolean {
  const last = batches.at(-1)
  if (last === undefined || last.lastOffset + 1n < highWatermark) return false
  return !batches.some((batch) => batch.fate === 'visible' && batch.offsets.some((offset) => offset >= committed && offset < highWatermark))
}
