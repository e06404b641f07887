// A job manager on a port of its own that gives recorded answers, and what a sweep makes of them.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Ctx } from '../../../../shared/model/connector.ts'
import { connect } from '../connect.ts'

type Answers = Record<string, unknown>
export type Row = Record<string, unknown>
/** What a real job manager answered, by path. */
export const recorded = (version: string): Answers =>
  JSON.parse(readFileSync(new URL(`../fixtures/flink-${version}.json`, import.meta.url), 'utf8'))

/** For one test: a job manager that answers as the recorded one did, with its traps: one unknown id empties an aggregated answer. */
export async function flink(answers: Answers, values: Record<string, number> = {}) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    asked.push(`${request.method} ${url.pathname}${url.search}`)
    const body = answers[url.pathname]
    const get = url.searchParams.get('get')?.split(',')
    if (body === undefined)
      response.writeHead(404).end(JSON.stringify({ errors: ['org.apache.flink.NotFound: no such thing\n\tat a.B(C.java:1)'] }))
    else if (get !== undefined && url.pathname.endsWith('/subtasks/metrics')) {
      const ids = (body as { id: string }[]).map((m) => m.id)
      const fits = get.every((id) => ids.includes(id))
      const aggregate = (id: string): Row => Object.fromEntries(['min', 'max', 'avg', 'sum'].map((by) => [by, values[id] ?? 'NaN']))
      response.end(JSON.stringify(fits ? get.map((id) => ({ id, ...aggregate(id) })) : []))
    } else if (get !== undefined) response.end(JSON.stringify((body as { id: string }[]).filter((m) => get.includes(m.id))))
    else response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const offsets: number[] = []
  const time = { now: 1_795_405_430_000 }
  const ctx: Ctx = {
    signal: new AbortController().signal,
    now: () => new Date(time.now),
    allowed: [],
    clock: (ms) => void offsets.push(ms),
    credential: async () => undefined,
    wake: () => {},
    log: () => {},
  }
  const connected = await connect({ settings: {}, endpoints: { rest: { addresses: [base] } } }, ctx)
  onTestFinished(async () => {
    await connected.close()
    server.closeAllConnections()
    server.close()
  })
  return { connected, asked, base, answers, offsets, time }
}
type Talk = Awaited<ReturnType<typeof flink>>
/** Runs a sweep and gathers what it put. */
export async function sweep(
  talk: Talk,
  name: 'fleet' | 'jobs' | 'vertices' | 'slots',
  wanted: readonly Row[] = [],
  { first = false, mayFail = false } = {},
) {
  const rows = new Map<string, Row[]>()
  const covered = new Map<string, unknown[]>()
  const out = {
    put: (into: string, some: readonly Row[], proof: unknown) => {
      rows.set(into, [...(rows.get(into) ?? []), ...some])
      covered.set(into, [...(covered.get(into) ?? []), proof])
    },
    same: () => {},
    lacks: () => {},
    ended: () => {},
  }
  const before = talk.asked.length
  let failed: unknown
  await (talk.connected.sweeps[name] as unknown as (o: typeof out, a: unknown) => Promise<void>)(out, {
    wanted,
    first,
    signal: new AbortController().signal,
  }).catch((thrown: unknown) => {
    if (!mayFail) throw thrown
    failed = thrown
  })
  return { failed, rows, covered, requests: talk.asked.length - before, of: (into: string) => rows.get(into) ?? [] }
}

/** The id of a job by its name. */
export const jidOf = (talk: Talk, name: string): string =>
  (talk.answers['/jobs/overview'] as { jobs: { jid: string; name: string }[] }).jobs.find((j) => j.name === name)?.jid ?? ''
