/** Flink's states in people's words. A job's status is judged from its tasks: a job that says RUNNING may have none that runs. */
import type { StateWord } from '../../model/health.ts'

export const jobStates = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
] as const

/** What a job does, from its state and its tasks. WAITING: it wants to run and has tasks without a slot. */
export const jobStatuses = [
  'FAILED',
  'FAILING',
  'RESTARTING',
  'WAITING',
  'STARTING',
  'RUNNING',
  'CANCELLING',
  'SUSPENDED',
  'FINISHED',
  'CANCELED',
] as const
export type JobStatus = (typeof jobStatuses)[number]
export const jobStatusWords: { readonly [S in JobStatus]: StateWord } = {
  FAILED: { word: 'failed', health: 'critical' },
  FAILING: { word: 'failing', health: 'high' },
  RESTARTING: { word: 'restarting', health: 'high' },
  WAITING: { word: 'waiting for slots', health: 'high' },
  STARTING: { word: 'starting', health: 'unknown' },
  RUNNING: { word: 'running', health: 'ok' },
  CANCELLING: { word: 'cancelling', health: 'idle' },
  SUSPENDED: { word: 'suspended', health: 'warn' },
  FINISHED: { word: 'finished', health: 'idle' },
  CANCELED: { word: 'cancelled', health: 'idle' },
}

export const checkpointStates = ['IN_PROGRESS', 'COMPLETED', 'FAILED'] as const
export const checkpointStateWords: { readonly [S in (typeof checkpointStates)[number]]: StateWord } = {
  IN_PROGRESS: { word: 'in progress', health: 'unknown' },
  COMPLETED: { word: 'completed', health: 'ok' },
  FAILED: { word: 'failed', health: 'high' },
}

export const taskStates = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'INITIALIZING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
  'RECONCILING',
] as const
export const taskStateWords: { readonly [S in (typeof taskStates)[number]]: StateWord } = {
  CREATED: { word: 'created', health: 'unknown' },
  SCHEDULED: { word: 'waiting for a slot', health: 'high' },
  DEPLOYING: { word: 'deploying', health: 'unknown' },
  INITIALIZING: { word: 'initializing', health: 'unknown' },
  RUNNING: { word: 'running', health: 'ok' },
  FINISHED: { word: 'finished', health: 'idle' },
  CANCELING: { word: 'cancelling', health: 'idle' },
  CANCELED: { word: 'cancelled', health: 'idle' },
  FAILED: { word: 'failed', health: 'critical' },
  RECONCILING: { word: 'reconciling', health: 'unknown' },
}
