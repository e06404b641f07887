/** Groups of all protocols: listing, and the three describe APIs (classic, consumer, share). */
import { type Reader, Writer } from '@platformatic/kafka'
import { type Assignment, parseAssignment } from './consumer-protocol.ts'
import { wireApi } from './wire-api.ts'

export interface ListedGroup {
  readonly groupId: string
  /** `consumer`, `connect`, `share`, or empty for a group that assigns its own partitions. */
  readonly protocolType: string
  /** Empty below version 4. */
  readonly state: string
  /** `classic`, `consumer`, `share`, `streams`; empty below version 5. */
  readonly type: string
}

/** All groups whose offsets partition this broker leads: the answering broker is their coordinator. */
export const listGroups = wireApi<Record<string, never>, { readonly errorCode: number; readonly groups: readonly ListedGroup[] }>({
  key: 16,
  name: 'ListGroups',
  min: 3,
  max: 5,
  encode: (version) => {
    const w = Writer.create()
    if (version >= 4) w.appendArray<string>([], (writer, state) => writer.appendString(state), true, false)
    if (version >= 5) w.appendArray<string>([], (writer, type) => writer.appendString(type), true, false)
    return w.appendTaggedFields()
  },
  decode: (version, reader) => {
    reader.readInt32()
    return {
      errorCode: reader.readInt16(),
      groups: reader.readArray((r) => ({
        groupId: r.readString(),
        protocolType: r.readString(),
        state: version >= 4 ? r.readString() : '',
        type: version >= 5 ? r.readString() : '',
      })),
    }
  },
})

export interface Member {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Topics it subscribed to; empty when the protocol does not tell or its bytes did not parse. */
  readonly subscribed: readonly string[]
  readonly assignment: Assignment
}
export interface DescribedGroup {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly groupId: string
  readonly state: string
  readonly assignor: string
  /** -1 where the protocol has none. The two differ while an assignment is being worked out. */
  readonly groupEpoch: number
  readonly assignmentEpoch: number
  readonly members: readonly Member[]
}

function encodeIds(groups: readonly string[]): Writer {
  return Writer.create()
    .appendArray([...groups], (w, id) => w.appendString(id), true, false)
    .appendBoolean(false)
    .appendTaggedFields()
}

/** Classic groups. A group of another type, or none, answers with state Dead and no error. */
export const describeGroups = wireApi<{ readonly groups: readonly string[] }, readonly DescribedGroup[]>({
  key: 15,
  name: 'DescribeGroups',
  min: 5,
  max: 5,
  encode: (_version, input) => encodeIds(input.groups),
  decode: (_version, reader) => {
    reader.readInt32()
    return reader.readArray((r) => {
      const group = { errorCode: r.readInt16(), errorMessage: null, groupId: r.readString(), state: r.readString() }
      const protocolType = r.readString()
      const assignor = r.readString()
      const members = r.readArray((m) => {
        const member = {
          memberId: m.readString(),
          instanceId: m.readNullableString(),
          clientId: m.readString(),
          clientHost: m.readString(),
        }
        const metadata = m.readBytes()
        const assignment = m.readBytes()
        return { ...member, ...parseAssignment(protocolType, metadata, assignment) }
      })
      r.readInt32()
      return { ...group, assignor, groupEpoch: -1, assignmentEpoch: -1, members }
    })
  },
})

function readTopicPartitions(reader: Reader): Assignment {
  const topics = reader.readArray((t) => {
    t.readUUID()
    return { topic: t.readString(), partitions: t.readArray((p) => p.readInt32(), true, false) }
  })
  reader.readTaggedFields()
  return topics
}

/** KIP-848 groups. Another type, or none, answers with error 69. */
export const consumerGroupDescribe = wireApi<{ readonly groups: readonly string[] }, readonly DescribedGroup[]>({
  key: 69,
  name: 'ConsumerGroupDescribe',
  min: 0,
  max: 1,
  encode: (_version, input) => encodeIds(input.groups),
  decode: (version, reader) => {
    reader.readInt32()
    return reader.readArray((r) => {
      const head = readGroupHead(r)
      const members = r.readArray((m) => {
        const member = { memberId: m.readString(), instanceId: m.readNullableString() }
        m.readNullableString()
        m.readInt32()
        const client = { clientId: m.readString(), clientHost: m.readString() }
        const subscribed = m.readArray((s) => s.readString(), true, false)
        m.readNullableString()
        const assignment = readTopicPartitions(m)
        readTopicPartitions(m)
        if (version >= 1) m.readInt8()
        return { ...member, ...client, subscribed, assignment }
      })
      r.readInt32()
      return { ...head, members }
    })
  },
})

/** Share groups. The driver has no codec for it. */
export const shareGroupDescribe = wireApi<{ readonly groups: readonly string[] }, readonly DescribedGroup[]>({
  key: 77,
  name: 'ShareGroupDescribe',
  min: 1,
  max: 1,
  encode: (_version, input) => encodeIds(input.groups),
  decode: (_version, reader) => {
    reader.readInt32()
    return reader.readArray((r) => {
      const head = readGroupHead(r)
      const members = r.readArray((m) => {
        const memberId = m.readString()
        m.readNullableString()
        m.readInt32()
        const client = { clientId: m.readString(), clientHost: m.readString() }
        const subscribed = m.readArray((s) => s.readString(), true, false)
        return { memberId, instanceId: null, ...client, subscribed, assignment: readTopicPartitions(m) }
      })
      r.readInt32()
      return { ...head, members }
    })
  },
})

function readGroupHead(r: Reader): Omit<DescribedGroup, 'members'> {
  return {
    errorCode: r.readInt16(),
    errorMessage: r.readNullableString(),
    groupId: r.readString(),
    state: r.readString(),
    groupEpoch: r.readInt32(),
    assignmentEpoch: r.readInt32(),
    assignor: r.readString(),
  }
}
