// Groups that are not classic consumer groups: share groups, groups of the newer protocol, Connect workers, readers that
// assign partitions to themselves.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as P from '@platformatic/kafka'
import { waitFor } from '../../support/process.ts'
import { startJava } from '../java.ts'
import { commitOffsets } from './commits.ts'
import { toolJars } from './jars.ts'
import { answer, withBroker } from './raw.ts'
import { type RawMember, startRawMember } from './raw-member.ts'

export interface RunningGroup {
  readonly groupId: string
  stop(): Promise<void>
}

/** A share group with one member: Kafka's own console share consumer, in a JVM of about 100 MB. Reads what is sent from now on. */
export async function startShareGroup(bootstrap: readonly string[], groupId: string, topic: string): Promise<RunningGroup> {
  const folder = await mkdtemp(path.join(tmpdir(), 'landscope-share-'))
  const consumer = await startJava({
    name: `share consumer ${groupId}`,
    jars: await toolJars(),
    mainClass: 'org.apache.kafka.tools.consumer.ConsoleShareConsumer',
    flags: ['-Xmx64m'],
    args: ['--bootstrap-server', bootstrap.join(','), '--topic', topic, '--group', groupId],
    logFile: path.join(folder, 'share-consumer.log'),
  })
  const stop = async (): Promise<void> => {
    await consumer.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await waitFor(`the share group ${groupId}`, async () => (await stateOf(bootstrap, groupId)) === 'Stable', {
      processes: [consumer],
      everyMs: 300,
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { groupId, stop }
}

/** A group of the protocol of KIP-848 (type `consumer`) with one member that commits every second. */
export async function startConsumerProtocolGroup(bootstrap: readonly string[], groupId: string, topic: string): Promise<RunningGroup> {
  const consumer = new P.Consumer({
    clientId: `consumer-${groupId}`,
    groupId,
    bootstrapBrokers: [...bootstrap],
    groupProtocol: 'consumer',
    autocommit: 1_000,
    maxWaitTime: 500,
  })
  const stream = await consumer.consume({
    topics: [topic],
    mode: P.MessagesStreamModes.COMMITTED,
    fallbackMode: P.MessagesStreamFallbackModes.EARLIEST,
  })
  stream.on('error', () => undefined)
  stream.on('data', () => undefined)
  await waitFor(`the group ${groupId}`, async () => (await stateOf(bootstrap, groupId)) === 'Stable')
  return {
    groupId,
    stop: async () => {
      await stream.close().catch(() => undefined)
      await consumer.close(true).catch(() => undefined)
    },
  }
}

/** A group as a Kafka Connect cluster forms it: protocol type `connect`, one member, no commits. */
export function startConnectGroup(bootstrap: readonly string[], groupId: string): Promise<RawMember> {
  return startRawMember(bootstrap, { groupId, protocolType: 'connect', topics: [], assignment: {} })
}

/** A stable group whose only member is not given `partition` of the topic: nobody reads that one. */
export function startGroupWithUnassigned(
  bootstrap: readonly string[],
  groupId: string,
  topic: string,
  partitions: { readonly assigned: readonly number[] },
): Promise<RawMember> {
  return startRawMember(bootstrap, { groupId, protocolType: 'consumer', topics: [topic], assignment: { [topic]: partitions.assigned } })
}

/** A group whose leader never hands out an assignment: CompletingRebalance for up to 5 minutes. */
export function startRebalancingGroup(bootstrap: readonly string[], groupId: string, topic: string): Promise<RawMember> {
  return startRawMember(bootstrap, { groupId, protocolType: 'consumer', topics: [topic], assignment: {}, sync: false })
}

/** A reader that assigns partitions to itself (as Flink and Spark do): commits only, protocol type '', never a member. */
export async function makeSelfAssignedGroup(
  bootstrap: readonly string[],
  groupId: string,
  topic: string,
  offsets: readonly bigint[],
): Promise<void> {
  await commitOffsets(
    bootstrap,
    groupId,
    offsets.map((offset, partition) => ({ topic, partition, offset })),
  )
}

/** State of a group as its coordinator lists it, or undefined where no broker lists it. */
export async function stateOf(bootstrap: readonly string[], groupId: string): Promise<string | undefined> {
  for (const address of bootstrap) {
    const listed = await withBroker(address, (connection) => answer(P.listGroupsV5.api.async(connection, [], [])))
    const found = listed.groups.find((group) => group.groupId === groupId)
    if (found !== undefined) return found.groupState
  }
  return undefined
}
