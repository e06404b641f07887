import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bestTimeLag, nothingUnread, observe, type Run, timeLagFromHistory, timeLagFromLadder, timeLagFromRecord } from './time-lag.ts'

const historyOf = (...points: readonly (readonly [hw: bigint, at: number])[]): readonly Run[] =>
  points.reduce<readonly Run[]>((history, [hw, at]) => observe(history, hw, at), [])

function timesAfter(gaps: readonly number[]): readonly number[] {
  let at = 0
  return gaps.map((gap) => {
    at += gap
    return at
  })
}

describe('time lag from our own observations (M1)', () => {
  const history = historyOf([100n, 0], [100n, 9], [200n, 10])
  test('history [(100,t0),(100,t9),(200,t10)], commit 150, now t20: between 10 and 11', () => {
    expect(timeLagFromHistory(history, 150n, 20)).toMatchObject({ loMs: 10, hiMs: 11, method: 'M1', since: 'append' })
  })
  test('the same history, commit 90: at least 20 and no upper end', () => {
    const lag = timeLagFromHistory(history, 90n, 20)
    expect(lag).toEqual({ loMs: 20, method: 'M1', since: 'append' })
  })
  test('a commit at the newest end has nothing unread to date', () => {
    expect(timeLagFromHistory(history, 200n, 20)).toBeUndefined()
  })
  test('a lower high watermark starts a new history', () => {
    expect(observe(history, 5n, 30)).toEqual([{ highWatermark: 5n, firstAt: 30, lastAt: 30 }])
  })
  test('a flat run keeps only its first and last time', () => {
    expect(historyOf([7n, 1], [7n, 2], [7n, 3])).toEqual([{ highWatermark: 7n, firstAt: 1, lastAt: 3 }])
  })
  test('on a compacted topic only the upper end holds', () => {
    expect(timeLagFromHistory(history, 150n, 20, true)).toEqual({ loMs: 0, hiMs: 11, method: 'M1', since: 'append' })
    expect(timeLagFromHistory(history, 90n, 20, true)).toBeUndefined()
  })
  test('the interval always holds the true age of the record, however seldom we looked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 2, maxLength: 20 }),
        fc.nat(39),
        (gaps, polls, pick) => {
          const appendedAt = timesAfter(gaps)
          const pollTimes = timesAfter(polls)
          const now = Math.max(appendedAt.at(-1) ?? 0, pollTimes.at(-1) ?? 0) + 1
          const history = pollTimes.reduce<readonly Run[]>(
            (runs, at) => observe(runs, BigInt(appendedAt.filter((t) => t <= at).length), at),
            [],
          )
          const committed = pick % appendedAt.length
          const age = now - (appendedAt[committed] ?? 0)
          const lag = timeLagFromHistory(history, BigInt(committed), now)
          if (lag === undefined) return
          expect(lag.loMs).toBeLessThanOrEqual(age)
          if (lag.hiMs !== undefined) expect(age).toBeLessThanOrEqual(lag.hiMs)
        },
      ),
    )
  })
})

describe("time lag from the broker's time index (M2)", () => {
  const minute = 60_000
  test('between the rungs on either side of the commit', () => {
    const rungs = [
      { beforeMs: minute, offset: 90n },
      { beforeMs: 5 * minute, offset: 40n },
    ]
    expect(timeLagFromLadder(rungs, 50n, true)).toEqual({ loMs: minute, hiMs: 5 * minute, method: 'M2', since: 'event' })
  })
  test('no record that young: older than the rung', () => {
    expect(timeLagFromLadder([{ beforeMs: minute, offset: undefined }], 50n, true)).toEqual({ loMs: minute, method: 'M2', since: 'event' })
  })
  test('the upper end is labelled where clients set the timestamps', () => {
    expect(timeLagFromLadder([{ beforeMs: minute, offset: 10n }], 50n, false)).toMatchObject({
      loMs: 0,
      hiMs: minute,
      note: 'timestamps may not be in order',
    })
  })
  test('rungs that contradict each other leave only the lower end', () => {
    const rungs = [
      { beforeMs: minute, offset: 10n },
      { beforeMs: 5 * minute, offset: 90n },
    ]
    expect(timeLagFromLadder(rungs, 50n, false)).toEqual({
      loMs: 5 * minute,
      method: 'M2',
      since: 'event',
      note: 'timestamps may not be in order',
    })
  })
})

describe('time lag from the record itself (M3), and the choice', () => {
  test('a timestamp ahead of us gives 0 and says so', () => {
    expect(timeLagFromRecord(1_000, 900)).toEqual({ loMs: 0, hiMs: 0, pointMs: 0, method: 'M3', since: 'event', note: 'clock skew' })
  })
  test('the record wins over intervals, a closed interval over an open one', () => {
    const open = { loMs: 60_000, method: 'M2', since: 'event' } as const
    const closed = { loMs: 10, hiMs: 20, method: 'M1', since: 'append' } as const
    const exact = timeLagFromRecord(0, 15)
    expect(bestTimeLag(open, closed, exact)).toBe(exact)
    expect(bestTimeLag(open, closed)).toBe(closed)
    expect(bestTimeLag(open, undefined)).toBe(open)
    expect(bestTimeLag(nothingUnread, closed)).toBe(nothingUnread)
    expect(bestTimeLag()).toBeUndefined()
  })
})
