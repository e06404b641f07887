/** What a connection remembers between rounds: the jobs and task managers of the last one, whose turn is next, the server's clock. */
import type { Ctx } from '../../../shared/model/connector.ts'
import type { CheckpointConfig, JobLine } from './answers.ts'
import type { MetricIds } from './metric-ids.ts'
import type { Rest } from './rest.ts'

export interface Memory {
  jobs: readonly JobLine[]
  taskManagers: readonly string[]
  /** Checkpoint settings by job: they never change while it lives. */
  readonly settings: Map<string, CheckpointConfig>
  /** Jobs whose details were put, and how they stood then. */
  readonly told: Map<string, string>
  readonly toldSlots: Set<string>
  nextJob: number
  nextTaskManager: number
  /** The job manager's clock minus ours, ms; undefined before the details of a job told it. */
  clockOffsetMs: number | undefined
}
export interface Work {
  readonly rest: Rest
  readonly ids: MetricIds
  readonly memory: Memory
  readonly ctx: Ctx
  /** `host:port` of the job manager, and the path behind a proxy. */
  readonly instance: string
}

export function createMemory(): Memory {
  return {
    jobs: [],
    taskManagers: [],
    settings: new Map(),
    told: new Map(),
    toldSlots: new Set(),
    nextJob: 0,
    nextTaskManager: 0,
    clockOffsetMs: undefined,
  }
}

/** Some of a list, going round: from a place on, each once. */
export function fromPlace<T>(all: readonly T[], place: number): readonly T[] {
  if (all.length === 0) return []
  const start = place % all.length
  return [...all.slice(start), ...all.slice(0, start)]
}
