/** What a job does, judged from its tasks: after the loss of a task manager it says RUNNING while all its tasks wait for slots. */
import type { JobStatus } from '../../../shared/systems/flink/words.ts'
import type { JobLine } from './answers.ts'

export interface TaskCounts {
  readonly total: number
  readonly running: number
  readonly waiting: number
}

/** Tasks of a job; the list has lower-case states, 1.20 and 2.3 alike. Done tasks count as running: nothing is missing there. */
export function countTasks(tasks: JobLine['tasks']): TaskCounts {
  const of = (state: string): number => tasks[state] ?? 0
  return { total: of('total'), running: of('running') + of('finished'), waiting: of('scheduled') + of('created') }
}

/** Undefined for a state this version does not know. */
export function jobStatus(state: string, tasks: JobLine['tasks']): JobStatus | undefined {
  const { total, running, waiting } = countTasks(tasks)
  switch (state) {
    case 'FAILED':
    case 'FAILING':
    case 'RESTARTING':
    case 'FINISHED':
    case 'CANCELED':
    case 'CANCELLING':
    case 'SUSPENDED':
      return state
    case 'INITIALIZING':
    case 'RECONCILING':
      return 'STARTING'
    case 'CREATED':
      return 'WAITING'
    case 'RUNNING':
      if (total === 0 || running === total) return 'RUNNING'
      return waiting > 0 ? 'WAITING' : 'STARTING'
    default:
      return undefined
  }
}

/** True for a job that is over and will not change any more. */
export function isOver(state: string): boolean {
  return state === 'FAILED' || state === 'FINISHED' || state === 'CANCELED'
}
