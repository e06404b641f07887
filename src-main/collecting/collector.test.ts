import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/app-error.ts'
import type { Connect } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { formatUrn } from '../../shared/model/urn.ts'
import { type Collector, type CollectorPorts, createCollector } from './collector.ts'
import type { RoundInfo } from './connection.ts'
import { createFakeClock, type FakeClock } from './toy/fake-clock.ts'
import { createFakeStore, type FakeStore } from './toy/fake-store.ts'
import { scriptedToy, type ToyScript, thing } from './toy/toy-connect.ts'
import { toy } from './toy/toy-system.ts'
import { inlineLine } from './worker.ts'

interface World {
  readonly clock: FakeClock
  readonly store: FakeStore
  readonly collector: Collector
  readonly rounds: RoundInfo[]
  /** Starts a connection that follows a script. */
  start(id: string, script?: ToyScript, address?: string): Promise<void>
}
const worlds: World[] = []
afterEach(async () => {
  for (const w of worlds.splice(0)) {
    const closing = w.collector.close()
    await w.clock.advance(10_000)
    await closing
  }
})

function world(ports: Partial<CollectorPorts> = {}): World {
  const clock = createFakeClock()
  const store = createFakeStore(toy, clock.monotonicMs)
  const scripts = new Map<string, ToyScript>()
  const rounds: RoundInfo[] = []
  const collector = createCollector({
    systems: { toy },
    store,
    clock,
    random: () => 0.5,
    openLine: (name) =>
      inlineLine(async () => ({
        declared: toy,
        connect: scriptedToy(scripts.get(name.replace('try ', '')) ?? {}) as unknown as Connect<AnySystem>,
      }))(name),
    onRound: (round) => void rounds.push(round),
    timing: { drainMs: 30, feedSilenceMs: 1e9 },
    ...ports,
  })
  const w: World = {
    clock,
    store,
    collector,
    rounds,
    start: async (id, script = {}, address = id) => {
      scripts.set(id, script)
      await collector.put(profile(id, address))
      await clock.settle()
    },
  }
  worlds.push(w)
  return w
}
const profile = (id: string, address = id) => ({
  id,
  system: 'toy',
  title: `Toy ${id}`,
  endpoints: { server: { addresses: [`http://${address}:80`] } },
  settings: {},
})
const stateOf = (w: World, id: string): string | undefined => w.collector.state(id)?.state
const lost = (): Promise<never> => Promise.reject(new AppError('unreachable', 'gone'))

describe('a collector', () => {
  it('opens a connection, asks who answers, and stores its rounds under that instance', async () => {
    const w = world()
    await w.start('c1')
    await w.clock.advance(9_000)
    expect(w.collector.stored('c1')).toEqual({ connection: 'c1', system: 'toy', instance: 'toy at http://c1:80', title: 'Toy c1' })
    expect(stateOf(w, 'c1')).toBe('answering')
    expect(w.store.held('c1', 'things')).toEqual(['a', 'b'])
    expect(w.store.commits.filter((c) => c.sweep === 'fleet').map((c) => c.ms)).toEqual([0, 4_000, 8_000])
    expect(w.rounds.flatMap((r) => r.ticks)).toEqual(w.store.ticks)
    expect(w.store.open).toBe(0)
  })

  it('keeps what was proved when a round fails half way, and claims nothing more', async () => {
    let half = false
    const w = world()
    await w.start('c1', {
      fleet: async (out) => {
        if (!half) return out.put('things', [thing('a', 1n, 'h1'), thing('b', 1n, 'h2')], 'all')
        out.put('things', [thing('c', 1n, 'h1')], { except: 'host h2', reason: 'refused', where: { host: ['h2'] } })
        await lost()
      },
    })
    half = true
    await w.clock.advance(4_000)
    expect(w.store.held('c1', 'things')).toEqual(['b', 'c'])
    expect(w.store.commits.at(-1)).toMatchObject({ error: { code: 'unreachable' } })
    expect(w.collector.state('c1')).toMatchObject({ state: 'partly', error: { message: 'gone' } })
  })

  it('refuses a round with two rows of one key, and stores nothing of it but the fault', async () => {
    const w = world()
    await w.start('c1', { fleet: async (out) => out.put('things', [thing('a'), thing('b'), thing('a')], 'all') })
    expect(w.store.held('c1', 'things')).toEqual([])
    expect(w.store.commits.find((c) => c.sweep === 'fleet')).toMatchObject({
      sweep: 'fleet',
      error: { code: 'protocol', message: expect.stringContaining('key a') },
      covered: [],
    })
  })

  it('asks for parts of what is looked at, at once, and of nothing else', async () => {
    const asked: unknown[] = []
    const w = world()
    await w.start('c1', { closer: async (_, { wanted }) => void asked.push(wanted) })
    await w.clock.advance(10_000)
    expect(asked).toEqual([])
    const urn = (key: string) => formatUrn({ system: 'toy', instance: 'toy at http://c1:80', collection: 'things', key: [key] })
    const stop = w.collector.look({ collections: [], urns: [urn('a')] })
    await w.clock.advance(10)
    expect(asked).toEqual([[{ thing: 'a' }]])
    w.collector.want('c1', 'parts', [{ thing: 'sick' }])
    await w.clock.advance(1_000)
    expect(asked.at(-1)).toEqual([{ thing: 'a' }, { thing: 'sick' }])
    stop()
    w.collector.want('c1', 'parts', [])
    const before = asked.length
    await w.clock.advance(20_000)
    expect(asked).toHaveLength(before)
  })

  it('makes what a feed says within a quarter of a second one round, and opens a silent feed anew', async () => {
    let opened = 0
    const w = world({ timing: { feedSilenceMs: 15_000 } })
    await w.start('c1', {
      news: async (out, { signal }) => {
        opened += 1
        if (opened === 1) for (let id = 0n; id < 10n; id += 1n) out.put('happenings', [{ id, at: new Date(0) }], 'rows')
        await new Promise<void>((_, reject) =>
          signal.addEventListener('abort', () => reject(new AppError('cancelled', 'off')), { once: true }),
        )
      },
    })
    await w.clock.advance(300)
    const news = () => w.store.commits.filter((c) => c.sweep === 'news')
    expect(news().map((c) => c.rows.happenings?.length)).toEqual([10])
    await w.clock.advance(15_000)
    expect(news().at(-1)?.error).toMatchObject({ code: 'timeout' })
    await w.clock.advance(2_000)
    expect(opened).toBe(2)
  })

  it('opens again after a failure to open, with back-off, and says so meanwhile', async () => {
    let up = false
    let tries = 0
    const w = world()
    await w.start('c1', {
      identify: async () => {
        tries += 1
        return up ? 'toy' : lost()
      },
    })
    await w.clock.advance(60_000)
    expect(w.collector.state('c1')).toMatchObject({ state: 'failing', error: { code: 'unreachable' } })
    expect(tries).toBeLessThan(9)
    up = true
    await w.clock.advance(31_000)
    expect(stateOf(w, 'c1')).toBe('answering')
  })

  it('waits for a person where a sign-in is needed', async () => {
    let tries = 0
    const w = world()
    await w.start('c1', {
      identify: async () => {
        tries += 1
        throw new AppError('needs-sign-in', 'who are you')
      },
    })
    await w.clock.advance(3_600_000)
    expect([stateOf(w, 'c1'), tries]).toEqual(['needs-sign-in', 1])
    w.collector.wake('c1')
    await w.clock.advance(10)
    expect(tries).toBe(2)
  })

  it('keeps a server within its budget while nobody looks, and shows it', async () => {
    const w = world()
    await w.start('c1', { requestsPerRound: 5 }, 'same')
    await w.start('c2', { requestsPerRound: 5 }, 'same')
    let most = 0
    for (let i = 0; i < 300; i += 1) {
      await w.clock.advance(1_000)
      most = Math.max(most, w.collector.budgets()[0]?.perMinute ?? 0)
    }
    expect(most).toBeLessThanOrEqual(30)
    expect(most).toBeGreaterThan(15)
    const started = (id: string) => w.store.commits.filter((c) => c.stored.connection === id && c.sweep === 'fleet').length
    expect(Math.min(started('c1'), started('c2'))).toBeGreaterThan(5)
    w.collector.look({ collections: [{ system: 'toy', collection: 'things' }] })
    await w.clock.advance(60_000)
    expect(w.collector.budgets()[0]?.perMinute).toBeGreaterThan(300)
  })

  it('says that our own network is gone when most servers go at one moment, and looks again as soon as one is back', async () => {
    let cut = false
    const w = world()
    const script: ToyScript = { fleet: async (out) => (cut ? lost() : out.put('things', [], 'all')) }
    for (const id of ['c1', 'c2', 'c3']) await w.start(id, script)
    await w.clock.advance(2_000)
    cut = true
    await w.clock.advance(5_000)
    expect(w.collector.offline()).toBeDefined()
    expect(w.collector.notices().map((n) => n.id)).toEqual(['offline'])
    await w.clock.advance(120_000)
    cut = false
    await w.clock.advance(10_000)
    expect(w.collector.offline()).toBeUndefined()
    expect(['c1', 'c2', 'c3'].map((id) => stateOf(w, id))).toEqual(['answering', 'answering', 'answering'])
  })

  it('delays no connection because another one hangs, throws or floods', async () => {
    const starts = async (others: readonly ToyScript[]): Promise<readonly number[]> => {
      const w = world({ timing: { drainMs: 20, roundMs: 5_000, feedSilenceMs: 1e9 } })
      for (const [i, script] of others.entries()) await w.start(`bad${i}`, script)
      await w.start('good')
      await w.clock.advance(60_000)
      return w.store.commits.filter((c) => c.stored.connection === 'good' && c.sweep === 'fleet').map((c) => c.ms)
    }
    const flood: ToyScript = {
      fleet: async (out) =>
        out.put(
          'things',
          Array.from({ length: 3_000 }, (_, i) => thing(`t${i}`)),
          'all',
        ),
    }
    const hang: ToyScript = { fleet: () => new Promise(() => {}) }
    const times = await starts([hang, hang, { fleet: lost }, { identify: lost }, flood, { identify: () => new Promise(() => {}) }])
    // 4 s apart in the background; asked earlier when others lose their servers, never later
    expect(Math.max(...times.slice(1).map((t, i) => t - (times[i] ?? 0)))).toBe(4_000)
    expect(times.length).toBeGreaterThanOrEqual(16)
  })

  it('goes on when the Store cannot keep a round, or judging fails', async () => {
    const faults: string[] = []
    const w = world({
      log: (_, __, message) => void faults.push(message),
      onRound: () => {
        throw new Error('no judgement')
      },
    })
    await w.start('c1')
    w.store.failing = new AppError('disk-full', 'full')
    await w.clock.advance(8_000)
    expect(stateOf(w, 'c1')).toBe('answering')
    expect(faults.filter((f) => f.includes('could not be kept')).length).toBeGreaterThan(0)
    expect(faults.filter((f) => f.includes('judging')).length).toBeGreaterThan(0)
    w.store.failing = undefined
    await w.clock.advance(8_000)
    expect(w.store.held('c1', 'things')).toEqual(['a', 'b'])
  })

  it('stores no round earlier than the one before, though the clock jumps back', async () => {
    const w = world()
    await w.start('c1')
    w.clock.jump(-86_400_000)
    await w.clock.advance(8_000)
    const times = w.store.commits.filter((c) => c.sweep === 'fleet').map((c) => c.at.getTime())
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it('leaves nothing open when a connection is removed, and ends its coverage', async () => {
    const w = world()
    await w.start('c1')
    const removing = w.collector.remove('c1')
    await w.clock.advance(3_000)
    await removing
    expect([w.store.open, w.store.closed, w.collector.states()]).toEqual([0, ['c1'], []])
    const before = w.store.commits.length
    await w.clock.advance(60_000)
    expect(w.store.commits).toHaveLength(before)
  })

  it('is rid of a connection at once whose server never says who it is', async () => {
    const w = world()
    await w.start('c1', { identify: () => new Promise(() => {}) })
    expect(stateOf(w, 'c1')).toBe('opening')
    let gone = false
    const removing = w.collector.remove('c1').then(() => {
      gone = true
    })
    await w.clock.advance(1_000)
    expect(gone).toBe(true)
    await removing
  })

  it('takes changes of one connection one after the other, and the last one stands alone', async () => {
    const w = world()
    await w.start('c1', {}, 'first')
    const changes = Promise.all([
      w.collector.put(profile('c1', 'second')),
      w.collector.put(profile('c1', 'third')),
      w.collector.put(profile('c2')),
      w.collector.remove('c2'),
    ])
    await w.clock.advance(10_000)
    await changes
    expect(w.collector.profiles()).toEqual([profile('c1', 'third')])
    w.rounds.splice(0)
    await w.clock.advance(60_000)
    expect(new Set(w.rounds.map((r) => `${r.stored.connection} ${r.stored.instance}`))).toEqual(new Set(['c1 toy at http://third:80']))
  })

  it('collects on demand, and answers when that round is stored', async () => {
    let size = 1n
    const w = world()
    await w.start('c1', { fleet: async (out) => out.put('things', [thing('a', size)], 'all') })
    size = 2n
    await w.collector.collectNow('c1')
    expect(w.store.commits.at(-1)?.rows.things?.[0]).toMatchObject({ size: 2n })
  })

  it('gives the items of a read, and refuses inputs that are not declared', async () => {
    const w = world()
    await w.start('c1')
    const signal = new AbortController().signal
    const seen: unknown[] = []
    for await (const items of w.collector.read('c1', 'numbers', { upTo: 3 }, signal)) seen.push(...items)
    expect(seen).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }])
    const bad = async (read: string, input: Record<string, unknown>) => w.collector.read('c1', read, input, signal).next()
    await expect(bad('letters', {})).rejects.toMatchObject({ data: { code: 'bad-request' } })
    await expect(bad('numbers', {})).rejects.toThrow('needs upTo')
    await expect(bad('numbers', { upTo: '3' })).rejects.toThrow('must be a number')
    await expect(bad('numbers', { upTo: 3, more: 1 })).rejects.toThrow('more is nothing')
  })

  it('tests a profile step by step, and leaves nothing behind', async () => {
    const w = world()
    const steps = async (address: string) => {
      const all = []
      for await (const step of w.collector.test(profile('new', address), new AbortController().signal)) all.push(step)
      return all
    }
    expect((await steps('there')).map((s) => [s.name, s.ok, s.detail])).toEqual([
      ['Addresses and settings', true, 'http://there:80'],
      ['Who answers', true, 'toy at http://there:80 (known by server)'],
      ['First round', true, '2 Things'],
      ['What it cost', true, '1 requests, 0 writes'],
    ])
    expect(await steps('a b')).toMatchObject([{ name: 'Addresses and settings', ok: false }])
    expect([w.store.commits, w.collector.states()]).toEqual([[], []])
  })
})
