import { describe, expect, test } from 'vitest'
import { drainTimeMs, groupDrainTimeMs, median, ratePerSecond, theilSen, timeToDataLossMs } from './rates.ts'

describe('rates', () => {
  test('a rate is what changed over the time it took', () => {
    expect(
      ratePerSecond([
        { at: 0, value: 100 },
        { at: 10_000, value: 400 },
      ]),
    ).toBe(30)
    expect(ratePerSecond([{ at: 0, value: 100 }])).toBeUndefined()
    expect(
      ratePerSecond([
        { at: 5, value: 1 },
        { at: 5, value: 9 },
      ]),
    ).toBeUndefined()
  })
  test('a single burst does not turn a falling trend', () => {
    const points = [100, 90, 80, 900, 60, 50, 40].map((value, i) => ({ at: i * 1000, value }))
    expect(theilSen(points)).toBeLessThan(0)
  })
  test('many points give the slope of the line they lie on', () => {
    expect(theilSen(Array.from({ length: 200 }, (_, i) => ({ at: i * 1000, value: 3 * i })))).toBeCloseTo(3)
  })
  test('the median of an even number lies between the middle two', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeUndefined()
  })
  test('lag drains at what is consumed beyond what is produced, or never', () => {
    expect(drainTimeMs(1_000n, 50, 150)).toBe(10_000)
    expect(drainTimeMs(1_000n, 150, 150)).toBe('never')
    expect(drainTimeMs(1_000n, undefined, 150)).toBeUndefined()
    expect(drainTimeMs(0n, undefined, undefined)).toBe(0)
  })
  test('a group is done with its slowest partition', () => {
    expect(groupDrainTimeMs([1_000, 5_000])).toBe(5_000)
    expect(groupDrainTimeMs([1_000, 'never', undefined])).toBe('never')
    expect(groupDrainTimeMs([1_000, undefined])).toBeUndefined()
  })
  test('retention reaches the first unread record when the log start is faster than the commit', () => {
    expect(timeToDataLossMs(1_000n, 400n, 10, 4)).toBe(100_000)
    expect(timeToDataLossMs(1_000n, 400n, 4, 10)).toBeUndefined()
    expect(timeToDataLossMs(300n, 400n, 10, 4)).toBe(0)
  })
})
