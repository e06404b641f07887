/** The rest of what a cluster tells about itself: disks, quorum, settings. */
import { type Reader, Writer } from '@platformatic/kafka'
import { wireApi } from './wire-api.ts'

export interface LogDir {
  readonly errorCode: number
  readonly path: string
  readonly replicas: readonly {
    readonly topic: string
    readonly partition: number
    readonly sizeBytes: bigint
    readonly offsetLag: bigint
    readonly isFuture: boolean
  }[]
  /** -1 below version 4. */
  readonly totalBytes: bigint
  readonly usableBytes: bigint
}

export const describeLogDirs = wireApi<Record<string, never>, { readonly errorCode: number; readonly dirs: readonly LogDir[] }>({
  key: 35,
  name: 'DescribeLogDirs',
  min: 2,
  max: 4,
  encode: () =>
    Writer.create()
      .appendArray<string>(null, (w, topic) => w.appendString(topic))
      .appendTaggedFields(),
  decode: (version, reader) => {
    reader.readInt32()
    const errorCode = version >= 3 ? reader.readInt16() : 0
    const dirs = reader.readArray((r) => {
      const head = { errorCode: r.readInt16(), path: r.readString() }
      const topics = r.readArray((t) => ({
        topic: t.readString(),
        partitions: t.readArray((p) => ({
          partition: p.readInt32(),
          sizeBytes: p.readInt64(),
          offsetLag: p.readInt64(),
          isFuture: p.readBoolean(),
        })),
      }))
      const replicas = topics.flatMap((t) => t.partitions.map((p) => ({ topic: t.topic, ...p })))
      return { ...head, replicas, totalBytes: version >= 4 ? r.readInt64() : -1n, usableBytes: version >= 4 ? r.readInt64() : -1n }
    })
    return { errorCode, dirs }
  },
})

export interface QuorumReplica {
  readonly nodeId: number
  readonly logEndOffset: bigint
  /** ms since 1970; -1 when not told (version 0) or never. */
  readonly lastFetchAt: bigint
  readonly lastCaughtUpAt: bigint
}
export interface QuorumAnswer {
  readonly errorCode: number
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: bigint
  readonly voters: readonly QuorumReplica[]
  readonly observers: readonly QuorumReplica[]
}

export const describeQuorum = wireApi<Record<string, never>, QuorumAnswer>({
  key: 55,
  name: 'DescribeQuorum',
  min: 0,
  max: 2,
  encode: () =>
    Writer.create()
      .appendArray(['__cluster_metadata'], (w, topic) => w.appendString(topic).appendArray([0], (p, partition) => p.appendInt32(partition)))
      .appendTaggedFields(),
  decode: (version, reader) => {
    const errorCode = reader.readInt16()
    if (version >= 2) reader.readNullableString()
    const replica = (r: Reader): QuorumReplica => {
      const nodeId = r.readInt32()
      if (version >= 2) r.readUUID()
      return {
        nodeId,
        logEndOffset: r.readInt64(),
        lastFetchAt: version >= 1 ? r.readInt64() : -1n,
        lastCaughtUpAt: version >= 1 ? r.readInt64() : -1n,
      }
    }
    const topics = reader.readArray((t) => {
      t.readString()
      return t.readArray((p) => {
        p.readInt32()
        const partitionError = p.readInt16()
        if (version >= 2) p.readNullableString()
        return {
          errorCode: partitionError,
          leaderId: p.readInt32(),
          leaderEpoch: p.readInt32(),
          highWatermark: p.readInt64(),
          voters: p.readArray(replica),
          observers: p.readArray(replica),
        }
      })
    })
    const found = topics[0]?.[0]
    if (found === undefined) return { errorCode, leaderId: -1, leaderEpoch: -1, highWatermark: -1n, voters: [], observers: [] }
    return { ...found, errorCode: errorCode === 0 ? found.errorCode : errorCode }
  },
})

export const resourceTypes = { topic: 2, broker: 4, group: 32 } as const

export interface ConfigEntry {
  readonly name: string
  readonly value: string | null
  /** 1 topic, 2 broker, 3 dynamic default, 4 static file, 5 built-in default. */
  readonly source: number
  readonly isSensitive: boolean
}
export interface ResourceConfig {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly type: number
  readonly name: string
  readonly configs: readonly ConfigEntry[]
}

/** Only the named keys: what is not asked for cannot be kept by mistake. */
export const describeConfigs = wireApi<
  { readonly resources: readonly { readonly type: number; readonly name: string }[]; readonly keys: readonly string[] },
  readonly ResourceConfig[]
>({
  key: 32,
  name: 'DescribeConfigs',
  min: 4,
  max: 4,
  encode: (_version, input) =>
    Writer.create()
      .appendArray([...input.resources], (w, resource) =>
        w
          .appendInt8(resource.type)
          .appendString(resource.name)
          .appendArray([...input.keys], (k, key) => k.appendString(key), true, false),
      )
      .appendBoolean(false)
      .appendBoolean(false)
      .appendTaggedFields(),
  decode: (_version, reader) => {
    reader.readInt32()
    return reader.readArray((r) => ({
      errorCode: r.readInt16(),
      errorMessage: r.readNullableString(),
      type: r.readInt8(),
      name: r.readString(),
      configs: r.readArray((c) => {
        const name = c.readString()
        const value = c.readNullableString()
        c.readBoolean()
        const source = c.readInt8()
        const isSensitive = c.readBoolean()
        c.readArray((s) => [s.readString(), s.readNullableString(), s.readInt8()])
        c.readInt8()
        c.readNullableString()
        return { name, value, source, isSensitive }
      }),
    }))
  },
})
