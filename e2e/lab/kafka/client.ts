// The lab's kafkajs clients: quiet, patient, without the idle timer.
import kafkajs, { type Kafka } from 'kafkajs'
import { stopKafkajsIdleTimer } from '../../support/kafkajs-idle-timer.ts'
import { waitFor } from '../../support/process.ts'
import { metadataOf } from './raw.ts'

/** A kafkajs client that says nothing and keeps trying through the loss of a broker. */
export function kafkaClient(bootstrap: readonly string[], clientId = 'landscope-lab'): Kafka {
  stopKafkajsIdleTimer()
  return new kafkajs.Kafka({
    clientId,
    brokers: [...bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 20 },
  })
}

/** Runs `use` with a connected admin client. */
export async function withAdmin<T>(bootstrap: readonly string[], use: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = kafkaClient(bootstrap).admin()
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}

export interface TopicPlan {
  readonly topic: string
  /** Default 1; ignored with `assignment`. */
  readonly partitions?: number
  /** Default: the cluster's own, 3 on three brokers. */
  readonly replicas?: number
  /** Brokers of each partition, the preferred leader first. */
  readonly assignment?: readonly (readonly number[])[]
  readonly config?: Readonly<Record<string, string>>
}

/** Creates topics and waits until every broker knows a leader of every partition: brokers learn of a new topic one after the other. */
export async function createTopics(bootstrap: readonly string[], plans: readonly TopicPlan[]): Promise<void> {
  await withAdmin(bootstrap, (admin) =>
    admin.createTopics({
      waitForLeaders: false,
      topics: plans.map((plan) => ({
        topic: plan.topic,
        numPartitions: plan.assignment ? -1 : (plan.partitions ?? 1),
        replicationFactor: plan.assignment ? -1 : (plan.replicas ?? -1),
        ...(plan.assignment
          ? { replicaAssignment: plan.assignment.map((replicas, partition) => ({ partition, replicas: [...replicas] })) }
          : {}),
        configEntries: Object.entries(plan.config ?? {}).map(([name, value]) => ({ name, value })),
      })),
    }),
  )
  const names = plans.map((plan) => plan.topic)
  for (const address of bootstrap) {
    await waitFor(`${names.join(', ')} on ${address}`, async () => {
      const found = await metadataOf([address], names).catch(() => undefined)
      // one that is down is not waited for
      return found?.topics.every((topic) => topic.errorCode === 0 && topic.partitions.every((one) => one.leaderId >= 0)) ?? true
    })
  }
}

/** Leader of a partition by metadata; undefined while it has none. */
export async function leaderOf(bootstrap: readonly string[], topic: string, partition: number): Promise<number | undefined> {
  const { topics } = await metadataOf(bootstrap, [topic])
  const leader = topics[0]?.partitions.find((one) => one.partitionIndex === partition)?.leaderId
  return leader === undefined || leader < 0 ? undefined : leader
}
