/** Shapes of the job manager's answers: what is used of them. Seen at 1.20 and 2.3; fields that only one of them has are optional. */
import { z } from 'zod'

/** A number as Flink writes it: also `"NaN"`, which is none. */
const number = z
  .union([z.number(), z.bigint(), z.string()])
  .nullish()
  .transform((n) => (n === null || n === undefined || n === '' || !Number.isFinite(Number(n)) ? undefined : Number(n)))
/** A whole number, exact. */
const whole = z.union([z.number(), z.bigint()]).transform((n) => (typeof n === 'bigint' ? n : BigInt(Math.trunc(n))))
const counts = z.record(z.string(), z.number())

export const overview = z.object({
  taskmanagers: z.number(),
  'slots-total': z.number(),
  'slots-available': z.number(),
  'jobs-running': z.number(),
  'jobs-failed': z.number(),
  'flink-version': z.string(),
})
export const config = z.object({ 'flink-version': z.string(), features: z.object({ 'web-history': z.boolean().optional() }).optional() })

export const jobsOverview = z.object({
  jobs: z.array(
    z.object({
      jid: z.string().min(1),
      name: z.string(),
      state: z.string(),
      'start-time': z.number(),
      'end-time': z.number(),
      'last-modification': z.number(),
      /** state in lower case → tasks, and `total`. */
      tasks: counts,
    }),
  ),
})
export type JobLine = z.infer<typeof jobsOverview>['jobs'][number]

export const taskManagers = z.object({
  taskmanagers: z.array(
    z.object({
      id: z.string().min(1),
      path: z.string(),
      dataPort: z.number(),
      /** An epoch time in spite of its name. */
      timeSinceLastHeartbeat: z.number(),
      slotsNumber: z.number(),
      freeSlots: z.number(),
      memoryConfiguration: z.object({ totalProcessMemory: whole.nullish() }).optional(),
      blocked: z.boolean().optional(),
    }),
  ),
})
export const taskManager = z.object({ id: z.string(), allocatedSlots: z.array(z.object({ jobId: z.string() })).optional() })

export const job = z.object({
  jid: z.string(),
  now: z.number(),
  vertices: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      parallelism: z.number(),
      status: z.string(),
      /** state in upper case → subtasks. */
      tasks: counts,
    }),
  ),
  plan: z.object({
    nodes: z.array(z.object({ id: z.string(), inputs: z.array(z.object({ id: z.string(), num: z.number().optional() })).optional() })),
  }),
})
export type Job = z.infer<typeof job>

const checkpoint = z.object({
  id: whole,
  status: z.string(),
  is_savepoint: z.boolean(),
  checkpoint_type: z.string().optional(),
  trigger_timestamp: z.number(),
  latest_ack_timestamp: z.number(),
  end_to_end_duration: z.number(),
  state_size: whole,
  checkpointed_size: whole.optional(),
  num_subtasks: z.number(),
  num_acknowledged_subtasks: z.number(),
  failure_timestamp: z.number().optional(),
  failure_message: z.string().nullish(),
  external_path: z.string().nullish(),
})
export type Checkpoint = z.infer<typeof checkpoint>
export const checkpoints = z.object({
  counts: z.object({ completed: z.number(), failed: z.number() }),
  latest: z.object({ completed: checkpoint.nullish(), failed: checkpoint.nullish() }),
  history: z.array(checkpoint),
})
export type Checkpoints = z.infer<typeof checkpoints>
export const checkpointConfig = z.object({ interval: number, timeout: number, tolerable_failed_checkpoints: number })
export type CheckpointConfig = z.infer<typeof checkpointConfig>

export const exceptions = z.object({
  exceptionHistory: z
    .object({
      entries: z.array(
        z.object({
          exceptionName: z.string(),
          stacktrace: z.string(),
          timestamp: z.number(),
          taskName: z.string().nullish(),
          taskManagerId: z.string().nullish(),
          endpoint: z.string().nullish(),
        }),
      ),
    })
    .optional(),
})
export type Exceptions = z.infer<typeof exceptions>

/** Metrics of one thing: an id list has no values. */
export const metrics = z.array(z.object({ id: z.string(), value: number }))
/** Metrics of the subtasks of a vertex, put together. */
export const aggregated = z.array(z.object({ id: z.string(), min: number, max: number, avg: number, sum: number }))
export type Aggregated = z.infer<typeof aggregated>[number]
