// A member of a classic group, request by request: groups no client would make (a Connect worker's, one that leaves a
// partition out, one that never finishes its rebalance).
import * as P from '@platformatic/kafka'
import { answer, coordinatorOf, parseAddress, retried } from './raw.ts'

export interface RawMemberOptions {
  readonly groupId: string
  /** `consumer` for consumers, `connect` for Connect workers. */
  readonly protocolType: string
  readonly topics: readonly string[]
  /** What the only member is given: topic to partitions. */
  readonly assignment: Readonly<Record<string, readonly number[]>>
  /** False: the leader never hands out the assignment, so the group stays in CompletingRebalance. Default true. */
  readonly sync?: boolean
}

export interface RawMember {
  readonly groupId: string
  readonly memberId: string
  readonly generationId: number
  stop(): Promise<void>
}

const SESSION_MS = 30_000
const REBALANCE_MS = 300_000
const MEMBER_ID_REQUIRED = 79

/** Joins as the only member and heartbeats until it is stopped. */
export async function startRawMember(bootstrap: readonly string[], options: RawMemberOptions): Promise<RawMember> {
  const { host, port } = parseAddress(await coordinatorOf(bootstrap, options.groupId))
  const connection = new P.Connection(`raw-${options.groupId}`, { connectTimeout: 5_000, requestTimeout: REBALANCE_MS })
  await connection.connect(host, port)
  const join = (memberId: string): Promise<P.joinGroupV9.JoinGroupResponse> =>
    answer(
      P.joinGroupV9.api.async(connection, options.groupId, SESSION_MS, REBALANCE_MS, memberId, null, options.protocolType, [
        { name: 'range', metadata: subscription(options.topics) },
      ]),
    )
  try {
    const joined = await retried(`join ${options.groupId}`, async () => {
      const first = await join('')
      const second = first.errorCode === MEMBER_ID_REQUIRED ? await join(first.memberId) : first
      if (second.errorCode !== 0) throw new Error(`JoinGroup answered ${second.errorCode}`)
      return second
    })
    const { memberId, generationId } = joined
    if (options.sync ?? true) {
      await P.syncGroupV5.api.async(connection, options.groupId, generationId, memberId, null, options.protocolType, 'range', [
        { memberId, assignment: assignment(options.assignment) },
      ])
    }
    const beating = setInterval(
      () => void P.heartbeatV4.api.async(connection, options.groupId, generationId, memberId, null).catch(() => undefined),
      3_000,
    )
    return {
      groupId: options.groupId,
      memberId,
      generationId,
      stop: async () => {
        clearInterval(beating)
        await P.leaveGroupV5.api
          .async(connection, options.groupId, [{ memberId, groupInstanceId: null, reason: null }])
          .catch(() => undefined)
        await connection.close().catch(() => undefined)
      },
    }
  } catch (error) {
    await connection.close().catch(() => undefined)
    throw error
  }
}

// ConsumerProtocolSubscription and ConsumerProtocolAssignment, version 0, of Kafka's clients/src/main/resources/common/message.
function subscription(topics: readonly string[]): Buffer {
  return Buffer.concat([int16(0), int32(topics.length), ...topics.map(string), int32(-1)])
}

function assignment(given: Readonly<Record<string, readonly number[]>>): Buffer {
  const topics = Object.entries(given)
  const each = topics.map(([topic, partitions]) => Buffer.concat([string(topic), int32(partitions.length), ...partitions.map(int32)]))
  return Buffer.concat([int16(0), int32(topics.length), ...each, int32(-1)])
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([int16(bytes.length), bytes])
}
