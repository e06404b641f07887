// The lab as people use it: the servers that were asked for, a live workload, and the commands that hurt and heal them.
import { setTimeout as delay } from 'node:timers/promises'
import { type LabFlink, startFlink } from './flink/cluster.ts'
import { type LabBroker, type LabKafka, startKafka } from './kafka/cluster.ts'
import { committedOffsets, endOffset } from './kafka/commits.ts'
import { type LabWorkload, PLAYS, POISONED_PARTITION, startWorkload } from './kafka/workload.ts'

export interface LabPlan {
  readonly brokers: 1 | 3
  readonly flink: boolean
  readonly taskManagers: 1 | 2
  readonly rate: number
  /** Where a start reports its steps. */
  readonly says: (line: string) => void
}

export interface RunningLab {
  readonly kafka: LabKafka
  readonly flink: LabFlink | undefined
  readonly workload: LabWorkload
  readonly addresses: Readonly<Record<string, string>>
  /** Carries out one command of the command line and answers what it did, in a line or some. */
  command(words: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** Starts the servers one after the other, then the workload. */
export async function startLab(plan: LabPlan): Promise<RunningLab> {
  const started: { stop(): Promise<void> }[] = []
  const stop = async (): Promise<void> => {
    for (const one of started.reverse()) await one.stop()
  }
  try {
    plan.says(`starting ${plan.brokers} Kafka broker${plan.brokers === 1 ? '' : 's'} (the first time, jars are downloaded)`)
    const kafka = await startKafka({ brokers: plan.brokers })
    started.push(kafka)
    plan.says(`Kafka is usable after ${kafka.startedInMs} ms`)
    let flink: LabFlink | undefined
    if (plan.flink) {
      plan.says('starting Flink')
      flink = await startFlink({ taskManagers: plan.taskManagers })
      started.push(flink)
      plan.says(`Flink is usable after ${flink.startedInMs} ms`)
    }
    plan.says('starting producers, consumers and jobs')
    const workload = await startWorkload(kafka, flink, { rate: plan.rate })
    started.push(workload)
    const addresses = { kafka: kafka.bootstrap.join(','), ...(flink ? { flink: flink.restUrl } : {}) }
    return { kafka, flink, workload, addresses, command: (words) => command({ kafka, flink, workload }, words), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Parts {
  readonly kafka: LabKafka
  readonly flink: LabFlink | undefined
  readonly workload: LabWorkload
}

async function command(lab: Parts, words: readonly string[]): Promise<string> {
  const [verb, what, which] = words
  if (verb === 'break' || verb === 'freeze') return hurt(lab, verb, what, which)
  if (verb === 'heal') return heal(lab)
  if (verb === 'status') return status(lab)
  if (verb === 'poison') {
    const record = await lab.workload.poison()
    return `${record.topic}/${record.partition} has a record that is no JSON at offset ${record.offset}`
  }
  if (verb === 'pause-producers') {
    await lab.workload.pauseProducers()
    return 'producers are paused'
  }
  if (verb === 'resume-producers') {
    lab.workload.resumeProducers()
    return 'producers go on'
  }
  throw new Error(`unknown command "${words.join(' ')}"; see --help`)
}

async function hurt(lab: Parts, verb: 'break' | 'freeze', what: string | undefined, which: string | undefined): Promise<string> {
  const done = verb === 'break' ? 'killed' : 'frozen'
  if (what === 'kafka-broker') {
    const broker = brokerOf(lab.kafka, which)
    if (verb === 'break') await broker.kill()
    else await broker.pause()
    return `broker ${broker.id} (${broker.host}:${broker.port}) is ${done}`
  }
  if (what === 'flink-taskmanager' && lab.flink) {
    const index = Number(which ?? 1) - 1
    const id = lab.flink.taskManagers[index]
    if (id === undefined) throw new Error(`there is no task manager ${which}`)
    if (verb === 'break') await lab.flink.killTaskManager(index)
    else await lab.flink.pauseTaskManager(index)
    return `task manager ${id} is ${done}`
  }
  throw new Error(`cannot ${verb} "${what ?? ''}": kafka-broker${lab.flink ? ', flink-taskmanager' : ''}`)
}

/** Without a number the last broker: on three, the one that leads no partition of play-events. */
function brokerOf(kafka: LabKafka, which: string | undefined): LabBroker {
  const broker = which === undefined ? kafka.brokers.at(-1) : kafka.brokers.find((one) => one.id === Number(which))
  if (broker === undefined) throw new Error(`there is no broker ${which}`)
  return broker
}

async function heal(lab: Parts): Promise<string> {
  const healed: string[] = []
  for (const broker of lab.kafka.brokers) {
    broker.resume()
    if (broker.alive()) continue
    await broker.start()
    healed.push(`broker ${broker.id} is back`)
  }
  for (const [index, id] of (lab.flink?.taskManagers ?? []).entries()) {
    lab.flink?.resumeTaskManager(index)
    await lab.flink?.startTaskManager(index)
    healed.push(`task manager ${id} runs`)
  }
  if (lab.workload.poisoned !== undefined) {
    await lab.workload.passPoison()
    healed.push('every reader is past the bad record')
  }
  return ['nothing is frozen any more', ...healed].join('\n')
}

async function status(lab: Parts): Promise<string> {
  const lines = lab.kafka.brokers.map(
    (broker) => `broker ${broker.id}  ${broker.host}:${broker.port}  pid ${broker.pid}  ${broker.alive() ? 'runs' : 'dead'}`,
  )
  if (lab.flink) lines.push(`flink  ${lab.flink.restUrl}  job route-plays ${lab.workload.jobId}`)
  for (const producer of lab.workload.producers) lines.push(`producer of ${producer.topic}: ${producer.sent} records`)
  const key = `${PLAYS}/${POISONED_PARTITION}`
  for (const group of lab.workload.playGroups) {
    // While a broker is dead its groups and partitions may answer nobody.
    const [committed, end] = await Promise.all([
      soon(committedOffsets(lab.kafka.directBootstrap, group).then((all) => all.get(key))),
      soon(endOffset(lab.kafka.directBootstrap, PLAYS, POISONED_PARTITION)),
    ])
    lines.push(`group ${group}: ${committed ?? 'unanswered'} of ${end ?? 'unanswered'} in ${key}`)
  }
  if (lab.workload.poisoned) lines.push(`bad record at offset ${lab.workload.poisoned.offset}`)
  return lines.join('\n')
}

/** An answer, or undefined where it fails or takes more than 3 s. */
function soon<T>(asked: Promise<T>): Promise<T | undefined> {
  return Promise.race([asked.catch(() => undefined), delay(3_000, undefined, { ref: false })])
}
