// The same app without a window: from the connections over the record and its sentence to the file, in a browser; and what the death of
// a connection's thread costs, which only this host lets a test bring about. The tests go on where the one before ended.
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IncidentAnswer } from '../../shared/contract/messages.ts'
import { plain } from '../../shared/model/sentence.ts'
import type { SentRecord } from '../lab/kafka/producers.ts'
import { type RunningLab, startLab } from '../lab/running-lab.ts'
import { waitFor } from '../support/process.ts'
import { openServedLab, type ServedLab } from '../support/served-lab.ts'
import { answersAt, captureAndOpen, connectByPasting, until, urnOf } from './lab-story.ts'

/** How often Flink is asked while somebody looks. */
const flinkPollMs = 10_000

let lab: RunningLab
let served: ServedLab
let poisoned: SentRecord
let poisonedAt: Date

const title = (): Promise<string> => served.page.getByRole('heading', { level: 1 }).innerText()
const record = (): string => `${poisoned.topic}-${poisoned.partition} @ ${poisoned.offset.toLocaleString('en')}`
const namesIt = (incident: IncidentAnswer): boolean => plain(incident.title).includes(record())

beforeAll(async () => {
  lab = await startLab({ brokers: 3, flink: true, taskManagers: 1, rate: 20, says: (line) => console.log(line) })
  served = await openServedLab({ windowMs: 40_000 })
}, 600_000)
afterAll(async () => {
  await served?.close()
  await lab?.stop()
}, 120_000)

describe('served to a browser', () => {
  it('connects to what people have pasted', { timeout: 360_000 }, async () => {
    await connectByPasting(served, 'kafka', 'front', lab.kafka.bootstrap.join(', '))
    await connectByPasting(served, 'flink', 'plays', lab.flink?.restUrl ?? '')
  })

  it('says which record stops whom', { timeout: 300_000 }, async () => {
    poisoned = await lab.workload.poison()
    poisonedAt = new Date()
    await until(served, 'an incident names the record', async () => (await served.incidents()).some(namesIt), { withinMs: 180_000 })
    await served.go(`/record?urn=${encodeURIComponent(await urnOf(served, 'kafka', 'groups', 'billing'))}`)
    await until(served, 'the sentence names the record', async () => (await title()).includes(poisoned.offset.toLocaleString('en')))
  })

  it('captures it into a file that says the same', { timeout: 240_000 }, async () => {
    const path = join(tmpdir(), `landscope-served-${process.pid}.lsnap`)
    try {
      await captureAndOpen(served, path)
      const source = (await served.client.hello({})).sources.find((s) => s.path === path)?.source ?? ''
      const { to } = (await served.client.sources.get({ source })).manifest
      const { incidents } = await served.client.findings.page({ viewing: { source }, limit: 1_000 })
      expect(incidents.some(namesIt)).toBe(true)
      for (const at of [poisonedAt, new Date(new Date(to).getTime() - 1_000)])
        expect(await answersAt(served, { source, at }), at.toISOString()).toEqual(await answersAt(served, { at }))
      await served.page.keyboard.press('Shift+L')
      await until(served, 'the page is live again', async () =>
        (await served.page.getByRole('button', { name: 'Viewing' }).innerText()).includes('LIVE'),
      )
      await served.client.sources.close({ source })
    } finally {
      await rm(path, { force: true })
    }
  })
})

describe('a connection whose thread dies', () => {
  it('is stale within a second, and nobody else is late by more than a poll', { timeout: 120_000 }, async () => {
    await served.go('/system/flink')
    const { connections } = await served.client.connections.list({})
    const idOf = (system: string): string => connections.find((c) => c.profile.system === system)?.profile.id ?? ''
    const seen: number[] = []
    const look = async (): Promise<void> => {
      const at = (await served.ask('flink', 'jobs')).freshness.find((f) => f.connection === idOf('flink'))?.at?.getTime()
      if (at !== undefined && at !== seen.at(-1)) seen.push(at)
    }
    const rounds = (least: number): (() => Promise<boolean>) => {
      return async () => {
        await look()
        return seen.length >= least
      }
    }
    await waitFor('two rounds of the other', rounds(2), { withinMs: 60_000 })
    seen.splice(0, seen.length - 1) // what came before, when perhaps nobody looked, does not count
    served.endThread(idOf('kafka'))
    const at = performance.now()
    const word = async (): Promise<unknown> =>
      (await served.rows('landscope', 'connections')).find(({ row }) => row.system === 'kafka')?.row.state
    await waitFor('it is stale', async () => (await word()) === 'stale', { withinMs: 10_000, everyMs: 20 })
    const staleMs = performance.now() - at
    console.log(`thread ended: stale after ${staleMs.toFixed(0)} ms (≤ 1000)`)
    await waitFor('it answers again', async () => (await look().then(word)) === 'answering', { withinMs: 60_000, everyMs: 200 })
    await waitFor('the other goes on', rounds(seen.length + 2), { withinMs: 60_000 })
    const gaps = seen.slice(1).map((t, i) => t - (seen[i] ?? t))
    expect(staleMs).toBeLessThan(1_000)
    for (const gap of gaps) expect(gap).toBeLessThan(2 * flinkPollMs + 1_000)
  })
})
