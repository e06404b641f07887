/** The cluster, all its jobs and task managers: three requests, whatever their number. */
import type { Out } from '../../../../shared/model/connector.ts'
import { type Known, unknown } from '../../../../shared/model/known.ts'
import type { flink } from '../../../../shared/systems/flink/system.ts'
import { jobStates } from '../../../../shared/systems/flink/words.ts'
import type { JobLine } from '../answers.ts'
import { countTasks, isOver, jobStatus } from '../job-status.ts'
import { moment, word } from '../known-values.ts'
import type { Work } from '../memory.ts'
import { getOverview, listJobs, listTaskManagers } from '../rest.ts'

type All = (typeof flink)['collections']
type JobRow = Parameters<Out<All, 'jobs'>['put']>[1][number]

function jobRow(job: JobLine, all: readonly JobLine[]): JobRow {
  const { total, running, waiting } = countTasks(job.tasks)
  const status = jobStatus(job.state, job.tasks)
  return {
    jid: job.jid,
    name: job.name === '' ? job.jid : job.name,
    status: status ?? unknown('unrecognised', job.state),
    state: word(jobStates, job.state),
    started: moment(job['start-time']),
    ended: moment(job['end-time']),
    changed: moment(job['last-modification']),
    tasks: total,
    tasksRunning: running,
    tasksWaiting: isOver(job.state) ? 0 : waiting,
    replaced: job.name !== '' && all.some((other) => other.name === job.name && other['start-time'] > job['start-time']),
  }
}
/** How long ago a task manager was heard of; within 10 s is normal: that is how often it is asked. Both times must be the server's. */
function heartbeatAge(heard: number, now: number, clockOffsetMs: number | undefined): Known<number> {
  if (heard <= 0) return unknown('not-yet')
  return clockOffsetMs === undefined
    ? unknown('not-yet', "the server's clock is not known so far")
    : Math.max(0, now + clockOffsetMs - heard)
}

/** `pekko.tcp://flink@10.0.0.7:6122/user/rpc/…` → `10.0.0.7`. */
function hostOf(path: string): Known<string> {
  return /@(\[[^\]]+\]|[^:/@]+)(?::\d+)?\//.exec(path)?.[1]?.replace(/^\[|\]$/g, '') ?? unknown('unrecognised', path.slice(0, 200))
}

export async function sweepFleet(work: Work, out: Out<All, 'cluster' | 'jobs' | 'taskManagers'>, signal: AbortSignal): Promise<void> {
  const { rest, memory, ctx } = work
  const overview = await getOverview(rest, signal)
  const jobs = await listJobs(rest, signal)
  const managers = await listTaskManagers(rest, signal)
  const now = ctx.now().getTime()
  memory.jobs = jobs
  memory.taskManagers = managers.map((m) => m.id)
  const rows = jobs.map((job) => jobRow(job, jobs))
  out.put('jobs', rows, 'all')
  out.put(
    'taskManagers',
    managers.map((m) => ({
      taskManager: m.id,
      host: hostOf(m.path),
      dataPort: m.dataPort,
      lastHeartbeat: moment(m.timeSinceLastHeartbeat),
      heartbeatAge: heartbeatAge(m.timeSinceLastHeartbeat, now, memory.clockOffsetMs),
      slots: m.slotsNumber,
      slotsFree: m.freeSlots,
      memory: m.memoryConfiguration?.totalProcessMemory ?? unknown('unsupported'),
      blocked: m.blocked ?? false,
    })),
    'all',
  )
  out.put(
    'cluster',
    [
      {
        cluster: work.instance,
        version: overview['flink-version'],
        taskManagers: overview.taskmanagers,
        slots: overview['slots-total'],
        slotsFree: overview['slots-available'],
        jobsRunning: overview['jobs-running'],
        jobsWaiting: rows.filter((r) => r.status === 'WAITING').length,
        jobsFailed: overview['jobs-failed'],
      },
    ],
    'all',
  )
}
