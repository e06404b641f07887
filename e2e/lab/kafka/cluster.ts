// A real Kafka cluster of one or three brokers (KRaft, plaintext, loopback), each of which can be hurt by itself.
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as P from '@platformatic/kafka'
import { freePorts } from '../../support/ports.ts'
import { type RunningProcess, waitFor } from '../../support/process.ts'
import { noteServer } from '../../support/servers-started.ts'
import { cached } from '../cache.ts'
import { runJava, startJava } from '../java.ts'
import { type BrokerPlan, brokerProperties, type ClusterPlan } from './broker-config.ts'
import { createTopics } from './client.ts'
import { brokerJars, type KafkaVersion } from './jars.ts'
import { answer, coordinatorOf, metadataOf, withBroker } from './raw.ts'

const HOST = '127.0.0.1'

export interface KafkaOptions {
  readonly brokers: 1 | 3
  /** After how long without a heartbeat the controller gives a broker up. Default 20 s. */
  readonly sessionTimeoutMs?: number
  /** Puts a proxy before a broker's client listener: gets where the broker listens, answers what it shall advertise. */
  readonly advertisedThrough?: (broker: {
    readonly id: number
    readonly host: string
    readonly port: number
  }) => Promise<{ readonly host: string; readonly port: number }>
  /** More lines for every server.properties. */
  readonly extra?: Readonly<Record<string, string>>
  readonly version?: KafkaVersion
  /** Default 256. */
  readonly heapMb?: number
}

export interface LabBroker {
  readonly id: number
  /** Where clients find it: as advertised, so the proxy where there is one. */
  readonly host: string
  readonly port: number
  readonly logDir: string
  readonly logFile: string
  readonly pid: number
  alive(): boolean
  /** SIGTERM: leaders move first. */
  stop(): Promise<void>
  /** SIGKILL: the others notice after the session timeout. */
  kill(): Promise<void>
  /** SIGSTOP: accepts connections and answers nothing; resolves when it stands. */
  pause(): Promise<void>
  resume(): void
  /** Starts it again after stop or kill; resolves when metadata lists it and it answers. */
  start(): Promise<void>
}

export interface LabKafka {
  readonly version: KafkaVersion
  readonly clusterId: string
  /** `host:port` of every broker for clients, through the proxies where there are some. */
  readonly bootstrap: readonly string[]
  /** The same brokers past any proxy: for the lab's own producers and consumers. */
  readonly directBootstrap: readonly string[]
  readonly brokers: readonly LabBroker[]
  /** How long the start took, all brokers usable, in ms; without downloads. */
  readonly startedInMs: number
  stop(): Promise<void>
}

/** Starts the cluster; resolves when every broker answers and a group can commit. */
export async function startKafka(options: KafkaOptions): Promise<LabKafka> {
  const version = options.version ?? '4.4.0'
  const jars = await brokerJars(version)
  const formatted = await formattedStorage(version, jars)
  const began = performance.now()
  const folder = await mkdtemp(path.join(tmpdir(), 'landscope-kafka-'))
  const clusterId = randomBytes(16).toString('base64url')
  const cluster = await planCluster(options, folder, version)
  const processes = new Map<number, RunningProcess>()

  const launch = async (broker: BrokerPlan): Promise<void> => {
    const started = await startJava({
      name: `kafka broker ${broker.id}`,
      jars,
      mainClass: 'kafka.Kafka',
      flags: [
        `-Xms${options.heapMb ?? 256}m`,
        `-Xmx${options.heapMb ?? 256}m`,
        '-Dorg.slf4j.simpleLogger.logFile=System.out',
        '-Dorg.slf4j.simpleLogger.showDateTime=true',
      ],
      args: [path.join(folder, `broker-${broker.id}.properties`)],
      logFile: path.join(folder, `broker-${broker.id}.log`),
    })
    processes.set(broker.id, started)
  }
  const processOf = (id: number): RunningProcess => {
    const found = processes.get(id)
    if (found === undefined) throw new Error(`broker ${id} was never started`)
    return found
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...processes.values()].map((one) => one.stop()))
    await rm(folder, { recursive: true, force: true })
  }
  const direct = cluster.brokers.map((broker) => `${broker.host}:${broker.brokerPort}`)

  try {
    for (const broker of cluster.brokers) {
      await prepareStorage(formatted, broker, clusterId)
      await writeFile(path.join(folder, `broker-${broker.id}.properties`), brokerProperties(cluster, broker))
    }
    await Promise.all(cluster.brokers.map(launch))
    await waitFor('all brokers', () => areRegistered(direct), { withinMs: 120_000, everyMs: 200, processes: [...processes.values()] })
    if (direct.length === 3) await createOffsetsTopic(direct)
    await waitFor('the Kafka cluster', () => isUsable(direct), { withinMs: 180_000, everyMs: 200, processes: [...processes.values()] })
  } catch (error) {
    await stop()
    throw error
  }

  noteServer(`Kafka ${version}, ${options.brokers} broker${options.brokers === 1 ? '' : 's'}`)
  const handle = (broker: BrokerPlan): LabBroker => ({
    id: broker.id,
    host: broker.advertised.host,
    port: broker.advertised.port,
    logDir: broker.logDir,
    logFile: path.join(folder, `broker-${broker.id}.log`),
    get pid() {
      return processOf(broker.id).pid
    },
    alive: () => processOf(broker.id).alive(),
    stop: () => processOf(broker.id).stop(),
    kill: () => processOf(broker.id).kill(),
    pause: () => processOf(broker.id).pause(),
    resume: () => processOf(broker.id).resume(),
    start: async () => {
      if (processOf(broker.id).alive()) return
      await launch(broker)
      const up = async (): Promise<boolean> => {
        const own = `${broker.host}:${broker.brokerPort}`
        const { brokers } = await metadataOf([own], [])
        return brokers.some((one) => one.nodeId === broker.id) && (await listsGroups(own))
      }
      await waitFor(`broker ${broker.id}`, up, { withinMs: 120_000, everyMs: 200, processes: [processOf(broker.id)] })
    },
  })
  return {
    version,
    clusterId,
    bootstrap: cluster.brokers.map((broker) => `${broker.advertised.host}:${broker.advertised.port}`),
    directBootstrap: direct,
    brokers: cluster.brokers.map(handle),
    startedInMs: Math.round(performance.now() - began),
    stop,
  }
}

async function planCluster(options: KafkaOptions, folder: string, version: KafkaVersion): Promise<ClusterPlan> {
  const ports = await freePorts(options.brokers * 3)
  const brokers: BrokerPlan[] = []
  for (let id = 1; id <= options.brokers; id++) {
    const [clientPort = 0, brokerPort = 0, controllerPort = 0] = ports.slice((id - 1) * 3)
    const advertised = (await options.advertisedThrough?.({ id, host: HOST, port: clientPort })) ?? { host: HOST, port: clientPort }
    brokers.push({ id, host: HOST, clientPort, advertised, brokerPort, controllerPort, logDir: path.join(folder, `data-${id}`) })
  }
  return { brokers, sessionTimeoutMs: options.sessionTimeoutMs ?? 20_000, extra: options.extra ?? {}, shareGroups: version !== '3.9.2' }
}

/** What `StorageTool format` writes is the same for every broker but for three ids: it runs once per version. */
function formattedStorage(version: KafkaVersion, jars: string): Promise<string> {
  return cached('kafka-storage', version, async (folder) => {
    const config = path.join(folder, 'format.properties')
    const text = [
      'process.roles=broker,controller',
      'node.id=1',
      'controller.quorum.voters=1@127.0.0.1:1',
      'listeners=PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1',
      'controller.listener.names=CONTROLLER',
      `log.dirs=${path.join(folder, 'data')}`,
    ]
    await writeFile(config, `${text.join('\n')}\n`)
    await runJava({
      jars,
      mainClass: 'kafka.tools.StorageTool',
      flags: ['-Xmx128m'],
      args: ['format', '-t', randomBytes(16).toString('base64url'), '-c', config],
    })
  })
}

async function prepareStorage(formatted: string, broker: BrokerPlan, clusterId: string): Promise<void> {
  await cp(path.join(formatted, 'data'), broker.logDir, { recursive: true })
  const meta = ['version=1', `cluster.id=${clusterId}`, `node.id=${broker.id}`, `directory.id=${randomBytes(16).toString('base64url')}`]
  await writeFile(path.join(broker.logDir, 'meta.properties'), `${meta.join('\n')}\n`)
}

async function areRegistered(direct: readonly string[]): Promise<boolean> {
  const { brokers } = await metadataOf(direct, [])
  return brokers.length === direct.length
}

/**
 * Kafka would place the offsets topic by chance. Made by hand, its partition p is led by broker p % 3 + 1, so which broker
 * coordinates a group (partition = Java's hashCode of its name, without the sign, modulo 9) is the same in every run.
 */
async function createOffsetsTopic(direct: readonly string[]): Promise<void> {
  const assignment = Array.from({ length: 9 }, (_, partition) => [0, 1, 2].map((step) => ((partition + step) % 3) + 1))
  const config = { 'cleanup.policy': 'compact', 'compression.type': 'producer', 'segment.bytes': '104857600' }
  await createTopics(direct, [{ topic: '__consumer_offsets', assignment, config }])
}

/** All brokers registered, every offsets partition led and loaded, and a commit goes through. An open port proves none of it. */
async function isUsable(direct: readonly string[]): Promise<boolean> {
  if (!(await areRegistered(direct))) return false
  const coordinator = await coordinatorOf(direct, 'landscope-lab-probe')
  const offsets = await metadataOf(direct, ['__consumer_offsets'])
  if (offsets.topics.some((topic) => topic.errorCode !== 0 || topic.partitions.some((partition) => partition.errorCode !== 0))) return false
  for (const address of direct) if (!(await listsGroups(address))) return false
  await withBroker(coordinator, (connection) => P.offsetCommitV8.api.async(connection, 'landscope-lab-probe', -1, '', null, []))
  return true
}

/** ListGroups answers 14 while any offsets partition of the broker is still being loaded. */
async function listsGroups(address: string): Promise<boolean> {
  const listed = await withBroker(address, (connection) => answer(P.listGroupsV5.api.async(connection, [], [])))
  return listed.errorCode === 0
}
