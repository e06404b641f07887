/** The sweep `health`: disks of every broker, the quorum, and the topic settings that judgements rest on. Slower than `lag`. */

import { AppError } from '../../../../shared/model/app-error.ts'
import type { PutRow } from '../../../../shared/model/collection.ts'
import type { Asked, Ctx, Out } from '../../../../shared/model/connector.ts'
import { isUnknown, type Known, unknown } from '../../../../shared/model/known.ts'
import type { kafka } from '../../../../shared/systems/kafka/system.ts'
import type { Memory } from '../memory.ts'
import type { Cluster } from '../wire/cluster.ts'
import {
  describeConfigs,
  describeLogDirs,
  describeQuorum,
  type LogDir,
  type QuorumAnswer,
  type QuorumReplica,
  resourceTypes,
} from '../wire/cluster-state.ts'
import { errorName, isForbidden, kafkaErrors } from '../wire/errors.ts'
import { whyUnknown } from './picture.ts'

type Collections = (typeof kafka)['collections']
type Emitted = 'logDirs' | 'quorum'
type LogDirRow = PutRow<Collections['logDirs']>
type QuorumRow = PutRow<Collections['quorum']>

export interface HealthPorts {
  readonly cluster: Cluster
  readonly memory: Memory
  readonly ctx: Pick<Ctx, 'now' | 'clock'>
}

const topicsPerRequest = 1_000
const settingNames = ['min.insync.replicas', 'retention.ms', 'cleanup.policy'] as const

/** Runs one round. Throws AppError only when no broker answers at all. */
export async function sweepHealth(ports: HealthPorts, out: Out<Collections, Emitted>, asked: Asked<Collections[Emitted]>): Promise<void> {
  const metadata = await ports.cluster.metadata()
  await Promise.all([
    putDisks(
      ports,
      metadata.brokers.map((broker) => broker.nodeId),
      out,
    ),
    putQuorum(ports, out),
    readSettings(
      ports,
      metadata.topics.filter((topic) => topic.errorCode === kafkaErrors.none).map((topic) => topic.name),
    ),
  ])
  asked.signal.throwIfAborted()
}

async function putDisks({ cluster }: HealthPorts, nodes: readonly number[], out: Out<Collections, Emitted>): Promise<void> {
  const unseen: string[] = []
  let reason = unknown('unanswered')
  const rows = await Promise.all(
    nodes.map(async (node) => {
      try {
        const answer = await cluster.ask(node, describeLogDirs, {}, 'bulk')
        if (answer.errorCode === kafkaErrors.none) return answer.dirs.map((dir) => dirRow(node, dir))
        reason = unknown(isForbidden(answer.errorCode) ? 'forbidden' : 'unanswered', errorName(answer.errorCode))
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown
        reason = whyUnknown(thrown)
      }
      unseen.push(String(node))
      return []
    }),
  )
  if (reason.unknown === 'forbidden' && unseen.length === nodes.length) out.lacks('logDirs', reason)
  else
    out.put(
      'logDirs',
      rows.flat(),
      unseen.length === 0
        ? 'all'
        : { except: `disks of brokers ${unseen.sort().join(', ')}`, reason: reason.unknown, where: { broker: unseen } },
    )
}

function dirRow(node: number, dir: LogDir): LogDirRow {
  const size = dir.replicas.reduce((sum, replica) => sum + replica.sizeBytes, 0n)
  const isTold = dir.totalBytes > 0n && dir.usableBytes >= 0n
  const untold = unknown('unsupported', 'this broker does not tell the size of its volumes')
  return {
    broker: String(node),
    path: dir.path,
    state: dir.errorCode === kafkaErrors.none ? 'ONLINE' : 'OFFLINE',
    error: dir.errorCode === kafkaErrors.none ? '' : errorName(dir.errorCode),
    total: isTold ? dir.totalBytes : untold,
    usable: isTold ? dir.usableBytes : untold,
    used: isTold ? 1 - Number(dir.usableBytes) / Number(dir.totalBytes) : untold,
    size,
    replicas: dir.replicas.length,
  }
}

type Heard = readonly (QuorumAnswer | AppError)[]
const answersIn = (heard: Heard): readonly QuorumAnswer[] => heard.flatMap((said) => (said instanceof AppError ? [] : [said]))
const namesLeader = ({ errorCode, leaderId }: QuorumAnswer): boolean => errorCode === kafkaErrors.none && leaderId >= 0
const mayNotTell = ({ errorCode }: QuorumAnswer): boolean => isForbidden(errorCode)

/**
 * Also notes the controller, and the cluster's clock: the leader reports itself as caught up at its own now. A broker that fails, knows no
 * leader or answers with an error may only be ill or late itself: another one is asked. A broker passes the question on to the controller
 * and holds it while there is none: where all are silent about this and not about the rest, there is none.
 */
async function putQuorum({ cluster, memory, ctx }: HealthPorts, out: Out<Collections, Emitted>): Promise<void> {
  const asked = ctx.now().getTime()
  const heard = await cluster.askAround(describeQuorum, {}, (answer) => namesLeader(answer) || mayNotTell(answer))
  const middle = (asked + ctx.now().getTime()) / 2
  const told = answersIn(heard).find(namesLeader)
  if (told === undefined) {
    const why = heard.every(isSilence) && (await answersElse(cluster)) ? -1 : withoutLeader(heard)
    memory.controller = why
    if (isUnknown(why) && why.unknown !== 'unanswered') out.lacks('quorum', why)
    return
  }
  memory.controller = told.leaderId
  const leader = told.voters.find((voter) => voter.nodeId === told.leaderId)
  if (heard.length === 1 && leader !== undefined && leader.lastCaughtUpAt > 0n) ctx.clock(Number(leader.lastCaughtUpAt) - middle)
  out.put('quorum', quorumRows(told), 'all')
}

const isSilence = (said: QuorumAnswer | AppError): boolean => said instanceof AppError && said.data.code === 'timeout'
const answersElse = (cluster: Cluster): Promise<boolean> =>
  cluster.metadata().then(
    () => true,
    () => false,
  )

/** What is known of the controller when no broker named one: -1 when one of them said that there is none, else why not. */
function withoutLeader(heard: Heard): Known<number> {
  const answers = answersIn(heard)
  const refused = answers.find(mayNotTell)
  if (refused !== undefined) return unknown('forbidden', errorName(refused.errorCode))
  if (answers.some(({ errorCode }) => errorCode === kafkaErrors.none)) return -1
  const isUnsupported = heard.every((said) => said instanceof AppError && said.data.code === 'unsupported')
  const last = heard.at(-1)
  if (last === undefined) return unknown('unanswered')
  return unknown(isUnsupported ? 'unsupported' : 'unanswered', last instanceof AppError ? last.message : errorName(last.errorCode))
}

function quorumRows(answer: QuorumAnswer): readonly QuorumRow[] {
  const leader = answer.voters.find((voter) => voter.nodeId === answer.leaderId)
  const row = (replica: QuorumReplica, role: 'leader' | 'voter' | 'observer'): QuorumRow => {
    const behind = leader === undefined ? undefined : leader.logEndOffset - replica.logEndOffset
    return {
      node: String(replica.nodeId),
      role,
      endOffset: replica.logEndOffset < 0n ? unknown('unanswered', 'the leader has not heard from it') : replica.logEndOffset,
      behind:
        behind === undefined || replica.logEndOffset < 0n ? unknown('unanswered', 'no leader to compare with') : behind < 0n ? 0n : behind,
      lastCaughtUp: instantOf(replica.lastCaughtUpAt),
      lastFetch: instantOf(replica.lastFetchAt),
      epoch: BigInt(answer.leaderEpoch),
    }
  }
  const voters = answer.voters.map((voter) => row(voter, voter.nodeId === answer.leaderId ? 'leader' : 'voter'))
  const observers = answer.observers.filter((observer) => !answer.voters.some((voter) => voter.nodeId === observer.nodeId))
  return [...voters, ...observers.map((observer) => row(observer, 'observer'))]
}

function instantOf(ms: bigint): Date | ReturnType<typeof unknown> {
  return ms < 0n ? unknown('unsupported', 'the quorum does not tell') : new Date(Number(ms))
}

/** Only three keys of each topic: what is not asked for cannot be kept by mistake. */
async function readSettings({ cluster, memory }: HealthPorts, topics: readonly string[]): Promise<void> {
  for (let at = 0; at < topics.length; at += topicsPerRequest) {
    const resources = topics.slice(at, at + topicsPerRequest).map((name) => ({ type: resourceTypes.topic, name }))
    try {
      for (const resource of await cluster.ask('any', describeConfigs, { resources, keys: settingNames }, 'bulk')) {
        if (resource.errorCode !== kafkaErrors.none) continue
        const values = new Map(resource.configs.map((config) => [config.name, config.value]))
        const numberOf = (key: (typeof settingNames)[number]): number | undefined => {
          const value = values.get(key)
          return value === undefined || value === null || !/^-?\d+$/.test(value) ? undefined : Number(value)
        }
        memory.settings.set(resource.name, {
          minIsr: numberOf('min.insync.replicas'),
          retentionMs: numberOf('retention.ms'),
          cleanup: values.get('cleanup.policy') ?? undefined,
        })
      }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      return // judgements that need the settings stay unknown until they are read
    }
  }
  const known = new Set(topics)
  for (const topic of memory.settings.keys()) if (!known.has(topic)) memory.settings.delete(topic)
}
