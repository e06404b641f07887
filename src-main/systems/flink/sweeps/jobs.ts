/** How jobs get on, job by job: those somebody looks at first, then the others in turn, a few requests a round. */
import { AppError } from '../../../../shared/model/app-error.ts'
import type { Asked, Out } from '../../../../shared/model/connector.ts'
import { unknown } from '../../../../shared/model/known.ts'
import type { flink } from '../../../../shared/systems/flink/system.ts'
import type { Job, JobLine } from '../answers.ts'
import { type CheckpointRow, checkpointRows, type ExceptionRow, exceptionRows, failuresOf } from '../job-events.ts'
import { isOver } from '../job-status.ts'
import { metric, moment } from '../known-values.ts'
import { fromPlace, type Work } from '../memory.ts'
import { getCheckpointConfig, getCheckpoints, getExceptions, getJob, getJobMetrics, listJobs } from '../rest.ts'
import { type PartitionRow, readSources, type SourceRow, sourceMetrics } from '../source-metrics.ts'

type All = (typeof flink)['collections']
type Filled = 'progress' | 'checkpoints' | 'exceptions' | 'sources' | 'sourcePartitions'
type ProgressRow = Parameters<Out<All, 'progress'>['put']>[1][number]

/** Requests of one round for jobs nobody looks at; the job that passes it is still read to its end. */
const requestsInTurn = 4
const requestsAtFirst = 16

interface Details {
  readonly progress: ProgressRow
  readonly checkpoints: readonly CheckpointRow[]
  readonly exceptions: readonly ExceptionRow[]
  readonly sources: readonly SourceRow[]
  readonly partitions: readonly PartitionRow[]
}

/** Vertices that get their records from no other one. */
export function sourceVertices(job: Job): readonly Job['vertices'][number][] {
  const fed = new Set(job.plan.nodes.filter((n) => (n.inputs ?? []).length > 0).map((n) => n.id))
  return job.vertices.filter((v) => !fed.has(v.id))
}

async function readDetails(work: Work, line: JobLine, signal: AbortSignal): Promise<Details> {
  const { rest, ids, memory, ctx } = work
  const { jid } = line
  const asked = ctx.now().getTime()
  const job = await getJob(rest, jid, signal)
  memory.clockOffsetMs = job.now - (asked + ctx.now().getTime()) / 2
  ctx.clock(memory.clockOffsetMs)
  const counters = await getJobMetrics(rest, jid, ['numRestarts', 'numRescales'], signal)
  const checkpoints = await getCheckpoints(rest, jid, signal)
  const exceptions = exceptionRows(jid, await getExceptions(rest, jid, signal))
  const settings = memory.settings.get(jid) ?? (await getCheckpointConfig(rest, jid, signal))
  memory.settings.set(jid, settings)

  const found = { sources: [] as SourceRow[], partitions: [] as PartitionRow[] }
  for (const vertex of isOver(line.state) ? [] : sourceVertices(job)) {
    const { sources, partitions } = readSources(jid, vertex.id, await ids.read(jid, vertex.id, sourceMetrics, signal))
    found.sources.push(...sources)
    // Two sources may read one partition: the one that is listed first speaks for it.
    found.partitions.push(...partitions.filter((p) => !found.partitions.some((q) => q.topic === p.topic && q.partition === p.partition)))
  }
  const completed = checkpoints.latest.completed ?? undefined
  const [last] = [...exceptions].sort((a, b) => b.at.getTime() - a.at.getTime())
  return {
    ...found,
    exceptions,
    checkpoints: checkpointRows(jid, checkpoints),
    progress: {
      jid,
      restarts: metric(counters.get('numRestarts')),
      // 1.20 counts no rescalings apart.
      rescales: counters.get('numRescales') ?? unknown('unsupported'),
      parallelism: Math.max(0, ...job.vertices.map((v) => v.parallelism)),
      checkpointEvery:
        settings.interval === undefined || settings.interval > 1e15
          ? unknown('unsupported', 'no checkpoints are configured')
          : settings.interval,
      checkpointTimeout: settings.timeout ?? unknown('unsupported'),
      tolerableFailures: settings.tolerable_failed_checkpoints ?? unknown('unsupported'),
      completed: checkpoints.counts.completed,
      failed: checkpoints.counts.failed,
      ...failuresOf(checkpoints),
      lastCompleted: moment(completed?.latest_ack_timestamp),
      lastDuration: completed?.end_to_end_duration ?? unknown('not-yet'),
      stateSize: completed?.state_size ?? unknown('not-yet'),
      exceptionAt: last?.at ?? unknown('not-yet', 'none so far'),
      exception: last?.message ?? '',
    },
  }
}

/** A job that is over is told once as it ended; one that lives, again and again. */
const standing = (line: JobLine): string => (isOver(line.state) ? line.state : 'alive')

/** Jobs in the order in which they are read: the wanted ones, then the others from the one whose turn it is. */
function inTurn(work: Work, wanted: ReadonlySet<string>): { readonly first: readonly JobLine[]; readonly rest: readonly JobLine[] } {
  const { memory } = work
  const due = memory.jobs.filter((j) => !isOver(j.state) || memory.told.get(j.jid) !== standing(j))
  return { first: memory.jobs.filter((j) => wanted.has(j.jid)), rest: fromPlace(due, memory.nextJob).filter((j) => !wanted.has(j.jid)) }
}

/** Runs one round. A job that cannot be read costs only itself: the others are read, then the first failure is thrown. */
export async function sweepJobs(work: Work, out: Out<All, Filled>, asked: Asked<All['progress']>): Promise<void> {
  const { rest, memory } = work
  const { signal } = asked
  if (asked.first || memory.jobs.length === 0) memory.jobs = await listJobs(rest, signal)
  const alive = new Set(memory.jobs.map((j) => j.jid))
  const { first, rest: others } = inTurn(work, new Set(asked.wanted.map((w) => w.jid)))
  const limit = rest.requests() + (asked.first ? requestsAtFirst : requestsInTurn)
  const read: string[] = []
  const failures: AppError[] = []
  const tell = async (line: JobLine): Promise<void> => {
    const scope = { scopes: [{ jid: line.jid }] }
    try {
      const details = await readDetails(work, line, signal)
      out.put('progress', [details.progress], scope)
      out.put('checkpoints', details.checkpoints, scope)
      out.put('exceptions', details.exceptions, scope)
      out.put('sources', details.sources, scope)
      out.put('sourcePartitions', details.partitions, scope)
      memory.told.set(line.jid, standing(line))
      read.push(line.jid)
    } catch (thrown) {
      if (!(thrown instanceof AppError) || signal.aborted) throw thrown
      // It ended and was forgotten between the list and the question: the next list says so. Any other failure is this job's alone.
      if (thrown.data.code !== 'not-found') failures.push(thrown)
    }
  }
  for (const line of first) await tell(line)
  for (const line of others) {
    if (rest.requests() >= limit) break
    memory.nextJob += 1
    await tell(line)
  }
  forgetGone(work, out, alive)
  // What the Store still has from before, of jobs that went while nobody watched, ends here too.
  if (asked.first) {
    const unread = [...alive].filter((jid) => !read.includes(jid))
    const rest = { except: 'jobs that were not read so far', reason: 'not-yet', where: { jid: unread } } as const
    for (const name of ['progress', 'sources', 'sourcePartitions'] as const) out.put(name, [], rest)
  }
  if (failures[0] !== undefined) throw failures[0]
}

/** Ends what hangs on jobs that the job manager has forgotten. */
function forgetGone(work: Work, out: Out<All, Filled>, alive: ReadonlySet<string>): void {
  const { memory, ids } = work
  const gone = [...memory.told.keys()].filter((jid) => !alive.has(jid))
  ids.keepOnly(alive)
  for (const jid of gone) {
    memory.told.delete(jid)
    memory.settings.delete(jid)
  }
  if (gone.length === 0) return
  const scopes = gone.map((jid) => ({ jid }))
  for (const name of ['progress', 'sources', 'sourcePartitions'] as const) out.put(name, [], { scopes })
}
