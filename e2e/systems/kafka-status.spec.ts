// Each outcome of the lag status, reached on a real cluster side by side, through the whole host with a window of 40 s.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plain } from '../../shared/model/sentence.ts'
import { createHost, type Host } from '../../src-main/host/create-host.ts'
import { createTopics } from '../lab/kafka/client.ts'
import { type LabKafka, startKafka } from '../lab/kafka/cluster.ts'
import { commitOffsets, committedOffsets, endOffset } from '../lab/kafka/commits.ts'
import { startConsumer } from '../lab/kafka/consumers.ts'
import { startGroupWithUnassigned, startRebalancingGroup } from '../lab/kafka/group-kinds.ts'
import { BAD_RECORD, produce, startProducer } from '../lab/kafka/producers.ts'
import { noFiles } from '../support/no-files.ts'
import { waitFor } from '../support/process.ts'

const windowMs = 40_000
let kafka: LabKafka
let host: Host
let profile: string
const life = new AbortController()
const opened: (() => Promise<void>)[] = []
const kept = <T extends { stop(): Promise<void> }>(one: T): T => {
  opened.push(() => one.stop())
  return one
}
const call = { signal: life.signal }
const since = new Map<string, number>()
/** Every status each group was seen with, in order. */
const seen = new Map<string, string[]>()

beforeAll(async () => {
  kafka = await startKafka({ brokers: 1 })
})
afterAll(async () => {
  life.abort()
  await host?.close()
  for (const close of opened.reverse()) await close()
  await kafka?.stop()
  if (profile !== undefined) await rm(profile, { recursive: true, force: true })
})

/** Commits like a reader that assigns its own partitions: `next` says where, a second apart. */
function commitLoop(groupId: string, topic: string, next: (second: number) => bigint): void {
  let running = true
  const done = (async (): Promise<void> => {
    for (let second = 0; running; second++) {
      await commitOffsets(kafka.directBootstrap, groupId, [{ topic, partition: 0, offset: next(second) }])
      await delay(1_000)
    }
  })()
  opened.push(async () => {
    running = false
    await done
  })
}

interface GroupSeen {
  readonly group: string
  readonly status: string
  readonly urn: string
  readonly standsAt: unknown
}
async function groups(): Promise<readonly GroupSeen[]> {
  const page = await host.handlers.records.page({ viewing: {}, system: 'kafka', collection: 'groups', offset: 0, limit: 100 }, call)
  const column = (name: string): number => page.columns.indexOf(name)
  return page.rows.map((row) => ({
    urn: row.urn,
    group: String(row.cells[column('group')]),
    status: String(row.cells[column('status')]),
    standsAt: row.cells[column('standsAt')],
  }))
}
async function note(): Promise<readonly GroupSeen[]> {
  const found = await groups()
  for (const { group, status } of found) {
    const statuses = seen.get(group) ?? []
    seen.set(group, statuses)
    if (statuses.at(-1) !== status) statuses.push(status)
    if (!since.has(`${group} ${status}`)) since.set(`${group} ${status}`, performance.now())
  }
  return found
}

describe('lag status over 40 s on a real cluster', () => {
  it('reaches every outcome within three minutes', { timeout: 300_000 }, async () => {
    const direct = kafka.directBootstrap
    const topics = ['steady', 'poisoned', 'left', 'nobody', 'halved', 'restless', 'rising']
    await createTopics(direct, [...topics.map((topic) => ({ topic, partitions: topic === 'halved' ? 2 : 1 })), { topic: 'backlog' }])
    for (const topic of topics) kept(await startProducer(direct, { topic, rate: 10, partition: topic === 'halved' ? 1 : 0 }))
    await produce(
      direct,
      { topic: 'backlog' },
      Array.from({ length: 6_000 }, (_, n) => `{"n":${n}}`),
    )

    kept(await startConsumer(direct, { groupId: 'keeping-up', topics: ['steady'], commitEveryMs: 500 }))
    kept(await startConsumer(direct, { groupId: 'stalling', topics: ['poisoned'] }))
    const leaving = await startConsumer(direct, { groupId: 'leaving', topics: ['left'] })
    const gone = await startConsumer(direct, { groupId: 'gone-before', topics: ['nobody'] })
    await waitFor(
      'first commits',
      async () => (await committedOffsets(direct, 'gone-before')).size === 1 && (await committedOffsets(direct, 'leaving')).size === 1,
    )
    await gone.stop()
    await commitOffsets(
      direct,
      'half-read',
      [0, 1].map((partition) => ({ topic: 'halved', partition, offset: 0n })),
    )
    kept(await startGroupWithUnassigned(direct, 'half-read', 'halved', { assigned: [0] }))
    await commitOffsets(direct, 'settling', [{ topic: 'restless', partition: 0, offset: 0n }])
    kept(await startRebalancingGroup(direct, 'settling', 'restless'))
    commitLoop('falling', 'rising', (second) => BigInt(second))
    commitLoop('catching', 'backlog', (second) => BigInt(Math.min(5_900, 50 + second * 25)))
    commitLoop('rewinding', 'backlog', (second) => (second < 50 ? BigInt(100 + second * 10) : BigInt(10 + second)))
    await commitOffsets(direct, 'by-itself', [{ topic: 'backlog', partition: 0, offset: 7n }])

    profile = await mkdtemp(path.join(tmpdir(), 'landscope-status-'))
    host = await createHost({ profile, app: { name: 'test', version: '0' }, mode: 'served', files: noFiles, windowMs })
    const endpoints = { brokers: { addresses: [...kafka.bootstrap] } }
    await host.handlers.connections.change(
      { do: 'put', profile: { id: 'k', system: 'kafka', title: 'lab', endpoints, settings: {} } },
      call,
    )
    void (async () => {
      for await (const ticks of host.handlers.changes.watch({ collections: [{ system: 'kafka', collection: 'groups' }] }, call))
        if (ticks.length < 0) return
    })().catch(() => {})
    const began = performance.now()

    await waitFor(
      'a verdict on every group',
      async () => {
        await note()
        return seen.size >= 10 && [...seen.values()].every((statuses) => statuses.some((status) => status !== 'INSUFFICIENT'))
      },
      { everyMs: 500, withinMs: 90_000 },
    ).catch((error: unknown) => {
      throw new Error(`seen: ${JSON.stringify(Object.fromEntries(seen))}`, { cause: error })
    })
    const bad = await endOffset(direct, 'poisoned', 0)
    await produce(direct, { topic: 'poisoned' }, [BAD_RECORD])
    await leaving.stop()
    const poisonedAt = performance.now()

    const wanted: Readonly<Record<string, string>> = {
      'keeping-up': 'OK',
      stalling: 'STALLED',
      leaving: 'STOPPED',
      'gone-before': 'NO_CONSUMER',
      'half-read': 'UNASSIGNED',
      settling: 'REBALANCING',
      falling: 'FALLING_BEHIND',
      catching: 'CATCHING_UP',
      rewinding: 'REWIND',
      'by-itself': 'STOPPED',
    }
    const missing = (): readonly string[] =>
      Object.entries(wanted).flatMap(([group, status]) =>
        seen.get(group)?.includes(status) === true ? [] : [`${group} ${status} (seen ${seen.get(group)?.join(', ')})`],
      )
    await waitFor(
      'every outcome',
      async () => {
        await note()
        return missing().length === 0
      },
      { everyMs: 500, withinMs: 180_000 },
    ).catch(() => {})
    console.log(`all outcomes after ${Math.round((performance.now() - began) / 1000)} s`, Object.fromEntries(seen))
    expect(missing()).toEqual([])
    expect(performance.now() - began).toBeLessThan(180_000)
    expect(seen.get('falling')).toContain('INSUFFICIENT')
    expect(seen.get('keeping-up')).not.toContain('STALLED')

    const standing = since.get('stalling STANDING_STILL')
    if (standing === undefined) throw new Error('it never stood still before it was stalled')
    console.log(`standing still ${Math.round((standing - poisonedAt) / 1000)} s after the bad record`)
    const stalled = (await groups()).find((g) => g.group === 'stalling')
    expect(stalled?.standsAt).toEqual(['poisoned', '0', expect.stringMatching(/^\d+$/)])
    const offset = Array.isArray(stalled?.standsAt) ? String(stalled.standsAt[2]) : '-1'
    expect(BigInt(offset) >= bad).toBe(true)

    const rules = ['stalled', 'stopped', 'unassigned', 'rebalancing', 'no-consumer', 'falling-behind'].map(
      (outcome) => `kafka.group.${outcome}`,
    )
    const found = async () => (await host.handlers.findings.page({ viewing: {}, limit: 100 }, call)).findings
    await waitFor('a finding for each', async () => {
      const open = (await found()).map((f) => f.rule)
      return rules.every((rule) => open.includes(rule))
    })
    const findings = await found()
    const says = plain(findings.find((f) => f.rule === 'kafka.group.stalled')?.says ?? [])
    expect(says).toMatch(
      /stands still: poisoned-0 has committed nothing since \d\d:\d\d:\d\d UTC at offset [\d,]+; its reader \(client consumer-stalling\) is alive\./,
    )
    const { headline } = await host.handlers.headline.read({ viewing: {}, of: { urn: stalled?.urn ?? '' } }, call)
    expect(plain(headline.says)).toContain('stands still')
    expect(headline.health).toBe('critical')
  })
})
