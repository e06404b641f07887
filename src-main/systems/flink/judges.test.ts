import { describe, expect, it } from 'vitest'
import { unknown } from '../../../shared/model/known.ts'
import { plain } from '../../../shared/model/sentence.ts'
import type { AnyRow, AnySee, Sample } from '../../triage/judging.ts'
import { checks } from './checks.ts'
import { growth } from './derive.ts'
import { judges } from './judges.ts'

const now = new Date('2026-03-02T03:00:00Z')
const ago = (s: number): Date => new Date(now.getTime() - s * 1_000)
const job = {
  jid: 'j1',
  name: 'route-plays',
  status: 'RUNNING',
  state: 'RUNNING',
  started: ago(7_200),
  changed: ago(7_200),
  ended: unknown('not-yet'),
  tasks: 4,
  tasksRunning: 4,
  tasksWaiting: 0,
  replaced: false,
}
const progress = {
  jid: 'j1',
  restarts: 0,
  rescales: 0,
  restartsLately: 0,
  checkpointEvery: 5_000,
  checkpointTimeout: 20_000,
  tolerableFailures: 1_000,
  completed: 1_400,
  failed: 3,
  failedLately: 0,
  lastCompleted: ago(4),
  lastFailure: '',
  exception: '',
}
const source = { jid: 'j1', vertex: 'v', operator: 'Source__plays', from: 'kafka', topics: ['plays'], pending: 0, idle: 10, connections: 6 }
const see = (rows: Record<string, readonly AnyRow[]> = {}, past: Record<string, readonly Sample[]> = {}): AnySee => ({
  now,
  windowMs: 300_000,
  watched: { since: ago(600), last: now, pollMs: 10_000 },
  of: { connection: 'f1', instance: 'F', title: 'flink-1' },
  urn: (of, row) => `urn:ls:flink:F:${of}:${String(row.jid ?? row.cluster ?? row.taskManager)}`,
  rows: (of) => rows[of] ?? [],
  past: (field) => past[field] ?? [],
})
function judge(rule: string, row: AnyRow, with_: AnySee = see()) {
  const check = checks.find((c) => c.rule === rule)
  if (check === undefined) throw new Error(`no rule ${rule}`)
  const verdict = check.judge(row, with_)
  return verdict === undefined ? undefined : { severity: verdict.severity, says: plain(verdict.says), since: verdict.since }
}

describe('rules about Flink', () => {
  it('say nothing of a job that does well', () => {
    const well = see({ progress: [progress], sources: [source] })
    const looked = checks.filter(
      (c) => c.on === 'jobs' && (c.where?.status === undefined || JSON.stringify(c.where.status).includes('"RUNNING"')),
    )
    expect(looked.length).toBeGreaterThan(4)
    for (const check of looked) expect([check.rule, check.judge(job, well)]).toEqual([check.rule, undefined])
  })

  it('call a job that failed critical, unless a later one has its name', () => {
    const row = { ...job, status: 'FAILED', changed: ago(100) }
    expect(judge('flink.job.failed', row, see({ progress: [{ ...progress, exception: 'java.io.IOException: disk' }] }))).toEqual({
      severity: 'critical',
      says: 'route-plays failed for good: java.io.IOException: disk.',
      since: { from: ago(100), to: ago(100), by: 'server' },
    })
    expect(judge('flink.job.failed', { ...row, replaced: true })).toBeUndefined()
  })

  it('give a restart a minute', () => {
    expect(judge('flink.job.failed', { ...job, status: 'RESTARTING', changed: ago(30) })).toBeUndefined()
    expect(judge('flink.job.failed', { ...job, status: 'RESTARTING', changed: ago(130) })?.says).toBe(
      'route-plays has been restarting since 02:57:50 UTC.',
    )
  })

  it('see that a job that says RUNNING waits for slots', () => {
    const row = { ...job, status: 'WAITING', tasksRunning: 0, tasksWaiting: 4 }
    expect(judge('flink.job.waiting', row)?.says).toBe('route-plays waits for slots: 0 of 4 tasks run, although its state is RUNNING.')
  })

  it('leave a job alone that was cancelled: what it last told of its restarts stays as it was', () => {
    const ofJobs = checks.filter((c) => c.on === 'jobs')
    expect(ofJobs.length).toBeGreaterThan(5)
    for (const { rule, where } of ofJobs) {
      expect([rule, JSON.stringify(where?.status)]).toEqual([rule, expect.stringContaining('"')])
      expect([rule, JSON.stringify(where?.status)]).toEqual([rule, expect.not.stringContaining('CANCEL')])
    }
  })

  it('count restarts in the window, rescaling left out', () => {
    const at = (times: number): AnySee => see({ progress: [{ ...progress, restarts: 39, restartsLately: times, exception: 'boom' }] })
    expect(judge('flink.job.restarting', job, at(0))).toBeUndefined()
    expect(judge('flink.job.restarting', job, at(1))?.severity).toBe('warn')
    expect(judge('flink.job.restarting', job, at(12))).toMatchObject({
      severity: 'critical',
      says: 'route-plays restarted 12 times in the last 5 min (39 since it was submitted): boom.',
    })
    const because = (cause: string, exception: string): string | undefined => {
      const exceptions = [
        { jid: 'j1', at: ago(9), nth: 0n, cause: 'old' },
        { jid: 'j1', at: ago(2), nth: 0n, cause },
      ]
      return judge('flink.job.restarting', job, see({ progress: [{ ...progress, restartsLately: 1, exception }], exceptions }))?.says
    }
    expect(because('org.apache.JsonParseException: Unrecognized token', 'java.io.IOException: broken')).toMatch(
      /: java\.io\.IOException: broken \(JsonParseException\)\.$/,
    )
    expect(because('', 'java.io.IOException: Failed to deserialize consumer record due to')).toMatch(/deserialize consumer record\.$/)
    const [derive] = judges.derives
    const past = (...values: number[]): Sample[] => values.map((value, i) => ({ at: ago(300 - i), value }))
    expect(derive?.judge({ ...progress, restarts: 9, rescales: 2 }, see({}, { restarts: past(4, 6, 8), rescales: past(0, 1) }))).toEqual({
      restartsLately: 3,
    })
    expect(derive?.judge({ ...progress, restarts: unknown('not-yet') }, see())).toEqual({ restartsLately: unknown('not-yet') })
  })

  it('take a counter that fell as one that began anew', () => {
    expect(growth([5, 7, 1, 2].map((value) => ({ at: now, value })))).toBe(4)
    expect(growth([])).toBeUndefined()
  })

  it('see that checkpoints stopped, however many failures are tolerated', () => {
    const stalled = (lastCompleted: Date) =>
      judge(
        'flink.checkpoints.stalled',
        job,
        see({ progress: [{ ...progress, lastCompleted, lastFailure: 'Checkpoint expired before completing.' }] }),
      )
    expect(stalled(ago(99))).toBeUndefined()
    expect(stalled(ago(130))).toMatchObject({
      severity: 'critical',
      says: 'route-plays has completed no checkpoint since 02:57:50 UTC: a restart would go back to it. The last one failed: Checkpoint expired before completing.',
    })
    const hanging = see({ progress: [{ ...progress, lastCompleted: ago(130) }] })
    expect(judge('flink.checkpoints.stalled', job, hanging)?.says).toMatch(/a restart would go back to it\.$/)
    const none = { ...progress, checkpointEvery: unknown('unsupported'), lastCompleted: ago(9_999) }
    expect(judge('flink.checkpoints.stalled', job, see({ progress: [none] }))).toBeUndefined()
  })

  it('see that checkpoints fail while the job runs', () => {
    const failing = see({ progress: [{ ...progress, failedLately: 3, lastFailure: 'Asynchronous task checkpoint failed.' }] })
    expect(judge('flink.checkpoints.failing', job, failing)?.says).toBe(
      '3 of the last five checkpoints of route-plays failed: Asynchronous task checkpoint failed.',
    )
    const between = see({
      progress: [{ ...progress, failedLately: 2 }],
      checkpoints: [8n, 9n].map((checkpoint) => ({ checkpoint, state: 'FAILED', failure: `No room for ${checkpoint}.` })),
    })
    expect(judge('flink.checkpoints.failing', job, between)?.says).toMatch(/failed: No room for 9\.$/)
    const young = see({ progress: [{ ...progress, completed: 1, failed: 2, failedLately: 2 }] })
    expect(judge('flink.checkpoints.failing', job, young)?.says).toBe('So far 2 of 3 checkpoints of route-plays failed.')
  })

  it('see a source that lost Kafka while the job looks healthy, and one that is silent', () => {
    expect(judge('flink.source.cut-off', job, see({ sources: [{ ...source, connections: 0, idle: 40_000 }] }))?.says).toBe(
      'route-plays has lost Kafka: its source Source__plays has no open connection to any broker and has brought in nothing since 02:59 UTC.',
    )
    expect(judge('flink.source.silent', job, see({ sources: [{ ...source, idle: 400_000 }] }))?.severity).toBe('info')
    expect(judge('flink.source.silent', job, see({ sources: [{ ...source, idle: 400_000, pending: 12 }] }))?.severity).toBe('high')
  })

  it('see task managers that are silent or lost, and slots that are gone', () => {
    const cluster = { cluster: 'f:8081', version: '2.3.0', taskManagers: 1, slots: 8, slotsFree: 0, jobsWaiting: 1, jobsRunning: 1 }
    const samples = [2, 2, 1].map((value, i) => ({ at: ago(200 - i * 10), value }))
    expect(judge('flink.task-manager.lost', cluster, see({}, { taskManagers: samples }))?.says).toBe(
      'f:8081 lost 1 task manager: 1 of 2 are registered.',
    )
    expect(judge('flink.task-manager.lost', cluster, see({}, { taskManagers: samples.slice(2) }))).toBeUndefined()
    expect(judge('flink.slots.gone', cluster)?.says).toBe('f:8081 has no free slot (8 in all) and 1 job waits for some.')
    expect(judge('flink.task-manager.silent', { taskManager: 'tm1', heartbeatAge: 46_000, lastHeartbeat: ago(46) })?.says).toContain(
      'silent since 02:59:14 UTC',
    )
  })
})

describe('links and headlines of Flink', () => {
  it('draw what a job reads and runs on', () => {
    const edges = judges.links.flatMap((link) => {
      if (link.on === 'jobs') return link.judge(job, see({ sourcePartitions: [{ topic: 'b' }, { topic: 'a' }, { topic: 'b' }] }))
      return link.on === 'slots' ? link.judge({ taskManager: 'tm1', jid: 'j1', slots: 2 }, see()) : []
    })
    expect(edges.map((e) => `${e.from.kind} ${e.from.name} ${e.does} ${e.to.kind} ${e.to.name}`)).toEqual([
      'kafka.topic a reads flink.job j1',
      'kafka.topic b reads flink.job j1',
      'flink.job j1 runs-on flink.taskManager tm1',
    ])
  })

  it('say first how long a job runs, its checkpoint and what it reads', () => {
    const of = (on: string, row: AnyRow, rows: Record<string, readonly AnyRow[]>) =>
      judges.headlines.find((h) => h.on === on)?.judge(row, { ...see(rows), findings: [] })
    const said = of('jobs', job, { progress: [progress], sourcePartitions: [{ topic: 'plays' }] })
    expect(said && plain(said.says)).toBe('Running for 2 h 00 min: 4 tasks, last checkpoint 4 s ago, no restart. Reads plays.')
    expect(said).toMatchObject({ health: 'ok', hop: 'running' })
    const ended = of('jobs', { ...job, status: 'CANCELED', ended: ago(600) }, {})
    expect(ended && plain(ended.says)).toBe('Cancelled 10 min ago.')
  })
})
