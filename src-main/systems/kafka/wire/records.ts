/** Record batches (format 2): headers checked, unpacked within bounds, aborted and control records marked, nothing left out in silence. */
import { crc32c, Reader, readRecord } from '@platformatic/kafka'
import { AppError } from '../../../../shared/model/app-error.ts'
import { type Codec, codecs, decompress } from './decompress.ts'

export interface BatchHead {
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly leaderEpoch: number
  readonly codec: Codec
  /** Timestamps were set by the broker when it appended the record. */
  readonly appendTime: boolean
  readonly transactional: boolean
  readonly control: boolean
  readonly producerId: bigint
  readonly baseTimestamp: bigint
  readonly maxTimestamp: bigint
  readonly recordCount: number
  /** Size of the whole batch as it came over the wire. */
  readonly sizeBytes: number
}
export interface Batch {
  readonly head: BatchHead
  /** Packed as it came; `readRecords` unpacks it. */
  readonly body: Buffer
}
export interface WireRecord {
  readonly offset: bigint
  /** ms since 1970; -1 where the record has none. */
  readonly timestamp: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[]
}

const headBytes = 61

/**
 * The whole batches in a partition's answer; a last batch that was cut off by the size limit is left out, as Kafka means it to be.
 * `protocol`: a checksum or a length does not fit. `unsupported`: message formats 0 and 1, which Kafka 4 no longer serves.
 */
export function readBatches(bytes: Buffer): readonly Batch[] {
  const batches: Batch[] = []
  let at = 0
  while (at + 17 <= bytes.length) {
    const length = bytes.readInt32BE(at + 8)
    const magic = bytes.readInt8(at + 16)
    if (magic !== 2)
      throw new AppError('unsupported', `These records are of message format ${magic}; only format 2 is read.`, { system: 'kafka' })
    if (length < headBytes - 12) throw new AppError('protocol', `A batch states a length of ${length} bytes.`, { system: 'kafka' })
    const end = at + 12 + length
    if (end > bytes.length) break
    if (crc32c(bytes.subarray(at + 21, end)) !== bytes.readUInt32BE(at + 17))
      throw new AppError('protocol', `The checksum of the batch at offset ${bytes.readBigInt64BE(at)} is wrong.`, { system: 'kafka' })
    batches.push({ head: readHead(bytes, at, end - at), body: bytes.subarray(at + headBytes, end) })
    at = end
  }
  return batches
}

function readHead(bytes: Buffer, at: number, sizeBytes: number): BatchHead {
  const baseOffset = bytes.readBigInt64BE(at)
  const attributes = bytes.readInt16BE(at + 21)
  const codec = codecs[attributes & 7]
  if (codec === undefined) throw new AppError('unsupported', `Compression ${attributes & 7} is not one Kafka defines.`, { system: 'kafka' })
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(bytes.readInt32BE(at + 23)),
    leaderEpoch: bytes.readInt32BE(at + 12),
    codec,
    appendTime: (attributes & 8) !== 0,
    transactional: (attributes & 16) !== 0,
    control: (attributes & 32) !== 0,
    baseTimestamp: bytes.readBigInt64BE(at + 27),
    maxTimestamp: bytes.readBigInt64BE(at + 35),
    producerId: bytes.readBigInt64BE(at + 43),
    recordCount: bytes.readInt32BE(at + 57),
    sizeBytes,
  }
}

/** The records of one batch; brokers answer with whole batches, so `from` drops what lies before the offset asked for. */
export function readRecords(batch: Batch, from: bigint): readonly WireRecord[] {
  const { head } = batch
  const reader = Reader.from(decompress(head.codec, batch.body))
  const records: WireRecord[] = []
  try {
    for (let i = 0; i < head.recordCount; i++) {
      const record = readRecord(reader)
      const offset = head.baseOffset + BigInt(record.offsetDelta)
      if (offset < from) continue
      const timestamp = head.appendTime ? head.maxTimestamp : head.baseTimestamp + record.timestampDelta
      records.push({ offset, timestamp, key: record.key, value: record.value, headers: record.headers })
    }
  } catch (cause) {
    throw new AppError('protocol', `The batch at offset ${head.baseOffset} holds fewer bytes than its records claim.`, {
      system: 'kafka',
      cause,
    })
  }
  return records
}

export type BatchFate = 'visible' | 'control' | 'aborted'

/**
 * What a reader with read_committed would do with each batch, in order. `aborted` is the answer's own list (only sent with
 * read_committed): a producer's batches from its first offset on are void until its abort marker (control key type 0).
 */
export function batchFates(
  batches: readonly Batch[],
  aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[],
): readonly BatchFate[] {
  const waiting = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
  const void_ = new Set<bigint>()
  return batches.map(({ head, body }) => {
    for (let next = waiting[0]; next !== undefined && next.firstOffset <= head.lastOffset; next = waiting[0]) {
      void_.add(next.producerId)
      waiting.shift()
    }
    if (head.control) {
      if (isAbortMarker(head, body)) void_.delete(head.producerId)
      return 'control'
    }
    return head.transactional && void_.has(head.producerId) ? 'aborted' : 'visible'
  })
}

function isAbortMarker(head: BatchHead, body: Buffer): boolean {
  const [marker] = readRecords({ head, body }, head.baseOffset)
  return marker?.key !== null && marker?.key !== undefined && marker.key.length >= 4 && marker.key.readInt16BE(2) === 0
}
