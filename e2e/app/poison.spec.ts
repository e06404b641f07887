// One incident on real servers, from the connections to the file and back, as a person at the window of the real app lives through it.
// The tests go on where the one before ended: a lab takes minutes to start, and an incident has a course.
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IncidentAnswer } from '../../shared/contract/messages.ts'
import { plain } from '../../shared/model/sentence.ts'
import { commitOffsets, endOffset } from '../lab/kafka/commits.ts'
import type { SentRecord } from '../lab/kafka/producers.ts'
import { describeAllGroups } from '../lab/kafka/tools.ts'
import { CLICKS, ROUTE_GROUP } from '../lab/kafka/workload.ts'
import { type RunningLab, startLab } from '../lab/running-lab.ts'
import type { LabApp } from '../support/lab-app.ts'
import { waitFor } from '../support/process.ts'
import { openWindowLab } from '../support/window-lab.ts'
import { answersAt, captureAndOpen, connectByPasting, framesOf, until, untilMatched, urnOf } from './lab-story.ts'

/** W. Half of it without a commit makes a group stalled. */
const windowMs = 40_000
/** How often Kafka is asked while somebody looks. */
const pollMs = 5_000

let lab: RunningLab
let app: LabApp
let poisoned: SentRecord
let poisonedAt: Date

const readers = ['billing', 'recommendations']
const place = (): string => `${poisoned.topic}-${poisoned.partition}`
const grouped = (n: bigint): string => n.toLocaleString('en')
/** The incident of the poison, and the others. */
async function ofPoison(): Promise<{ readonly it: IncidentAnswer | undefined; readonly others: readonly IncidentAnswer[] }> {
  const all = await app.incidents()
  const isIts = (i: IncidentAnswer): boolean => i.findings.some((f) => readers.includes(f.label) && f.rule.startsWith('kafka.group.'))
  return { it: all.find(isIts), others: all.filter((i) => !isIts(i)) }
}

beforeAll(async () => {
  lab = await startLab({ brokers: 3, flink: true, taskManagers: 1, rate: 20, says: (line) => console.log(line) })
  app = await openWindowLab(windowMs / 1_000)
}, 600_000)
afterAll(async () => {
  await app?.close()
  await lab?.stop()
}, 120_000)

describe('connecting', () => {
  it('takes what people have pasted, tries it step by step and keeps it', { timeout: 360_000 }, async () => {
    await connectByPasting(app, 'kafka', 'front', lab.kafka.bootstrap.join(', '))
    await connectByPasting(app, 'flink', 'plays', lab.flink?.restUrl ?? '')
  })
})

describe('lag', () => {
  it('is what kafka-consumer-groups prints wherever that prints a number, and every other row is there with its kind', {
    timeout: 300_000,
  }, async () => {
    const end = await endOffset(lab.kafka.directBootstrap, CLICKS, 0)
    // So far beyond the end that the story is over before it is reached.
    await commitOffsets(lab.kafka.directBootstrap, 'set-by-hand', [{ topic: CLICKS, partition: 0, offset: end + 10_000_000n }])
    await lab.workload.pauseProducers()
    try {
      await app.go('/system/kafka?tab=groupPartitions')
      const caughtUp = async (): Promise<boolean> => {
        const rows = (await app.rows('kafka', 'groupPartitions')).filter(({ row }) => row.group !== 'set-by-hand')
        return rows.length >= 9 && rows.every(({ row }) => row.lag === 0n)
      }
      await until(app, 'everybody caught up', caughtUp, { withinMs: 90_000 })
      const printed = await describeAllGroups(lab.kafka.bootstrap)
      await until(app, 'a round after it', caughtUp)
      const ours = new Map(
        (await app.rows('kafka', 'groupPartitions')).map(({ row }) => [`${row.group} ${row.topic} ${row.partition}`, row]),
      )
      expect(printed.length).toBeGreaterThanOrEqual(9)
      for (const row of printed) {
        const of = ours.get(`${row.group} ${row.topic} ${row.partition}`)
        const said = { ...row, kind: of?.kind }
        expect(
          of,
          JSON.stringify(said, (_, v) => (typeof v === 'bigint' ? String(v) : v)),
        ).toBeDefined()
        if (row.lag !== undefined && row.lag >= 0n) expect({ ...said, lag: of?.lag }).toEqual(said)
      }
      const numbers = new Set(printed.filter((p) => (p.lag ?? -1n) >= 0n).map((p) => `${p.group} ${p.topic} ${p.partition}`))
      const rest = [...ours].filter(([key]) => !numbers.has(key))
      expect(rest.map(([, { group, kind }]) => ({ group, kind }))).toContainEqual({ group: 'set-by-hand', kind: 'TRUNCATED' })
      for (const [key, row] of rest) expect(row.kind, key).not.toBe('EXACT')
      await app.page
        .getByRole('row', { name: /set-by-hand/ })
        .getByText('commit beyond the end')
        .first()
        .waitFor()
    } finally {
      lab.workload.resumeProducers()
    }
  })
})

describe('the Flink job', () => {
  it('is matched with the group it commits to, which neither Kafka nor Flink tells', { timeout: 240_000 }, async () => {
    await untilMatched(app, ROUTE_GROUP)
  })
})

describe('a poison record', () => {
  it('shows as standing still, with the record named, within four polls', { timeout: 180_000 }, async () => {
    await app.go('/system/kafka?tab=groups')
    poisoned = await lab.workload.poison()
    poisonedAt = new Date()
    const rounds = new Set<number>()
    const standing = async (): Promise<boolean> => {
      const { freshness } = await app.ask('kafka', 'groups')
      for (const { at } of freshness) if (at !== undefined && at > poisonedAt) rounds.add(at.getTime())
      const found = await app.findings()
      return readers.every((group) =>
        found.some((f) => f.label === group && f.rule === 'kafka.group.standing-still' && plain(f.says).includes(`${place()} has`)),
      )
    }
    await until(app, 'both readers stand still', standing, { withinMs: 90_000, everyMs: 200 })
    console.log(`standing still after ${rounds.size} rounds, ${Date.now() - poisonedAt.getTime()} ms`)
    expect(rounds.size).toBeLessThanOrEqual(4)
    for (const group of readers)
      await app.page
        .getByRole('row', { name: new RegExp(group) })
        .getByText(/standing still|stalled/)
        .waitFor()
    await app.go(`/record?urn=${encodeURIComponent(await urnOf(app, 'kafka', 'groups', 'billing'))}`)
    const says = app.page.getByRole('heading', { level: 1 })
    await until(app, 'the sentence names the record', async () => (await says.innerText()).includes(`offset ${grouped(poisoned.offset)}`))
    expect(await says.innerText()).toContain(`stands still: ${place()}`)
  })

  it('stalls its readers after half a window, not before', { timeout: 180_000 }, async () => {
    const stalled = async (): Promise<boolean> =>
      (await app.findings()).filter((f) => f.rule === 'kafka.group.stalled' && readers.includes(f.label)).length === readers.length
    await until(app, 'both readers are stalled', stalled, { withinMs: 120_000, everyMs: 200 })
    const found = (await app.findings()).filter((f) => f.rule === 'kafka.group.stalled')
    for (const { opened, since } of found) expect(opened.getTime() - since.to.getTime()).toBeGreaterThanOrEqual(windowMs / 2)
    const after = found.map(({ opened }) => opened.getTime() - poisonedAt.getTime())
    console.log(`stalled ${after.join(', ')} ms after the record`)
  })

  it('is one incident with the Flink job in it, told from the job over its group to the record', { timeout: 240_000 }, async () => {
    const whole = async (): Promise<boolean> => {
      const { it, others } = await ofPoison()
      const rules = it?.findings.map((f) => f.rule) ?? []
      return others.length === 0 && rules.some((rule) => rule.startsWith('flink.')) && rules.includes('kafka.group.stalled')
    }
    await until(app, 'everything that hurts is one incident', whole, { withinMs: 150_000 })
    const record = `${place()} @ ${grouped(poisoned.offset)}`
    await until(app, 'the chain goes from the job to the record', async () => {
      const titles = (await ofPoison()).it?.chain.map((hop) => hop.title) ?? []
      return (
        /job/.test(titles[0] ?? '') &&
        titles.some((t) => t.includes(ROUTE_GROUP) && /group/.test(t)) &&
        (titles.at(-1) ?? '').includes(record)
      )
    })
    await app.go('/now')
    const why = app.page.getByRole('list', { name: 'Why' }).getByRole('listitem')
    await until(app, 'the page tells it', async () => ((await why.last().innerText()) ?? '').includes(record))
    expect(await app.page.getByRole('heading', { level: 1 }).innerText()).toContain(record)
  })

  it('is shown as what it is on the page of a reader: the record before, at and after', { timeout: 120_000 }, async () => {
    await app.go(`/record?urn=${encodeURIComponent(await urnOf(app, 'kafka', 'groups', 'billing'))}`)
    await app.page.keyboard.press('l')
    await app.page
      .getByText(/not JSON/)
      .first()
      .waitFor({ timeout: 60_000 })
  })
})

describe('a broker that has nothing to do with it', () => {
  it('is missed by us before the cluster admits it, blanks nothing, and is an incident of its own', { timeout: 240_000 }, async () => {
    await app.go('/system/kafka?tab=groups')
    const before = await app.rows('kafka', 'groups')
    const frames = await framesOf(app, ['groups', 'topics', 'partitions', 'groupPartitions', 'brokers'])
    await lab.command(['break', 'kafka-broker', '3'])
    try {
      const found = async (rule: string): Promise<boolean> => (await app.findings()).some((f) => f.rule === rule)
      await until(app, 'we see what the cluster does not say', () => found('kafka.broker.says-sees'), {
        withinMs: 30_000,
        everyMs: 100,
      })
      const three = (await app.rows('kafka', 'brokers')).find(({ row }) => row.broker === '3')
      expect({ listed: three?.row.listed, contact: three?.row.contact }).toEqual({ listed: true, contact: 'refusing' })
      expect(await found('kafka.broker.missing')).toBe(false)
      await app.page.getByRole('row', { name: /billing/ }).waitFor()
      await until(app, 'two incidents', async () => {
        const { it, others } = await ofPoison()
        return it !== undefined && others.length === 1 && others[0]?.findings.some((f) => f.rule.startsWith('kafka.broker.')) === true
      })
      await until(app, 'the cluster admits it', () => found('kafka.broker.missing'), { withinMs: 90_000 })
      const { it, others } = await ofPoison()
      expect(it?.findings.some((f) => f.rule.startsWith('kafka.broker.'))).toBe(false)
      expect(others.length).toBe(1)
      await app.go('/now')
      await until(app, 'the page has both', async () => (await app.page.getByRole('button', { name: /Incident \d/ }).count()) === 2)
    } finally {
      await frames.stop()
    }
    expect(frames.fewest).toEqual(frames.first)
    const after = new Map((await app.rows('kafka', 'groups')).map(({ urn, row }) => [urn, row]))
    for (const { urn, row } of before) expect(after.get(urn)?.group).toBe(row.group)
  })

  it('comes back: its incident recovers and closes, the other goes on', { timeout: 300_000 }, async () => {
    const broker = lab.kafka.brokers.at(-1)
    await broker?.start()
    await until(
      app,
      'only the poison is left',
      async () => {
        const { it, others } = await ofPoison()
        return it?.state === 'open' && others.length === 0
      },
      { withinMs: 240_000 },
    )
  })
})

describe('the broker that leads the poisoned partition', () => {
  it('is killed: one incident, with the path from it shown', { timeout: 240_000 }, async () => {
    await lab.command(['break', 'kafka-broker', '2'])
    await until(app, 'we see it', async () => (await app.findings()).some((f) => f.rule === 'kafka.broker.says-sees'), {
      withinMs: 30_000,
      everyMs: 100,
    })
    const one = async (): Promise<boolean> => {
      const all = await app.incidents()
      const [only] = all
      if (all.length !== 1 || only === undefined) return false
      const told = [...only.contradicts.map(plain), only.chain.map((hop) => hop.title).join(' → ')].join('\n')
      return only.findings.some((f) => f.rule.startsWith('kafka.broker.')) && /2 → play-events/.test(told)
    }
    await until(app, 'one incident that shows the path from the broker', one, { withinMs: 120_000 })
    // What only the dead broker could tell is not told any more; the incident stays what it is.
    const seen = (await app.ask('kafka', 'groups')).freshness[0]?.at ?? new Date()
    const samples: boolean[] = []
    const later = async (): Promise<boolean> => {
      samples.push(await one())
      const { at } = (await app.ask('kafka', 'groups')).freshness[0] ?? {}
      return at !== undefined && at.getTime() > seen.getTime() + 3 * pollMs
    }
    await until(app, 'three rounds later', later)
    console.log(`${samples.filter(Boolean).length} of ${samples.length} looks meanwhile found one incident with the path`)
    await until(app, 'it is still one incident that shows the path', one, { withinMs: 2 * pollMs })
    const [only] = await app.incidents()
    expect(only && plain(only.title)).toContain(`${place()} @ ${grouped(poisoned.offset)}`)
    console.log(
      `with the leader dead: ${only && plain(only.title)} | ${only?.contradicts.map(plain).join(' | ')} | ${only?.chain.map((h) => h.title).join(' → ')}`,
    )
  })

  it('and everything else is healed: recovering, then closed, and the page says that nothing is hurt', { timeout: 540_000 }, async () => {
    await lab.command(['heal'])
    const states = new Set<string>()
    await until(
      app,
      'every incident is closed',
      async () => {
        const all = await app.incidents()
        for (const { state } of all) states.add(state)
        return all.length === 0
      },
      { withinMs: 360_000 },
    )
    expect(states).toContain('recovering')
    await app.go('/now')
    await app.page.getByRole('heading', { name: /Nothing is hurt/ }).waitFor()
  })
})

describe('the file', () => {
  const path = join(tmpdir(), `landscope-poison-${process.pid}.lsnap`)
  let source = ''
  afterAll(() => rm(path, { force: true }))

  it('is captured and opened from the page', { timeout: 240_000 }, async () => {
    await captureAndOpen(app, path, { minutes: '60', title: 'Poison' })
    const opened = (await app.client.hello({})).sources.find((s) => s.path === path)
    source = opened?.source ?? ''
    expect(opened?.manifest.title).toBe('Poison')
    await until(app, 'every entry is checked', async () => (await app.client.sources.get({ source })).verified === 'verified')
  })

  it('says the same as live about every moment', { timeout: 240_000 }, async () => {
    const { to } = (await app.client.sources.get({ source })).manifest
    const from = poisonedAt.getTime() - 30_000
    const span = new Date(to).getTime() - 1_000 - from
    const incidents: number[] = []
    for (const part of [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1]) {
      const at = new Date(from + Math.round(span * part))
      const live = await answersAt(app, { at })
      const file = await answersAt(app, { source, at })
      expect(Object.values(live.rows).flat().length).toBeGreaterThan(20)
      expect(file, at.toISOString()).toEqual(live)
      incidents.push(live.incidents.length)
    }
    expect(Math.max(...incidents)).toBeGreaterThan(0)
  })

  it('answers again within two seconds after its reader was killed', { timeout: 60_000 }, async () => {
    const at = new Date(poisonedAt.getTime() + 30_000)
    const before = await app.rows('kafka', 'groups', { source, at })
    const readers = await app.readers()
    expect(readers).toHaveLength(1)
    for (const pid of readers) process.kill(pid, 'SIGKILL')
    const killed = performance.now()
    await waitFor('the file answers', async () => (await app.rows('kafka', 'groups', { source, at })).length === before.length, {
      withinMs: 20_000,
      everyMs: 20,
    })
    const backMs = performance.now() - killed
    console.log(`reader killed: the file answers after ${backMs.toFixed(0)} ms (≤ 2000)`)
    expect(await app.readers()).not.toContain(readers[0])
    expect(backMs).toBeLessThan(2_000)
  })
})
