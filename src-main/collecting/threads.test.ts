import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from './clock.ts'
import { type Collector, createCollector } from './collector.ts'
import { createFakeStore } from './toy/fake-store.ts'
import { toy } from './toy/toy-system.ts'
import { threadLine } from './worker.ts'

let collector: Collector | undefined
afterEach(() => collector?.close())
const bad = ['spin', 'oom', 'exit', 'uncaught', 'hang', 'throw']

it('lets no connection in a thread that spins, dies or eats its memory disturb another, and opens each again', {
  timeout: 60_000,
}, async () => {
  const store = createFakeStore(toy, systemClock.monotonicMs)
  const states = new Map<string, Set<string>>()
  const all = createCollector({
    systems: { toy },
    store,
    clock: systemClock,
    openLine: threadLine(new URL('./toy/toy-worker.ts', import.meta.url), 48),
    timing: { pingMs: 300, drainMs: 300, roundMs: 1_500, feedSilenceMs: 1e9 },
    onChange: () => {
      for (const s of all.states()) states.set(s.connection, (states.get(s.connection) ?? new Set()).add(s.state))
    },
  })
  collector = all
  for (const behaviour of ['well', ...bad])
    await all.put({
      id: behaviour,
      system: 'toy',
      title: behaviour,
      endpoints: { server: { addresses: [behaviour] } },
      settings: { behaviour },
    })
  all.look({ collections: [{ system: 'toy', collection: 'things' }] })
  await vi.waitFor(
    () => {
      for (const died of ['spin', 'oom', 'exit', 'uncaught', 'hang']) expect(states.get(died)).toContain('stale')
      expect(states.get('throw')).toContain('partly')
    },
    { timeout: 30_000, interval: 100 },
  )
  const failed = store.commits.filter((c) => c.stored.connection === 'exit' && c.error !== undefined).length
  await vi.waitFor(
    () => expect(store.commits.filter((c) => c.stored.connection === 'exit' && c.error !== undefined).length).toBeGreaterThan(failed),
    { timeout: 20_000 },
  )
  const rounds = () => store.commits.filter((c) => c.stored.connection === 'well' && c.sweep === 'fleet').map((c) => c.ms)
  await vi.waitFor(() => expect(rounds().length).toBeGreaterThan(4), { timeout: 20_000 })
  const times = rounds()
  // Asked every second; the machine is shared with six threads that do their worst.
  expect(Math.max(...times.slice(1).map((t, i) => t - (times[i] ?? 0)))).toBeLessThan(3_000)
  expect(all.state('well')?.state).toBe('answering')
  expect([...(states.get('well') ?? [])].filter((s) => s !== 'opening')).toEqual(['answering'])
})
