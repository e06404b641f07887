import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/app-error.ts'
import type { Connect } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { createCollector } from './collector.ts'
import { createFakeClock } from './toy/fake-clock.ts'
import { createFakeStore } from './toy/fake-store.ts'
import { scriptedToy, type ToyScript, thing } from './toy/toy-connect.ts'
import { toy } from './toy/toy-system.ts'
import { inlineLine } from './worker.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f']
const hosts = ['h1', 'h2', 'h3']
/** One round: what is there (name → host), what of it is told and proved, and how it ends. */
const round = fc.record({
  there: fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...hosts)),
  proof: fc.constantFrom('all', 'rows', 'except', 'same', 'nothing'),
  without: fc.subarray(hosts),
  twice: fc.boolean(),
  ends: fc.constantFrom('well', 'well', 'well', 'throws', 'hangs', 'silently'),
  pauseMs: fc.integer({ min: 0, max: 9_000 }),
})
type Round = typeof round extends fc.Arbitrary<infer R> ? R : never

/** What anybody may believe after a round, given what was believed before. */
function believe(before: ReadonlyMap<string, string>, r: Round): ReadonlyMap<string, string> {
  const told = Object.entries(r.there)
  if (r.twice && r.proof !== 'same' && r.proof !== 'nothing' && told.length > 0) return before
  switch (r.proof) {
    case 'all':
      return new Map(told)
    case 'rows':
      return new Map([...before, ...told])
    case 'except':
      return new Map([
        ...[...before].filter(([, host]) => r.without.includes(host)),
        ...told.filter(([, host]) => !r.without.includes(host)),
      ])
    default:
      return before
  }
}

async function play(rounds: readonly Round[]): Promise<void> {
  const clock = createFakeClock()
  const store = createFakeStore(toy, clock.monotonicMs)
  let believed: ReadonlyMap<string, string> = new Map()
  let at = 0
  const script: ToyScript = {
    fleet: async (out, asked) => {
      const r = rounds[at]
      at += 1
      if (r === undefined) return
      believed = believe(believed, r)
      const rows = Object.entries(r.there).map(([name, host]) => thing(name, 1n, host))
      const put = (covered: 'all' | 'rows'): void => out.put('things', r.twice ? [...rows, ...rows] : rows, covered)
      if (r.proof === 'all' || r.proof === 'rows') put(r.proof)
      if (r.proof === 'except') {
        const answered = rows.filter((row) => !r.without.includes(row.host))
        const twice = r.twice ? rows.filter((row) => r.without.includes(row.host)).slice(0, 1) : []
        out.put('things', r.twice ? [...answered, ...answered, ...twice, ...twice] : answered, {
          except: 'some',
          reason: 'refused',
          where: { host: r.without },
        })
      }
      if (r.proof === 'same') out.same('things', 'all')
      if (r.ends === 'throws') throw new AppError('unreachable', 'gone')
      if (r.ends === 'hangs')
        await new Promise<void>((_, reject) =>
          asked.signal.addEventListener('abort', () => reject(new AppError('timeout', 'hung')), { once: true }),
        )
    },
  }
  const heard: number[] = []
  const collector = createCollector({
    systems: { toy },
    store,
    clock,
    random: () => 0.1,
    openLine: inlineLine(async () => ({ declared: toy, connect: scriptedToy(script) as unknown as Connect<AnySystem> })),
    onRound: (r) => void heard.push(...r.ticks.map((t) => t.version)),
    timing: { roundMs: 2_000, feedSilenceMs: 1e9 },
  })
  await collector.put({ id: 'c', system: 'toy', title: 'Toy', endpoints: { server: { addresses: ['c'] } }, settings: {} })
  await clock.settle()
  let last = -1
  for (let guard = 0; at <= rounds.length && guard < 20 * rounds.length + 20; guard += 1) {
    const running = store.open > 0
    if (!running && at !== last) {
      expect(store.held('c', 'things')).toEqual([...believed.keys()].sort())
      last = at
    }
    await clock.advance(rounds[at]?.pauseMs ?? 1_000)
  }
  // every change was told, once, in order
  expect(heard).toEqual(store.ticks.map((t) => t.version))
  const times = store.commits.map((c) => c.at.getTime())
  expect(times).toEqual([...times].sort((a, b) => a - b))
  const closing = collector.close()
  await clock.advance(3_000)
  await closing
  expect(store.open).toBe(0)
}

describe('rounds of any kind, in any order', () => {
  it('leave the Store with what was proved, and lose no tick', { timeout: 60_000 }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 10 }), play), { numRuns: 40 })
  })
})
