/** Offsets: committed ones of many groups, ends of many partitions, share groups' own start and lag. */
import { Writer } from '@platformatic/kafka'
import { wireApi } from './wire-api.ts'

export interface CommittedPartition {
  readonly partition: number
  /** -1 when nothing is committed. */
  readonly offset: bigint
  /** -1 when the client sent none (kafkajs). */
  readonly leaderEpoch: number
  readonly errorCode: number
}
export interface CommittedGroup {
  readonly groupId: string
  readonly errorCode: number
  readonly topics: readonly { readonly name: string; readonly partitions: readonly CommittedPartition[] }[]
}

/** Every committed offset of the given groups. Groups the broker does not know come back empty, without error. */
export const offsetFetch = wireApi<{ readonly groups: readonly string[] }, readonly CommittedGroup[]>({
  key: 9,
  name: 'OffsetFetch',
  min: 8,
  max: 9,
  encode: (version, input) =>
    Writer.create()
      .appendArray([...input.groups], (w, group) => {
        w.appendString(group)
        if (version >= 9) w.appendString(null).appendInt32(-1)
        w.appendArray<string>(null, (t, topic) => t.appendString(topic))
      })
      .appendBoolean(false)
      .appendTaggedFields(),
  decode: (_version, reader) => {
    reader.readInt32()
    return reader.readArray((r) => ({
      groupId: r.readString(),
      topics: r.readArray((t) => ({
        name: t.readString(),
        partitions: t.readArray((p) => {
          const partition = { partition: p.readInt32(), offset: p.readInt64(), leaderEpoch: p.readInt32() }
          p.readNullableString()
          return { ...partition, errorCode: p.readInt16() }
        }),
      })),
      errorCode: r.readInt16(),
    }))
  },
})

/** What to look up: a time in ms, or one of Kafka's own marks. */
export const offsetMarks = { end: -1n, earliest: -2n, maxTimestamp: -3n } as const

export interface OffsetsQuestion {
  /** 0 sees up to the high watermark, 1 up to the last stable offset. */
  readonly isolation: 0 | 1
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[]
  /** A time in ms or one of `offsetMarks`, for all partitions asked. */
  readonly at: bigint
}
export interface FoundOffset {
  readonly partition: number
  readonly errorCode: number
  /** -1 where the mark carries none. */
  readonly timestamp: bigint
  /** -1 when a time lies past the end. */
  readonly offset: bigint
  readonly leaderEpoch: number
}

export const listOffsets = wireApi<OffsetsQuestion, readonly { readonly name: string; readonly partitions: readonly FoundOffset[] }[]>({
  key: 2,
  name: 'ListOffsets',
  min: 7,
  max: 9,
  encode: (_version, input) =>
    Writer.create()
      .appendInt32(-1)
      .appendInt8(input.isolation)
      .appendArray([...input.topics], (w, topic) => {
        w.appendString(topic.name).appendArray([...topic.partitions], (p, partition) =>
          p.appendInt32(partition).appendInt32(-1).appendInt64(input.at),
        )
      })
      .appendTaggedFields(),
  decode: (_version, reader) => {
    reader.readInt32()
    return reader.readArray((r) => ({
      name: r.readString(),
      partitions: r.readArray((p) => ({
        partition: p.readInt32(),
        errorCode: p.readInt16(),
        timestamp: p.readInt64(),
        offset: p.readInt64(),
        leaderEpoch: p.readInt32(),
      })),
    }))
  },
})

export interface SharePartition {
  readonly partition: number
  /** -1 before anything was acknowledged. */
  readonly startOffset: bigint
  /** The broker's own distance (KIP-1226, version 1); -1 when it does not tell. */
  readonly lag: bigint
  readonly errorCode: number
}
export interface ShareOffsets {
  readonly groupId: string
  readonly errorCode: number
  readonly topics: readonly { readonly name: string; readonly partitions: readonly SharePartition[] }[]
}

/** Share groups' own start offsets and lag; never OffsetFetch, which answers them empty. The driver has no codec for it. */
export const describeShareGroupOffsets = wireApi<{ readonly groups: readonly string[] }, readonly ShareOffsets[]>({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  min: 0,
  max: 1,
  encode: (_version, input) =>
    Writer.create()
      .appendArray([...input.groups], (w, group) => w.appendString(group).appendArray<string>(null, (t, topic) => t.appendString(topic)))
      .appendTaggedFields(),
  decode: (version, reader) => {
    reader.readInt32()
    return reader.readArray((r) => {
      const groupId = r.readString()
      const topics = r.readArray((t) => {
        const name = t.readString()
        t.readUUID()
        const partitions = t.readArray((p) => {
          const found = { partition: p.readInt32(), startOffset: p.readInt64() }
          p.readInt32()
          const lag = version >= 1 ? p.readInt64() : -1n
          const errorCode = p.readInt16()
          p.readNullableString()
          return { ...found, lag, errorCode }
        })
        return { name, partitions }
      })
      const errorCode = r.readInt16()
      r.readNullableString()
      return { groupId, topics, errorCode }
    })
  },
})
