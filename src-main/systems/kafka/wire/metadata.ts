/** Metadata: brokers, topics with their ids, and who leads each partition. Never creates a topic. */
import { Writer } from '@platformatic/kafka'
import { wireApi } from './wire-api.ts'

export interface BrokerEntry {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}
export interface PartitionEntry {
  readonly errorCode: number
  readonly partition: number
  /** -1 when nobody leads it. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
}
export interface TopicEntry {
  readonly errorCode: number
  readonly name: string
  /** Hyphenated; all zero below version 10. */
  readonly topicId: string
  readonly isInternal: boolean
  readonly partitions: readonly PartitionEntry[]
}
export interface MetadataAnswer {
  readonly brokers: readonly BrokerEntry[]
  readonly clusterId: string | null
  readonly topics: readonly TopicEntry[]
}

const noId = '00000000-0000-0000-0000-000000000000'

/** `topics: null` asks for all topics this user may see. */
export const metadata = wireApi<{ readonly topics: readonly string[] | null }, MetadataAnswer>({
  key: 3,
  name: 'Metadata',
  min: 9,
  max: 12,
  encode: (version, input) => {
    const w = Writer.create().appendArray(input.topics === null ? null : [...input.topics], (writer, topic) => {
      if (version >= 10) writer.appendUUID(null)
      writer.appendString(topic)
    })
    w.appendBoolean(false)
    if (version <= 10) w.appendBoolean(false)
    return w.appendBoolean(false).appendTaggedFields()
  },
  decode: (version, reader) => {
    reader.readInt32()
    const brokers = reader.readArray((r) => ({
      nodeId: r.readInt32(),
      host: r.readString(),
      port: r.readInt32(),
      rack: r.readNullableString(),
    }))
    const clusterId = reader.readNullableString()
    reader.readInt32() // a random live broker under KRaft: only DescribeQuorum knows the controller
    const topics = reader.readArray((r) => ({
      errorCode: r.readInt16(),
      name: r.readString(),
      topicId: version >= 10 ? r.readUUID() : noId,
      isInternal: r.readBoolean(),
      partitions: r.readArray((p) => ({
        errorCode: p.readInt16(),
        partition: p.readInt32(),
        leader: p.readInt32(),
        leaderEpoch: p.readInt32(),
        replicas: p.readArray((n) => n.readInt32(), true, false),
        isr: p.readArray((n) => n.readInt32(), true, false),
        offlineReplicas: p.readArray((n) => n.readInt32(), true, false),
      })),
      authorized: r.readInt32(),
    }))
    return { brokers, clusterId, topics }
  },
})
