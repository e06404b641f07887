/** All rules about Flink, the most urgent first. A job's health comes from its tasks and counters, not from the state it claims. */
import { known } from '../../../shared/model/known.ts'
import { noun, say } from '../../../shared/model/sentence.ts'
import { counted } from '../../../shared/model/words.ts'
import { flink } from '../../../shared/systems/flink/system.ts'
import { type AnyCheck, check } from '../../triage/judging.ts'
import { ageWords, clock, minute } from '../../triage/time-words.ts'
import { checkpointsLately } from './job-events.ts'
import { newest, sinceServer, stalledAfterMs, whyFailed } from './phrases.ts'

const restartingTooLongMs = 60_000
const idleMs = 5 * 60_000
const heartbeatMs = 30_000

const failed = check(
  flink,
  {
    on: 'jobs',
    also: ['progress', 'exceptions'],
    rule: 'flink.job.failed',
    says: 'A job failed for good, or cannot come back up',
    where: { status: { in: ['FAILED', 'FAILING', 'RESTARTING'] } },
    opens: 1,
  },
  (row, see) => {
    const changed = known(row.changed)
    const forMs = changed === undefined ? 0 : see.now.getTime() - changed.getTime()
    if (row.replaced === true || (row.status !== 'FAILED' && forMs < restartingTooLongMs)) return undefined
    const [progress] = see.rows('progress')
    const exception = progress === undefined ? undefined : known(progress.exception)
    const why = exception === undefined || exception === '' ? '' : `: ${whyFailed(exception, newest(see.rows('exceptions')))}`
    const name = noun(known(row.name) ?? row.jid, see.urn('jobs', row))
    return {
      class: 'failure',
      origin: 'intrinsic',
      severity: 'critical',
      says:
        row.status === 'FAILED'
          ? say`${name} failed for good${why}.`
          : say`${name} has been ${row.status === 'FAILING' ? 'failing' : 'restarting'}${changed === undefined ? '' : ` since ${clock(changed, see.now)} UTC`}${why}.`,
      ...sinceServer(changed),
      evidence:
        exception === undefined || exception === ''
          ? []
          : [{ label: 'Last exception', value: exception, source: 'GET /jobs/:jid/exceptions' }],
    }
  },
)

const waiting = check(
  flink,
  {
    on: 'jobs',
    rule: 'flink.job.waiting',
    says: 'A job has tasks without a slot: it says RUNNING or CREATED, and processes nothing',
    where: { status: 'WAITING' },
    opens: 2,
  },
  (row, see) => {
    const missing = known(row.tasksWaiting) ?? 0
    return {
      class: 'failure',
      origin: 'derived',
      severity: 'high',
      says: say`${noun(known(row.name) ?? row.jid, see.urn('jobs', row))} waits for slots: ${known(row.tasksRunning) ?? 0} of ${known(row.tasks) ?? missing} tasks run, although its state is ${known(row.state) ?? 'not known'}.`,
      ...sinceServer(known(row.changed)),
      evidence: [{ label: 'Tasks without a slot', value: String(missing), source: 'GET /jobs/overview' }],
    }
  },
)

const restarting = check(
  flink,
  {
    on: 'jobs',
    also: ['progress', 'exceptions'],
    rule: 'flink.job.restarting',
    says: 'A job restarts again and again (rescaling is not counted)',
    where: { status: { in: ['RUNNING', 'WAITING', 'STARTING', 'RESTARTING', 'FAILING'] } },
  },
  (row, see) => {
    const [progress] = see.rows('progress')
    const times = progress === undefined ? undefined : known(progress.restartsLately)
    if (progress === undefined || times === undefined || times < 1) return undefined
    const all = known(progress.restarts) ?? times
    const exception = known(progress.exception) ?? ''
    const last = newest(see.rows('exceptions'))
    const cause = last === undefined ? '' : (known(last.cause) ?? '')
    return {
      class: 'failure',
      origin: 'intrinsic',
      severity: times >= 3 ? 'critical' : 'warn',
      says: say`${noun(known(row.name) ?? row.jid, see.urn('jobs', row))} restarted ${counted(times, 'time')} in the last ${ageWords(see.windowMs)} (${all} since it was submitted)${exception === '' ? '' : `: ${whyFailed(exception, last)}`}.`,
      evidence: [
        ...(exception === ''
          ? []
          : [
              {
                label: 'Last exception',
                value: exception,
                source: 'GET /jobs/:jid/exceptions',
                ...(last === undefined ? {} : { at: last.at }),
              },
            ]),
        ...(cause === '' ? [] : [{ label: 'Innermost cause', value: cause, source: 'GET /jobs/:jid/exceptions' }]),
        ...(last === undefined
          ? []
          : [
              {
                label: 'Task',
                value: `${known(last.task) ?? ''} on ${known(last.taskManager) ?? ''}`,
                source: 'GET /jobs/:jid/exceptions',
              },
            ]),
      ],
    }
  },
)

const checkpointsStalled = check(
  flink,
  {
    on: 'jobs',
    also: ['progress'],
    rule: 'flink.checkpoints.stalled',
    says: 'No checkpoint was completed for longer than several should take',
    where: { status: { in: ['RUNNING', 'WAITING', 'STARTING', 'RESTARTING'] } },
  },
  (row, see) => {
    const [progress] = see.rows('progress')
    const limit = progress === undefined ? undefined : stalledAfterMs(progress)
    const from = progress === undefined ? undefined : (known(progress.lastCompleted) ?? known(row.started))
    if (progress === undefined || limit === undefined || from === undefined) return undefined
    const forMs = see.now.getTime() - from.getTime()
    if (forMs <= limit) return undefined
    const failure = known(progress.lastFailure) ?? ''
    return {
      class: 'failure',
      origin: 'derived',
      severity: 'critical',
      says: say`${noun(known(row.name) ?? row.jid, see.urn('jobs', row))} has completed no checkpoint since ${clock(from, see.now)} UTC: a restart would go back to it.${failure === '' ? '' : ` The last one failed: ${failure}`}`,
      since: { from, to: new Date(Math.min(see.now.getTime(), from.getTime() + limit)), by: 'server' },
      evidence: [
        { label: 'Checkpoint every', value: ageWords(known(progress.checkpointEvery) ?? 0), source: 'GET /jobs/:jid/checkpoints/config' },
      ],
    }
  },
)

const checkpointsFailing = check(
  flink,
  {
    on: 'jobs',
    also: ['progress', 'checkpoints'],
    rule: 'flink.checkpoints.failing',
    says: 'Two or more of the last five checkpoints failed or expired',
    where: { status: { in: ['RUNNING', 'WAITING', 'STARTING', 'RESTARTING'] } },
  },
  (row, see) => {
    const [progress] = see.rows('progress')
    const failures = progress === undefined ? undefined : known(progress.failedLately)
    if (progress === undefined || failures === undefined || failures < 2) return undefined
    const ended = Math.max(failures, (known(progress.completed) ?? checkpointsLately) + (known(progress.failed) ?? 0))
    const name = noun(known(row.name) ?? row.jid, see.urn('jobs', row))
    const which = ended < checkpointsLately ? say`So far ${failures} of ${ended}` : say`${failures} of the last five`
    const hurt = see
      .rows('checkpoints')
      .filter((c) => c.state === 'FAILED')
      .sort((a, b) => Number(b.checkpoint - a.checkpoint))
    const failure = (hurt[0] === undefined ? undefined : known(hurt[0].failure)) ?? known(progress.lastFailure) ?? ''
    return {
      class: 'failure',
      origin: 'derived',
      severity: 'high',
      says: say`${which} checkpoints of ${name} failed${failure === '' ? '.' : `: ${failure}`}`,
      evidence: hurt.slice(0, 3).map((c) => ({
        label: `Checkpoint ${c.checkpoint}`,
        value: `${known(c.failure) ?? ''} (${known(c.acknowledged) ?? '?'} of ${known(c.subtasks) ?? '?'} subtasks answered)`,
        source: 'GET /jobs/:jid/checkpoints',
      })),
    }
  },
)

const sourceCutOff = check(
  flink,
  {
    on: 'jobs',
    also: ['sources'],
    rule: 'flink.source.cut-off',
    says: 'A Kafka source has no open connection to any broker; the job itself looks healthy for minutes',
    where: { status: 'RUNNING' },
  },
  (row, see) => {
    const cut = see.rows('sources').filter((s) => s.from === 'kafka' && s.connections === 0)
    const [first] = cut
    if (first === undefined) return undefined
    const idle = known(first.idle)
    return {
      class: 'failure',
      origin: 'derived',
      severity: 'high',
      says: say`${noun(known(row.name) ?? row.jid, see.urn('jobs', row))} has lost Kafka: its source ${first.operator} has no open connection to any broker${idle === undefined ? '' : ` and has brought in nothing since ${minute(new Date(see.now.getTime() - idle), see.now)} UTC`}.`,
      evidence: cut
        .slice(0, 3)
        .map((s) => ({ label: 'Topics', value: (known(s.topics) ?? []).join(', '), source: 'connection-count of KafkaSourceReader' })),
      also: [...new Set(cut.flatMap((s) => known(s.topics) ?? []))].map((topic) => ({ kind: 'kafka.topic', name: [topic] })),
    }
  },
)

const sourceSilent = check(
  flink,
  {
    on: 'jobs',
    also: ['sources'],
    rule: 'flink.source.silent',
    says: 'A source has brought in nothing for five minutes: nothing is written there, or nothing can be read',
    where: { status: 'RUNNING' },
  },
  (row, see) => {
    const silent = see.rows('sources').filter((s) => s.connections !== 0 && (known(s.idle) ?? 0) > idleMs)
    const [first] = silent
    if (first === undefined) return undefined
    const pending = known(first.pending)
    return {
      class: 'staleness',
      origin: 'derived',
      severity: pending !== undefined && pending > 0 ? 'high' : 'info',
      says: say`The source ${first.operator} of ${noun(known(row.name) ?? row.jid, see.urn('jobs', row))} has brought in nothing since ${minute(new Date(see.now.getTime() - (known(first.idle) ?? 0)), see.now)} UTC${pending === undefined || pending === 0 ? '' : ', although records wait'}.`,
    }
  },
)

const taskManagerSilent = check(
  flink,
  {
    on: 'taskManagers',
    rule: 'flink.task-manager.silent',
    says: 'The job manager has not heard of a task manager for three heartbeats',
    where: { heartbeatAge: { min: heartbeatMs } },
  },
  (row, see) => {
    const heard = known(row.lastHeartbeat)
    return {
      class: 'failure',
      origin: 'intrinsic',
      severity: 'high',
      says: say`Task manager ${noun(row.taskManager, see.urn('taskManagers', row))} has been silent${heard === undefined ? '' : ` since ${clock(heard, see.now)} UTC`}; its jobs restart when the job manager gives it up.`,
      ...sinceServer(heard),
    }
  },
)

const taskManagerLost = check(
  flink,
  {
    on: 'cluster',
    past: ['taskManagers'],
    rule: 'flink.task-manager.lost',
    says: 'Fewer task managers are registered than there were',
    opens: 1,
  },
  (row, see) => {
    const now = known(row.taskManagers)
    const before = Math.max(0, ...see.past('taskManagers').flatMap((s) => known(s.value) ?? []))
    if (now === undefined || now >= before) return undefined
    const last = see.past('taskManagers').findLast((s) => known(s.value) === before)
    return {
      class: 'failure',
      origin: 'intrinsic',
      severity: 'high',
      says: say`${noun(row.cluster, see.urn('cluster', row))} lost ${counted(before - now, 'task manager')}: ${now} of ${before} are registered.`,
      ...(last === undefined ? {} : { since: { from: last.at, to: see.now, by: 'seen' as const } }),
    }
  },
)

const slotsGone = check(
  flink,
  {
    on: 'cluster',
    rule: 'flink.slots.gone',
    says: 'No slot is free and jobs wait for some',
    where: { slotsFree: { max: 0 }, jobsWaiting: { min: 1 } },
  },
  (row, see) => ({
    class: 'saturation',
    origin: 'intrinsic',
    severity: 'high',
    says: say`${noun(row.cluster, see.urn('cluster', row))} has no free slot (${known(row.slots) ?? 0} in all) and ${counted(known(row.jobsWaiting) ?? 0, 'job')} ${known(row.jobsWaiting) === 1 ? 'waits' : 'wait'} for some.`,
  }),
)

export const checks: readonly AnyCheck[] = [
  failed,
  waiting,
  restarting,
  checkpointsStalled,
  checkpointsFailing,
  sourceCutOff,
  sourceSilent,
  taskManagerSilent,
  taskManagerLost,
  slotsGone,
]
