import { describe, expect, test } from 'vitest'
import { type LagSample, lagStatus, pollFrom, type StatusQuestion, samplesOf, windowFor, worstStatus } from './lag-status.ts'

const pollMs = 2_000
const windowMs = 40_000

interface Shape {
  readonly committed: (i: number) => bigint
  readonly end: (i: number) => bigint
  readonly members?: (i: number) => number
  readonly settling?: (i: number) => boolean
}
function samples(count: number, { committed, end, members = () => 1, settling = () => false }: Shape): readonly LagSample[] {
  return Array.from({ length: count }, (_, i) => ({
    at: i * pollMs,
    committed: committed(i),
    highWatermark: end(i),
    lag: end(i) - committed(i),
    members: members(i),
    settling: settling(i),
  }))
}
function ask(seen: readonly LagSample[], more: Partial<StatusQuestion> = {}): StatusQuestion {
  return {
    kind: 'EXACT',
    lag: seen.at(-1)?.lag,
    allowed: 0n,
    protocolType: 'consumer',
    groupState: 'Stable',
    hasOwner: true,
    samples: seen,
    commitEveryMs: undefined,
    now: seen.at(-1)?.at ?? 0,
    windowMs,
    pollMs,
    ...more,
  }
}
const n = BigInt
const growing = (i: number): bigint => 100n + n(i) * 10n
const stuck = (): bigint => 50n

describe('lag status', () => {
  test('a kind without a number stands for itself', () => {
    expect(lagStatus(ask(samples(21, { committed: stuck, end: growing }), { kind: 'OFFLINE', lag: undefined })).status).toBe('OFFLINE')
  })
  test('nothing unread is OK', () => {
    expect(lagStatus(ask(samples(21, { committed: growing, end: growing }))).status).toBe('OK')
  })
  test('a short look is INSUFFICIENT and never alarms', () => {
    expect(lagStatus(ask(samples(2, { committed: (i) => n(i), end: growing }))).status).toBe('INSUFFICIENT')
    expect(lagStatus(ask(samples(8, { committed: (i) => n(i), end: growing }))).status).toBe('INSUFFICIENT')
  })
  test('three polls without a commit while the end moves: STANDING_STILL at once, with its time', () => {
    expect(lagStatus(ask(samples(2, { committed: stuck, end: growing }))).status).toBe('INSUFFICIENT')
    expect(lagStatus(ask(samples(3, { committed: stuck, end: growing })))).toEqual({ status: 'STANDING_STILL', standsSince: 0 })
  })
  test('half a window without a commit and a reader at it: STALLED', () => {
    expect(lagStatus(ask(samples(11, { committed: stuck, end: growing })))).toEqual({ status: 'STALLED', standsSince: 0 })
  })
  test('a record that has just come to a quiet partition stalls nobody: its commit counts as standing from then on', () => {
    const quiet = (after: number): Shape => ({ committed: stuck, end: (i) => (i < after ? 50n : 50n + n(i - after + 1)) })
    expect(lagStatus(ask(samples(21, quiet(20)))).status).toBe('OK')
    expect(lagStatus(ask(samples(21, quiet(18))))).toEqual({ status: 'STANDING_STILL', standsSince: 18 * pollMs })
    expect(lagStatus(ask(samples(21, quiet(10))))).toEqual({ status: 'STALLED', standsSince: 10 * pollMs })
  })
  test('it stays STALLED when nothing new arrives', () => {
    expect(lagStatus(ask(samples(21, { committed: stuck, end: () => 100n }))).status).toBe('STALLED')
  })
  test('a burst that touched zero is OK while the commit moves', () => {
    const seen = samples(21, { committed: (i) => (i === 15 ? growing(i) : growing(i) - 30n), end: growing })
    const moving = seen.map((s, i) => (i > 15 ? { ...s, committed: (s.highWatermark ?? 0n) - 5n, lag: 5n } : s))
    expect(lagStatus(ask(moving)).status).toBe('OK')
  })
  test('a reader that is always a poll behind keeps up: what is unread has only just come', () => {
    const seen = samples(21, { committed: (i) => growing(i) - 9n - n(i % 3), end: growing })
    expect(lagStatus(ask(seen)).status).toBe('OK')
  })
  test('a sample at zero does not excuse a commit that stands', () => {
    const seen = samples(21, { committed: (i) => (i < 15 ? growing(i) : growing(14)), end: growing })
    expect(lagStatus(ask(seen)).status).toBe('STANDING_STILL')
  })
  test('a commit that fell and has not come back is REWIND, noted as a reset by hand when the group was empty', () => {
    const back: Shape = { committed: (i) => (i < 10 ? 90n + n(i) : 10n + n(i)), end: growing, members: (i) => (i === 10 ? 0 : 1) }
    expect(lagStatus(ask(samples(21, back)))).toEqual({ status: 'REWIND', note: 'group was empty then: a reset by hand' })
  })
  test('a commit that fell and was regained is no REWIND', () => {
    const seen = samples(21, { committed: (i) => (i === 5 ? 40n : 50n + n(i)), end: growing })
    expect(lagStatus(ask(seen)).status).toBe('FALLING_BEHIND')
  })
  test('a consumer group that nobody is in: NO_CONSUMER', () => {
    const seen = samples(21, { committed: stuck, end: growing, members: () => 0 })
    expect(lagStatus(ask(seen, { hasOwner: false, groupState: 'Empty' })).status).toBe('NO_CONSUMER')
  })
  test('a consumer group that nobody was in when we came does not stand still: it is too early to tell', () => {
    const seen = samples(5, { committed: stuck, end: growing, members: () => 0 })
    expect(lagStatus(ask(seen, { hasOwner: false, groupState: 'Empty' })).status).toBe('INSUFFICIENT')
  })
  test('a consumer group whose last reader left within the window: STOPPED', () => {
    const seen = samples(21, { committed: (i) => (i < 8 ? 50n + n(i) : 58n), end: growing, members: (i) => (i < 8 ? 1 : 0) })
    expect(lagStatus(ask(seen, { hasOwner: false, groupState: 'Empty' })).status).toBe('STOPPED')
  })
  test('a group that assigns its own partitions and commits nothing more: STOPPED, never NO_CONSUMER', () => {
    const seen = samples(21, { committed: stuck, end: growing, members: () => 0 })
    expect(lagStatus(ask(seen, { hasOwner: false, groupState: 'Empty', protocolType: '' })).status).toBe('STOPPED')
  })
  test('the same group while it commits is judged by its movement', () => {
    const slow = samples(21, { committed: (i) => 50n + n(i), end: growing, members: () => 0 })
    expect(lagStatus(ask(slow, { hasOwner: false, groupState: 'Empty', protocolType: '' })).status).toBe('FALLING_BEHIND')
  })
  test('more than half a window of working out who reads what: REBALANCING', () => {
    const seen = samples(21, { committed: stuck, end: growing, settling: (i) => i > 8 })
    expect(lagStatus(ask(seen, { hasOwner: false, groupState: 'PreparingRebalance' })).status).toBe('REBALANCING')
  })
  test('a stable group in which nobody has the partition: UNASSIGNED', () => {
    const seen = samples(21, { committed: stuck, end: growing })
    expect(lagStatus(ask(seen, { hasOwner: false })).status).toBe('UNASSIGNED')
  })
  test('a lag that grows is FALLING_BEHIND, one that shrinks CATCHING_UP', () => {
    expect(lagStatus(ask(samples(21, { committed: (i) => 50n + n(i), end: growing }))).status).toBe('FALLING_BEHIND')
    expect(lagStatus(ask(samples(21, { committed: (i) => 50n + n(i) * 11n, end: (i) => 1_000n + n(i) }))).status).toBe('CATCHING_UP')
  })
  test('a group that stood and reads again faster than is written catches up, although more is unread than half a window ago', () => {
    const seen = samples(21, { committed: (i) => (i < 16 ? 50n : 50n + n(i - 15) * 3n), end: (i) => 60n + n(i) })
    expect(lagStatus(ask(seen)).status).toBe('CATCHING_UP')
    const slower = samples(21, { committed: (i) => (i < 16 ? 50n : 50n + n(i - 15)), end: (i) => 60n + n(i) * 3n })
    expect(lagStatus(ask(slower)).status).toBe('FALLING_BEHIND')
  })
  test('a group that commits every 20 s does not stand still between two commits', () => {
    const seen = samples(21, { committed: (i) => 50n + n(Math.floor(i / 10)), end: growing })
    expect(lagStatus(ask(seen, { commitEveryMs: 20_000 })).status).toBe('FALLING_BEHIND')
    expect(windowFor(40_000, 20_000)).toBe(60_000)
  })
  test('the worst partition speaks for the group', () => {
    expect(worstStatus(['OK', 'STALLED', 'ERROR'])).toBe('STALLED')
    expect(worstStatus([])).toBeUndefined()
  })
})

describe('samples from change points', () => {
  const curves = {
    committed: [{ at: -90_000, value: 5n }],
    highWatermark: [
      { at: -90_000, value: 9n },
      { at: 4_000, value: 12n },
    ],
    lag: [
      { at: -90_000, value: 4n },
      { at: 4_000, value: 7n },
    ],
    members: [{ at: -90_000, value: 1 }],
    settling: [],
  }
  test('a flat run counts at every poll, and one older sample tells how long the commit has stood', () => {
    const seen = samplesOf(curves, -100_000, 6_000, 10_000, 2_000)
    expect(seen.map((s) => [s.at, s.lag])).toEqual([
      [-90_000, 4n],
      [-4_000, 4n],
      [-2_000, 4n],
      [0, 4n],
      [2_000, 4n],
      [4_000, 7n],
      [6_000, 7n],
    ])
  })
  test('nothing is invented before the watch began', () => {
    expect(samplesOf({ ...curves, committed: [{ at: 5_000, value: 5n }] }, 5_000, 6_000, 10_000, 2_000).map((s) => s.at)).toEqual([
      5_000, 6_000,
    ])
  })
})

describe('the real poll', () => {
  test('is read from the times at which anything changed, and never longer than planned', () => {
    const steps = (...ats: readonly number[]) => ats.map((at) => ({ at, value: 1n }))
    expect(pollFrom([steps(0, 5_000, 10_000), steps(0, 15_000, 20_000)], 0, 20_000)).toBe(5_000)
    expect(pollFrom([steps(0, 60_000, 120_000)], 0, 20_000)).toBe(20_000)
    expect(pollFrom([steps(0)], 0, 20_000)).toBe(20_000)
  })
})
