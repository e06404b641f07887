import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tick } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Connect } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store-types.ts'
import { createCollector } from './collector.ts'
import { createFakeClock, type FakeClock } from './toy/fake-clock.ts'
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

interface Kept {
  readonly clock: FakeClock
  readonly store: Pick<Store, 'round' | 'closeConnection'>
  readonly ticks: () => readonly Tick[]
  /** Rounds that are open. */
  readonly open: () => number
  held(): Promise<readonly string[]>
  times(): readonly number[]
}
function inMemory(): Kept {
  const clock = createFakeClock()
  const store = createFakeStore(toy, clock.monotonicMs)
  return {
    clock,
    store,
    ticks: () => store.ticks,
    open: () => store.open,
    held: async () => store.held('c', 'things'),
    times: () => store.commits.map((c) => c.at.getTime()),
  }
}
/** The real Store, with its promises counted so that the clock can wait for them. */
async function onDisk(folder: string): Promise<Kept & { close(): Promise<void> }> {
  let busy = 0
  let open = 0
  const told: Tick[] = []
  const times: number[] = []
  const clock = createFakeClock(undefined, () => busy > 0)
  const real = await openStore({ folder, systems: [toy], now: clock.now })
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    busy += 1
    return work.finally(() => {
      busy -= 1
    })
  }
  const round: Store['round'] = (...of) => {
    const writer = real.round(...of)
    open += 1
    return {
      ...writer,
      stage: (...args) => counted(writer.stage(...args)),
      commit: (at, error) =>
        counted(
          (async () => {
            const ticks = await writer.commit(at, error)
            open -= 1
            told.push(...ticks)
            times.push(at.getTime())
            return ticks
          })(),
        ),
      abort: () =>
        counted(
          writer.abort().finally(() => {
            open -= 1
          }),
        ),
    }
  }
  return {
    clock,
    store: { round, closeConnection: (id, at) => counted(real.closeConnection(id, at)) },
    ticks: () => told,
    open: () => open,
    held: async () => (await real.rows('toy', 'things', { connection: 'c' })).map((r) => String(r.row.thing)).sort(),
    times: () => times,
    close: () => real.close(),
  }
}

async function play(rounds: readonly Round[], { clock, store, ...kept }: Kept): Promise<void> {
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
    const running = kept.open() > 0
    if (!running && at !== last) {
      expect(await kept.held()).toEqual([...believed.keys()].sort())
      last = at
    }
    await clock.advance(rounds[at]?.pauseMs ?? 1_000)
  }
  // every change was told, once, in order
  expect(heard).toEqual(kept.ticks().map((t) => t.version))
  const times = kept.times()
  expect(times).toEqual([...times].sort((a, b) => a - b))
  const closing = collector.close()
  await clock.advance(3_000)
  await closing
  expect(kept.open()).toBe(0)
}

describe('rounds of any kind, in any order', () => {
  it('leave the Store with what was proved, and lose no tick', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 10 }), (rounds) => play(rounds, inMemory())),
      { numRuns: 40 },
    )
  })

  it('leave the real Store with what was proved, too', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
        const folder = await mkdtemp(join(tmpdir(), 'rounds-'))
        const kept = await onDisk(folder)
        try {
          await play(rounds, kept)
        } finally {
          await kept.close()
          await rm(folder, { recursive: true, force: true })
        }
      }),
      { numRuns: 4 },
    )
  })
})
