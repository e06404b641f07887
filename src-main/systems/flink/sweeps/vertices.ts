/** The steps of jobs that somebody looks at: how busy each is, who waits for whom, how far time has come. */
import { AppError } from '../../../../shared/model/app-error.ts'
import type { Asked, Out } from '../../../../shared/model/connector.ts'
import { type Known, unknown } from '../../../../shared/model/known.ts'
import type { flink } from '../../../../shared/systems/flink/system.ts'
import { taskStates } from '../../../../shared/systems/flink/words.ts'
import type { Aggregated, Job } from '../answers.ts'
import { metric, word } from '../known-values.ts'
import type { Work } from '../memory.ts'
import { getJob } from '../rest.ts'

type All = (typeof flink)['collections']
type VertexRow = Parameters<Out<All, 'vertices'>['put']>[1][number]

/** Vertices of one job asked for at the same time. */
const atOnce = 4
const named = new Set([
  'busyTimeMsPerSecond',
  'backPressuredTimeMsPerSecond',
  'idleTimeMsPerSecond',
  'numRecordsInPerSecond',
  'numRecordsOutPerSecond',
  'currentInputWatermark',
])
const late = '.numLateRecordsDropped'
const wanted = (ids: readonly string[]): readonly string[] => ids.filter((id) => named.has(id) || id.endsWith(late))

/** A part of each second; the metric is milliseconds a second. */
function share(ms: number | undefined): Known<number> {
  return ms === undefined ? metric(undefined) : Math.min(1, Math.max(0, ms / 1_000))
}
/** The smallest number stands for "no watermark yet", the largest for "no more records will come". */
function watermark(ms: number | undefined): Known<Date> {
  if (ms === undefined || Math.abs(ms) > 8.64e15) return unknown('not-yet', 'no watermark')
  return new Date(ms)
}
/** A vertex's place: one more than the furthest of those it gets records from. */
export function places(nodes: Job['plan']['nodes']): ReadonlyMap<string, number> {
  const inputs = new Map(nodes.map((n) => [n.id, (n.inputs ?? []).map((i) => i.id)]))
  const found = new Map<string, number>()
  const place = (id: string, seen: ReadonlySet<string>): number => {
    const known = found.get(id)
    if (known !== undefined) return known
    if (seen.has(id)) return 0
    const at = Math.max(-1, ...(inputs.get(id) ?? []).map((i) => place(i, new Set([...seen, id])))) + 1
    found.set(id, at)
    return at
  }
  for (const id of inputs.keys()) place(id, new Set())
  return found
}

function vertexRow(job: Job, vertex: Job['vertices'][number], place: number, metrics: ReadonlyMap<string, Aggregated>): VertexRow {
  const dropped = [...metrics].filter(([id]) => id.endsWith(late)).flatMap(([, m]) => m.sum ?? [])
  const names = new Map(job.vertices.map((v) => [v.id, v.name]))
  const inputs = job.plan.nodes.find((n) => n.id === vertex.id)?.inputs ?? []
  return {
    jid: job.jid,
    vertex: vertex.id,
    name: vertex.name,
    position: place,
    inputs: inputs.map((i) => names.get(i.id) ?? i.id).sort(),
    parallelism: vertex.parallelism,
    state: word(taskStates, vertex.status),
    running: (vertex.tasks.RUNNING ?? 0) + (vertex.tasks.FINISHED ?? 0),
    busy: share(metrics.get('busyTimeMsPerSecond')?.max),
    backPressured: share(metrics.get('backPressuredTimeMsPerSecond')?.max),
    idle: share(metrics.get('idleTimeMsPerSecond')?.avg),
    recordsIn: metric(metrics.get('numRecordsInPerSecond')?.sum),
    recordsOut: metric(metrics.get('numRecordsOutPerSecond')?.sum),
    watermark: watermark(metrics.get('currentInputWatermark')?.min),
    lateDropped: dropped.length === 0 ? metric(undefined) : dropped.reduce((sum, n) => sum + n, 0),
  }
}

export async function sweepVertices(work: Work, out: Out<All, 'vertices'>, asked: Asked<All['vertices']>): Promise<void> {
  for (const { jid } of asked.wanted) {
    try {
      const job = await getJob(work.rest, jid, asked.signal)
      const place = places(job.plan.nodes)
      const rows: VertexRow[] = []
      for (let at = 0; at < job.vertices.length; at += atOnce) {
        const some = job.vertices.slice(at, at + atOnce)
        rows.push(
          ...(await Promise.all(
            some.map(async (v) => vertexRow(job, v, place.get(v.id) ?? 0, await work.ids.read(jid, v.id, wanted, asked.signal))),
          )),
        )
      }
      out.put('vertices', rows, { scopes: [{ jid }] })
    } catch (thrown) {
      if (!(thrown instanceof AppError && thrown.data.code === 'not-found')) throw thrown
      out.put('vertices', [], { scopes: [{ jid }] })
    }
  }
}
