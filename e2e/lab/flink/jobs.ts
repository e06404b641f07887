// The lab's Flink jobs, as SQL that the gateway submits.
import { waitFor } from '../../support/process.ts'
import type { LabFlink } from './cluster.ts'

export interface RoutePlays {
  /** `host:port` list of the Kafka the job reads and writes. */
  readonly kafkaBootstrap: readonly string[]
  /** Topic of JSON play events. */
  readonly from: string
  /** Topic it writes to. Default `<from>-routed`. */
  readonly to?: string
  /** Consumer group under which it commits at each checkpoint. Default `route-plays`. */
  readonly groupId?: string
  /** Default `route-plays`. */
  readonly jobName?: string
  /** Default 5 s. */
  readonly checkpointEveryMs?: number
  /** Pause before each of the endless restarts. Default 4 s. */
  readonly restartDelayMs?: number
  /** Default 1. */
  readonly parallelism?: number
}

/**
 * Starts `INSERT INTO to SELECT … FROM from` over JSON and answers the job's id. A record that is no JSON fails the job;
 * it restarts for ever from its last checkpoint, so it stands at that record, and its group commits nothing more.
 */
export async function startRoutePlays(flink: LabFlink, job: RoutePlays): Promise<string> {
  const [id] = await flink.submitSql(routePlaysSql(job))
  if (id === undefined) throw new Error('the gateway named no job')
  await waitFor(`the tasks of ${job.jobName ?? 'route-plays'}`, async () => {
    const { vertices } = await detailsOf(flink, id)
    return vertices.length > 0 && vertices.every((vertex) => vertex.tasks.RUNNING === vertex.parallelism)
  })
  return id
}

/** Cancels a job; resolves when it has ended. */
export async function cancelJob(flink: LabFlink, id: string): Promise<void> {
  await fetch(`${flink.restUrl}/jobs/${id}?mode=cancel`, { method: 'PATCH' })
  await waitFor(`job ${id} to end`, async () => ['CANCELED', 'FAILED', 'FINISHED'].includes((await detailsOf(flink, id)).state))
}

interface JobDetails {
  readonly state: string
  readonly vertices: readonly { readonly parallelism: number; readonly tasks: { readonly RUNNING: number } }[]
}

async function detailsOf(flink: LabFlink, id: string): Promise<JobDetails> {
  const response = await fetch(`${flink.restUrl}/jobs/${id}`)
  if (!response.ok) throw new Error(`GET /jobs/${id} answered ${response.status}`)
  return (await response.json()) as JobDetails
}

/** The statements of the job, without submitting them. */
export function routePlaysSql(job: RoutePlays): readonly string[] {
  const columns = '`event` STRING, `user_id` STRING, `title` STRING, `position_ms` BIGINT, `at` BIGINT'
  const kafka = `'connector' = 'kafka', 'properties.bootstrap.servers' = '${job.kafkaBootstrap.join(',')}', 'format' = 'json'`
  const source = `'topic' = '${job.from}', 'properties.group.id' = '${job.groupId ?? 'route-plays'}', 'scan.startup.mode' = 'group-offsets',
    'properties.auto.offset.reset' = 'earliest', 'json.fail-on-missing-field' = 'false', 'json.ignore-parse-errors' = 'false'`
  const settings: Record<string, string> = {
    'pipeline.name': job.jobName ?? 'route-plays',
    'parallelism.default': String(job.parallelism ?? 1),
    'execution.checkpointing.interval': `${job.checkpointEveryMs ?? 5_000} ms`,
    'execution.checkpointing.timeout': '20 s',
    'execution.checkpointing.tolerable-failed-checkpoints': '1000',
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': '2147483647',
    'restart-strategy.fixed-delay.delay': `${job.restartDelayMs ?? 4_000} ms`,
  }
  return [
    ...Object.entries(settings).map(([key, value]) => `SET '${key}' = '${value}'`),
    `CREATE TABLE plays_in (${columns}) WITH (${kafka}, ${source})`,
    `CREATE TABLE plays_out (${columns}) WITH (${kafka}, 'topic' = '${job.to ?? `${job.from}-routed`}')`,
    "INSERT INTO plays_out SELECT * FROM plays_in WHERE `event` <> 'pause'",
  ]
}
