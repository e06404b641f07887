/** Fetch without a group: reads what lies at an offset, commits nothing, joins nothing. */
import { Writer } from '@platformatic/kafka'
import { wireApi } from './wire-api.ts'

export interface FetchQuestion {
  /** 0 also sees open transactions; 1 stops at the last stable offset and names aborted ones. */
  readonly isolation: 0 | 1
  readonly maxBytes: number
  readonly topics: readonly {
    readonly name: string
    readonly partitions: readonly { readonly partition: number; readonly offset: bigint; readonly maxBytes: number }[]
  }[]
}
export interface FetchedPartition {
  readonly partition: number
  readonly errorCode: number
  /** -1 where the answer is an error. */
  readonly highWatermark: bigint
  readonly lastStableOffset: bigint
  readonly logStartOffset: bigint
  readonly aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[]
  /** Raw batches for `readBatches`. The first one is whole even if it is larger than asked for. */
  readonly records: Buffer
}
export interface FetchAnswer {
  readonly errorCode: number
  readonly topics: readonly { readonly name: string; readonly partitions: readonly FetchedPartition[] }[]
}

const nothing = Buffer.alloc(0)

/** Version 12 names topics; later ones use ids. It does not wait for new records. */
export const fetchRecords = wireApi<FetchQuestion, FetchAnswer>({
  key: 1,
  name: 'Fetch',
  min: 12,
  max: 12,
  encode: (_version, input) =>
    Writer.create()
      .appendInt32(-1)
      .appendInt32(0)
      .appendInt32(0)
      .appendInt32(input.maxBytes)
      .appendInt8(input.isolation)
      .appendInt32(0)
      .appendInt32(-1)
      .appendArray([...input.topics], (w, topic) =>
        w
          .appendString(topic.name)
          .appendArray([...topic.partitions], (p, asked) =>
            p
              .appendInt32(asked.partition)
              .appendInt32(-1)
              .appendInt64(asked.offset)
              .appendInt32(-1)
              .appendInt64(-1n)
              .appendInt32(asked.maxBytes),
          ),
      )
      .appendArray<string>([], (w, topic) => w.appendString(topic))
      .appendString('')
      .appendTaggedFields(),
  decode: (_version, reader) => {
    reader.readInt32()
    const errorCode = reader.readInt16()
    reader.readInt32()
    const topics = reader.readArray((t) => ({
      name: t.readString(),
      partitions: t.readArray((p) => {
        const head = {
          partition: p.readInt32(),
          errorCode: p.readInt16(),
          highWatermark: p.readInt64(),
          lastStableOffset: p.readInt64(),
          logStartOffset: p.readInt64(),
          aborted: p.readArray((a) => ({ producerId: a.readInt64(), firstOffset: a.readInt64() })),
        }
        p.readInt32()
        const records = p.readNullableBytes() ?? nothing
        return { ...head, records: Buffer.from(records) }
      }),
    }))
    return { errorCode, topics }
  },
})
