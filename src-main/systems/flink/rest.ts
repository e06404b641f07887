/** The job manager's REST interface, one function a request. Nothing here changes anything. */
import type { ZodType } from 'zod'
import { type HttpClient, segment } from '../../http/http-client.ts'
import * as answers from './answers.ts'

/** Longest list of metric ids in one request: the server takes a first line of 4,096 bytes. */
const maxQuery = 3_000

/** A client that keeps count, so that rounds can be small. */
export interface Rest {
  readonly requests: () => number
  get<T>(path: string, schema: ZodType<T>, signal: AbortSignal, query?: Readonly<Record<string, string>>): Promise<T>
}
export function createRest(client: HttpClient): Rest {
  let requests = 0
  return {
    requests: () => requests,
    get: (path, schema, signal, query = {}) => {
      requests += 1
      return client.json(path, schema, { signal, query })
    },
  }
}

const jobPath = (jid: string): string => `jobs/${segment(jid)}`
const vertexPath = (jid: string, vertex: string): string => `${jobPath(jid)}/vertices/${segment(vertex)}`

export const getOverview = (rest: Rest, signal: AbortSignal) => rest.get('overview', answers.overview, signal)
export const getConfig = (rest: Rest, signal: AbortSignal) => rest.get('config', answers.config, signal)
export const listJobs = async (rest: Rest, signal: AbortSignal) => (await rest.get('jobs/overview', answers.jobsOverview, signal)).jobs
export const listTaskManagers = async (rest: Rest, signal: AbortSignal) =>
  (await rest.get('taskmanagers', answers.taskManagers, signal)).taskmanagers
export const getTaskManager = (rest: Rest, id: string, signal: AbortSignal) =>
  rest.get(`taskmanagers/${segment(id)}`, answers.taskManager, signal)
export const getJob = (rest: Rest, jid: string, signal: AbortSignal) => rest.get(jobPath(jid), answers.job, signal)
export const getCheckpoints = (rest: Rest, jid: string, signal: AbortSignal) =>
  rest.get(`${jobPath(jid)}/checkpoints`, answers.checkpoints, signal)
export const getCheckpointConfig = (rest: Rest, jid: string, signal: AbortSignal) =>
  rest.get(`${jobPath(jid)}/checkpoints/config`, answers.checkpointConfig, signal)
export const getExceptions = (rest: Rest, jid: string, signal: AbortSignal) =>
  rest.get(`${jobPath(jid)}/exceptions`, answers.exceptions, signal, { maxExceptions: '16' })

/** Metrics of a job by name; ids the job does not know are left out by the server. */
export async function getJobMetrics(
  rest: Rest,
  jid: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const found = await rest.get(`${jobPath(jid)}/metrics`, answers.metrics, signal, { get: ids.join(',') })
  return new Map(found.flatMap((m) => (m.value === undefined ? [] : [[m.id, m.value]])))
}

/** Ids of the metrics that subtasks of a vertex have. Empty at the first call after a pause: the server begins to collect only then. */
export async function listMetricIds(rest: Rest, jid: string, vertex: string, signal: AbortSignal): Promise<readonly string[]> {
  return (await rest.get(`${vertexPath(jid, vertex)}/subtasks/metrics`, answers.aggregated, signal)).map((m) => m.id)
}

/** Requests that may be spent on finding the id that empties an answer. */
const spare = 12

/**
 * Metrics over all subtasks. One id that a vertex does not have empties the whole answer: ask only for ids of its list. Where an answer is
 * empty all the same, it is asked again by halves; ids that never answer are left out.
 */
export async function getVertexMetrics(
  rest: Rest,
  jid: string,
  vertex: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, answers.Aggregated>> {
  const found = new Map<string, answers.Aggregated>()
  const parts = [...chunks(ids)]
  let more = spare
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const answer = await rest.get(`${vertexPath(jid, vertex)}/subtasks/metrics`, answers.aggregated, signal, { get: part.join(',') })
    for (const metric of answer) found.set(metric.id, metric)
    if (answer.length > 0 || part.length < 2 || more < 2) continue
    more -= 2
    const half = Math.ceil(part.length / 2)
    parts.push(part.slice(0, half), part.slice(half))
  }
  return found
}

/** Ids in parts that fit into a request line. */
export function chunks(ids: readonly string[]): readonly (readonly string[])[] {
  const out: string[][] = []
  let length = maxQuery
  for (const id of ids) {
    const size = encodeURIComponent(id).length + 3
    if (length + size > maxQuery) {
      out.push([])
      length = 0
    }
    out.at(-1)?.push(id)
    length += size
  }
  return out
}
