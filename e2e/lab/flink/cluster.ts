// A real Flink session cluster on loopback: one job manager, one or two task managers that can be killed.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePorts } from '../../support/ports.ts'
import { type RunningProcess, waitFor } from '../../support/process.ts'
import { noteServer } from '../../support/servers-started.ts'
import { startJava } from '../java.ts'
import { type FlinkPlan, flinkConfig, jvmFlags, LOG4J, TASK_MANAGER_MEMORY, taskManagerArgs } from './config.ts'
import { FLINK_VERSION, flinkJars } from './jars.ts'
import { submitThroughGateway } from './sql-gateway.ts'

export interface FlinkOptions {
  /** Default 1; each has 8 slots and takes about 275 MB. */
  readonly taskManagers?: 1 | 2
  /** After how long a silent task manager is given up. Flink's own default is 50 s, and the lab's. */
  readonly heartbeatTimeoutMs?: number
}

export interface LabFlink {
  /** `http://127.0.0.1:port`, no path. */
  readonly restUrl: string
  /** Ids of the task managers, as the REST answers name them. */
  readonly taskManagers: readonly string[]
  readonly pids: readonly number[]
  readonly startedInMs: number
  /** Runs SQL statements in one session of the gateway; answers the ids of the jobs they started. */
  submitSql(statements: readonly string[]): Promise<readonly string[]>
  /** SIGKILL; `index` from 0. The job manager notices after the heartbeat time-out, its jobs at once. */
  killTaskManager(index: number): Promise<void>
  /** SIGSTOP and SIGCONT: silent, then back. */
  pauseTaskManager(index: number): Promise<void>
  resumeTaskManager(index: number): void
  /** Starts it again after a kill; resolves when it is registered. */
  startTaskManager(index: number): Promise<void>
  stop(): Promise<void>
}

interface Overview {
  readonly taskmanagers: number
}

/** Starts the cluster; resolves when every task manager is registered. */
export async function startFlink(options: FlinkOptions = {}): Promise<LabFlink> {
  const jars = await flinkJars()
  const began = performance.now()
  const plan = await planFlink(options)
  const [jobManagerMetricsPort = 0] = await freePorts(1)
  await mkdir(`${plan.folder}/conf`, { recursive: true })
  for (const made of ['tmp', 'upload']) await mkdir(`${plan.folder}/${made}`)
  await writeFile(`${plan.folder}/conf/config.yaml`, flinkConfig(plan, jobManagerMetricsPort))
  await writeFile(`${plan.folder}/conf/log4j.properties`, LOG4J)
  const restUrl = `http://127.0.0.1:${plan.restPort}`
  const managers = new Map<number, RunningProcess>()
  let jobManager: RunningProcess | undefined

  const managerOf = (index: number): RunningProcess => {
    const found = managers.get(index)
    if (found === undefined) throw new Error(`there is no task manager ${index}`)
    return found
  }
  const launch = async (index: number): Promise<void> => {
    const manager = plan.taskManagers[index]
    if (manager === undefined) throw new Error(`there is no task manager ${index}`)
    const started = await startJava({
      name: `flink task manager ${manager.id}`,
      jars,
      mainClass: 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner',
      flags: [...TASK_MANAGER_MEMORY, ...jvmFlags(plan, manager.id)],
      args: ['-c', `${plan.folder}/conf`, ...taskManagerArgs(manager)],
      logFile: `${plan.folder}/log/${manager.id}/${manager.id}.out`,
    })
    managers.set(index, started)
  }
  const processes = (): readonly RunningProcess[] => [...(jobManager ? [jobManager] : []), ...managers.values()]
  const stop = async (): Promise<void> => {
    await Promise.all(processes().map((one) => one.stop()))
    await rm(plan.folder, { recursive: true, force: true, maxRetries: 3 })
  }
  const registered = async (count: number): Promise<boolean> => {
    const response = await fetch(`${restUrl}/overview`)
    return response.ok && ((await response.json()) as Overview).taskmanagers === count
  }

  try {
    jobManager = await startJava({
      name: 'flink job manager',
      jars,
      mainClass: 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint',
      flags: ['-Xms128m', '-Xmx400m', ...jvmFlags(plan, 'jobmanager')],
      args: ['-c', `${plan.folder}/conf`],
      logFile: `${plan.folder}/log/jobmanager/jobmanager.out`,
    })
    for (const index of plan.taskManagers.keys()) await launch(index)
    await waitFor('the Flink cluster', () => registered(plan.taskManagers.length), {
      withinMs: 120_000,
      everyMs: 200,
      processes: processes(),
    })
  } catch (error) {
    await stop()
    throw error
  }
  noteServer(`Flink ${FLINK_VERSION}, ${plan.taskManagers.length} task manager${plan.taskManagers.length === 1 ? '' : 's'}`)
  return {
    restUrl,
    taskManagers: plan.taskManagers.map((manager) => manager.id),
    get pids() {
      return processes().map((one) => one.pid)
    },
    startedInMs: Math.round(performance.now() - began),
    submitSql: (statements) => submitThroughGateway(jars, plan, statements),
    killTaskManager: (index) => managerOf(index).kill(),
    pauseTaskManager: (index) => managerOf(index).pause(),
    resumeTaskManager: (index) => managerOf(index).resume(),
    startTaskManager: async (index) => {
      if (managerOf(index).alive()) return
      await launch(index)
      const id = plan.taskManagers[index]?.id
      const back = async (): Promise<boolean> => (await fetch(`${restUrl}/taskmanagers/${id}`)).ok && (await isConnected(restUrl, id))
      await waitFor(`task manager ${id}`, back, { withinMs: 90_000, everyMs: 200, processes: [managerOf(index)] })
    },
    stop,
  }
}

/** A killed task manager is listed until its heartbeats time out: only a young heartbeat proves the new one. */
async function isConnected(restUrl: string, id: string | undefined): Promise<boolean> {
  const began = Date.now()
  const response = await fetch(`${restUrl}/taskmanagers`)
  const { taskmanagers } = (await response.json()) as {
    readonly taskmanagers: readonly { readonly id: string; readonly timeSinceLastHeartbeat: number }[]
  }
  const found = taskmanagers.find((one) => one.id === id)
  return found !== undefined && began - found.timeSinceLastHeartbeat < 15_000
}

async function planFlink(options: FlinkOptions): Promise<FlinkPlan> {
  const count = options.taskManagers ?? 1
  const [rpcPort = 0, restPort = 0, blobPort = 0, gatewayPort = 0, ...rest] = await freePorts(4 + 3 * count)
  const taskManagers = Array.from({ length: count }, (_, index) => {
    const [dataPort = 0, ownRpcPort = 0, metricsPort = 0] = rest.slice(index * 3)
    return { id: `tm${index + 1}`, dataPort, rpcPort: ownRpcPort, metricsPort }
  })
  const folder = await mkdtemp(path.join(tmpdir(), 'landscope-flink-'))
  return { folder, rpcPort, restPort, blobPort, gatewayPort, heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 50_000, taskManagers }
}
