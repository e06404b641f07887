import { describe, expect, it } from 'vitest'
import { AppError, type ErrorData } from '../../shared/model/app-error.ts'
import { createSchedule, type Every, type RoundAsk, type Schedule } from './schedule.ts'
import { createFakeClock, type FakeClock } from './toy/fake-clock.ts'

const lost = new AppError('unreachable', 'gone').data
interface World {
  readonly clock: FakeClock
  readonly schedule: Schedule
  readonly starts: number[]
  readonly asks: RoundAsk[]
  most: number
  takesMs: number
  fails: ErrorData | undefined
  watched: boolean
  wanted: boolean
  waitMs: () => number
}
function world(every: Every, given: Partial<Pick<World, 'takesMs' | 'watched' | 'wanted'>> = {}): World {
  const clock = createFakeClock()
  let running = 0
  const w: World = {
    clock,
    starts: [],
    asks: [],
    most: 0,
    takesMs: 0,
    fails: undefined,
    watched: false,
    wanted: false,
    waitMs: () => 0,
    ...given,
    schedule: createSchedule({
      clock,
      random: () => 0.5,
      sweeps: [{ name: 's', every }],
      watched: () => w.watched,
      wanted: () => w.wanted,
      waitMs: () => w.waitMs(),
      run: async (ask) => {
        w.starts.push(clock.monotonicMs())
        w.asks.push(ask)
        running += 1
        w.most = Math.max(w.most, running)
        await new Promise<void>((resolve) => {
          clock.after(w.takesMs, resolve)
          ask.signal.addEventListener('abort', () => resolve())
        })
        running -= 1
        return ask.signal.aborted ? (ask.signal.reason as AppError).data : w.fails
      },
    }),
  }
  return w
}
const gaps = (times: readonly number[]): number[] => times.slice(1).map((t, i) => t - (times[i] ?? 0))

describe('the schedule', () => {
  it('goes at the background pace, and at the watched pace while somebody looks', async () => {
    const w = world({ watched: 5, background: 20 })
    w.schedule.start()
    await w.clock.advance(50_000)
    expect(w.starts).toEqual([0, 20_000, 40_000])
    w.watched = true
    w.schedule.looksChanged()
    await w.clock.advance(10_000)
    expect(w.starts.slice(3)).toEqual([50_000, 55_000, 60_000])
    w.watched = false
    w.schedule.looksChanged()
    await w.clock.advance(39_000)
    expect(w.starts.slice(6)).toEqual([80_000])
  })

  it('asks for watched things only while some are wanted', async () => {
    const w = world('watched')
    w.schedule.start()
    await w.clock.advance(20_000)
    expect(w.starts).toEqual([])
    w.wanted = true
    w.schedule.looksChanged()
    await w.clock.advance(11_000)
    expect(w.starts).toEqual([20_000, 25_000, 30_000])
    w.wanted = false
    w.schedule.looksChanged()
    await w.clock.advance(20_000)
    expect(w.starts).toHaveLength(3)
  })

  it('looks back once at first contact, until it worked', async () => {
    const w = world('first-contact')
    w.fails = lost
    w.schedule.start()
    await w.clock.advance(400)
    w.fails = undefined
    await w.clock.advance(600_000)
    expect(w.asks.map((a) => a.first)).toEqual([true, true])
  })

  it('backs off with jitter, opens after five failures and then tries every 30 s', async () => {
    const w = world({ watched: 5, background: 5 })
    w.fails = lost
    w.schedule.start()
    await w.clock.advance(120_000)
    expect(gaps(w.starts)).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000, 30_000])
    w.fails = undefined
    await w.clock.advance(30_000)
    expect(w.schedule.status()[0]?.error).toBeUndefined()
  })

  it('tries a link that flaps less and less often', async () => {
    const w = world({ watched: 20, background: 20 })
    w.schedule.start()
    for (let i = 0; i < 300; i += 1) {
      w.fails = i % 2 === 0 ? undefined : lost
      await w.clock.advance(2_000)
    }
    expect(w.starts.length).toBeLessThanOrEqual(60)
  })

  it('asks seldom for what nobody can mend by asking, and never by itself without a sign-in', async () => {
    const w = world({ watched: 5, background: 5 })
    w.fails = new AppError('forbidden', 'no').data
    w.schedule.start()
    await w.clock.advance(179_000)
    expect(w.starts).toEqual([0, 60_000, 120_000])
    w.fails = new AppError('needs-sign-in', 'who are you').data
    await w.clock.advance(3_600_000)
    expect(w.starts).toEqual([0, 60_000, 120_000, 180_000])
    w.fails = undefined
    const now = w.schedule.now()
    await w.clock.advance(10_000)
    await now
    expect(w.starts.slice(4)).toHaveLength(3)
  })

  it('never runs two rounds of a sweep at once, and makes up for no late one', async () => {
    const w = world({ watched: 5, background: 5 }, { takesMs: 12_000 })
    w.schedule.start()
    for (let i = 0; i < 10; i += 1) w.schedule.wake('s')
    await w.clock.advance(60_000)
    expect(w.most).toBe(1)
    // one more at once for the wake-ups during the first, then a second of breath after each round
    expect(w.starts).toEqual([0, 12_000, 25_000, 38_000, 51_000])
  })

  it('catches up with one round after a sleep, whatever the wall clock says', async () => {
    const w = world({ watched: 5, background: 5 })
    w.schedule.start()
    await w.clock.advance(7_000)
    w.clock.jump(-86_400_000)
    await w.clock.advance(5_000)
    w.clock.jump(2 * 86_400_000)
    await w.clock.advance(5_000)
    expect(w.starts).toEqual([0, 5_000, 10_000, 15_000])
  })

  it('coalesces wake-ups to one a second, and lets none past a back-off', async () => {
    const w = world({ watched: 60, background: 60 })
    w.schedule.start()
    await w.clock.advance(10_000)
    for (let i = 0; i < 50; i += 1) {
      w.schedule.wake('s')
      await w.clock.advance(100)
    }
    expect(w.starts.length).toBeLessThanOrEqual(1 + 6)
    w.fails = lost
    await w.clock.advance(1_000)
    w.schedule.wake('s')
    await w.clock.advance(10)
    const failed = w.starts.length
    for (let i = 0; i < 4; i += 1) w.schedule.wake('s')
    await w.clock.advance(10)
    expect(w.starts).toHaveLength(failed)
  })

  it('calls off a round that takes longer than its deadline', async () => {
    const w = world({ watched: 5, background: 5 }, { takesMs: 1_000_000 })
    w.schedule.start()
    await w.clock.advance(60_000)
    expect(w.schedule.status()[0]).toMatchObject({ error: { code: 'timeout' } })
  })

  it('waits in the background until the budget has room, but not while somebody looks', async () => {
    const w = world({ watched: 5, background: 5 })
    w.schedule.start()
    await w.clock.advance(0)
    w.waitMs = () => (w.clock.monotonicMs() < 33_000 ? 33_000 - w.clock.monotonicMs() : 0)
    await w.clock.advance(34_000)
    expect(w.starts).toEqual([0, 33_000])
    w.waitMs = () => 1_000_000
    w.watched = true
    w.schedule.looksChanged()
    await w.clock.advance(10_000)
    expect(w.starts.slice(2)).toEqual([38_000, 43_000])
  })

  it('opens a feed again a second after it ended', async () => {
    const w = world('feed', { takesMs: 100_000 })
    w.schedule.start()
    await w.clock.advance(250_000)
    expect(w.starts).toEqual([0, 101_000, 202_000])
  })

  it('starts nothing after it was stopped, and lets nobody wait for it', async () => {
    const w = world({ watched: 5, background: 5 }, { takesMs: 3_000 })
    w.schedule.start()
    await w.clock.advance(1_000)
    const waiting = w.schedule.now()
    w.schedule.stop(new AppError('cancelled', 'closed'))
    await waiting
    await w.clock.advance(100_000)
    expect(w.starts).toEqual([0])
  })
})
