import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connect, Outcome } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { createJournal } from '../connections/journal.ts'
import { type Collector, createCollector } from './collector.ts'
import { createFakeClock, type FakeClock } from './toy/fake-clock.ts'
import { createFakeStore } from './toy/fake-store.ts'
import { scriptedToy } from './toy/toy-connect.ts'
import { toy } from './toy/toy-system.ts'
import { inlineLine } from './worker.ts'

const signal = new AbortController().signal
let folder = ''
let clock: FakeClock
let collector: Collector
let facts: Record<string, string>
let ran: string[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-'))
  clock = createFakeClock()
  facts = { size: '1' }
  ran = []
  const journal = join(folder, 'journal')
  const connect = scriptedToy({ facts: () => facts, run: (thing) => ran.push(thing) }) as unknown as Connect<AnySystem>
  collector = createCollector({
    systems: { toy },
    store: createFakeStore(toy, clock.monotonicMs),
    clock,
    openLine: inlineLine(async () => ({ declared: toy, connect })),
    journal: createJournal(journal),
  })
  await collector.put({ id: 'c', system: 'toy', title: 'Toy', endpoints: { server: { addresses: ['http://c'] } }, settings: {} })
  await clock.settle()
})
afterEach(async () => {
  const closing = collector.close()
  await clock.advance(3_000)
  await closing
  await rm(folder, { recursive: true })
})
const run = async (plan: string, typed: string): Promise<readonly Outcome[]> => {
  const all: Outcome[] = []
  for await (const outcome of collector.run(plan, typed, signal)) all.push(outcome)
  return all
}
const planned = () => collector.plan('c', 'grow', { thing: 'a' }, signal)

describe('the gate of changes', () => {
  it('is locked until somebody unlocks it, and again after 15 minutes', async () => {
    await expect(planned()).rejects.toMatchObject({ data: { code: 'locked' } })
    expect(collector.unlock('c').getTime()).toBe(clock.now().getTime() + 900_000)
    const { plan } = await planned()
    await clock.advance(899_000)
    await planned()
    await clock.advance(2_000)
    await expect(planned()).rejects.toMatchObject({ data: { code: 'locked' } })
    await expect(run(plan, 'grow a')).rejects.toMatchObject({ data: { code: 'not-found' } })
    expect(ran).toEqual([])
  })

  it('runs what was planned and typed, once, and writes it down before and after', async () => {
    collector.unlock('c')
    const { plan, phrase, steps } = await planned()
    expect([steps, phrase]).toEqual([['grow a'], 'grow a'])
    await expect(run(plan, 'grow b')).rejects.toMatchObject({ data: { code: 'refused' } })
    expect(await run(plan, 'grow a')).toEqual([{ state: 'accepted' }, { state: 'done' }])
    await expect(run(plan, 'grow a')).rejects.toMatchObject({ data: { code: 'not-found' } })
    expect(ran).toEqual(['a'])
    const lines = (await readFile(join(folder, 'journal'), 'utf8')).trim().split('\n')
    expect(lines.map((l) => JSON.parse(l))).toMatchObject([
      { what: 'intended', action: 'grow', detail: { typed: 'grow a', facts: { size: '1' } } },
      { what: 'outcome', detail: { state: 'done' } },
    ])
  })

  it('refuses when the facts have changed since, and says how', async () => {
    collector.unlock('c')
    const { plan } = await planned()
    facts = { size: '2' }
    await expect(run(plan, 'grow a')).rejects.toThrow('size was 1 and is 2')
    expect(ran).toEqual([])
  })

  it('refuses after it was locked again, wrong inputs, and actions that are not declared', async () => {
    collector.unlock('c')
    const { plan } = await planned()
    await expect(collector.plan('c', 'shrink', {}, signal)).rejects.toMatchObject({ data: { code: 'bad-request' } })
    await expect(collector.plan('c', 'grow', { thing: 1 }, signal)).rejects.toMatchObject({ data: { code: 'bad-request' } })
    collector.lock('c')
    await expect(run(plan, 'grow a')).rejects.toMatchObject({ data: { code: 'locked' } })
    expect(ran).toEqual([])
  })
})
