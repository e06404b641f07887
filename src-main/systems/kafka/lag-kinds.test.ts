import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMarkersOnly, type Lag, type LagQuestion, lagOf } from './lag-kinds.ts'

const question = (
  earliest: bigint,
  committed: bigint,
  highWatermark: bigint,
  lastStable: bigint,
  more: Partial<LagQuestion> = {},
  commitEpoch = -1,
  endEpoch = 0,
): LagQuestion => ({
  commit: { offset: committed, leaderEpoch: commitEpoch },
  commitError: 0,
  topicExists: true,
  leaderless: false,
  recreated: false,
  partition: { earliest, highWatermark, lastStable, leaderEpoch: endEpoch },
  ...more,
})

describe('lag kinds: acceptance vectors (earliest, committed, high watermark, last stable)', () => {
  test('(0,100,100,100) is EXACT 0', () => {
    expect(lagOf(question(0n, 100n, 100n, 100n))).toMatchObject({ kind: 'EXACT', lag: 0n, visibleLag: 0n, txnBlocked: 0n })
  })
  test('(0,90,100,100) is EXACT 10', () => {
    expect(lagOf(question(0n, 90n, 100n, 100n))).toMatchObject({ kind: 'EXACT', lag: 10n, visibleLag: 10n })
  })
  test('(0,90,100,90) is EXACT 10 with nothing visible and 10 blocked by a transaction', () => {
    expect(lagOf(question(0n, 90n, 100n, 90n))).toMatchObject({ kind: 'EXACT', lag: 10n, visibleLag: 0n, txnBlocked: 10n })
  })
  test('(50,20,100,100) is EXPIRED 50 with at most 30 lost', () => {
    expect(lagOf(question(50n, 20n, 100n, 100n))).toMatchObject({ kind: 'EXPIRED', lag: 50n, lostAtMost: 30n })
  })
  test('(0,120,100,100) is TRUNCATED by 20', () => {
    expect(lagOf(question(0n, 120n, 100n, 100n))).toEqual({ kind: 'TRUNCATED', overshoot: 20n })
  })
  test('(0,-1,100,100) is NO_COMMIT with 100 unread', () => {
    expect(lagOf(question(0n, -1n, 100n, 100n))).toEqual({ kind: 'NO_COMMIT', unread: 100n })
  })
  test('(100,-1,100,100) is NO_COMMIT with 0 unread', () => {
    expect(lagOf(question(100n, -1n, 100n, 100n))).toEqual({ kind: 'NO_COMMIT', unread: 0n })
  })
  test('(100,100,100,100) is EMPTY_LOG 0', () => {
    expect(lagOf(question(100n, 100n, 100n, 100n))).toMatchObject({ kind: 'EMPTY_LOG', lag: 0n })
  })
  test('(100,40,100,100) is EXPIRED 0 with at most 60 lost', () => {
    expect(lagOf(question(100n, 40n, 100n, 100n))).toMatchObject({ kind: 'EXPIRED', lag: 0n, lostAtMost: 60n })
  })
  test('(0,99,100,100) with a marker at 99 has nothing left to read', () => {
    expect(lagOf(question(0n, 99n, 100n, 100n))).toMatchObject({ kind: 'EXACT', lag: 1n })
    expect(isMarkersOnly(99n, 100n, [{ lastOffset: 99n, fate: 'control', offsets: [99n] }])).toBe(true)
  })
  test('a commit of epoch 7 over an end of epoch 2 is STALE_COMMIT', () => {
    expect(lagOf(question(0n, 50n, 100n, 100n, {}, 7, 2))).toEqual({ kind: 'STALE_COMMIT' })
  })
  test('a commit of epoch 7 with an end of epoch 7 is EXACT, whatever older metadata said', () => {
    expect(lagOf(question(0n, 50n, 100n, 100n, {}, 7, 7))).toMatchObject({ kind: 'EXACT', lag: 50n })
  })
  test('a partition without leader is OFFLINE', () => {
    expect(lagOf(question(0n, 50n, 100n, 100n, { leaderless: true, partition: { unanswered: 'no leader' } }))).toEqual({ kind: 'OFFLINE' })
  })
  test('a commit for a topic that is in no metadata is TOPIC_GONE', () => {
    expect(lagOf(question(0n, 50n, 100n, 100n, { topicExists: false, partition: { unanswered: 'no topic' } }))).toEqual({
      kind: 'TOPIC_GONE',
    })
  })
})

describe('lag kinds: what is not known', () => {
  test('an error of the group names its code and has no number', () => {
    expect(lagOf(question(0n, 50n, 100n, 100n, { commitError: 30 }))).toEqual({ kind: 'ERROR', why: 'GROUP_AUTHORIZATION_FAILED' })
  })
  test('a leader that did not answer leaves an ERROR, not a number', () => {
    expect(lagOf(question(0n, 50n, 100n, 100n, { partition: { unanswered: 'no answer from broker 3' } }))).toEqual({
      kind: 'ERROR',
      why: 'no answer from broker 3',
    })
  })
  test('an unchanged commit on a topic with a new id is STALE_COMMIT', () => {
    expect(lagOf(question(0n, 50n, 100n, 100n, { recreated: true }))).toEqual({ kind: 'STALE_COMMIT' })
  })
  test('an unanswered last stable offset leaves out what depends on it', () => {
    const lag = lagOf({ ...question(0n, 90n, 100n, 0n), partition: { earliest: 0n, highWatermark: 100n, leaderEpoch: 0 } })
    expect(lag).toEqual({ kind: 'EXACT', lag: 10n })
  })
  test('aborted and compacted-away records leave nothing to read', () => {
    const batches = [
      { lastOffset: 92n, fate: 'aborted' as const, offsets: [90n, 91n, 92n] },
      { lastOffset: 98n, fate: 'visible' as const, offsets: [] },
      { lastOffset: 99n, fate: 'control' as const, offsets: [99n] },
    ]
    expect(isMarkersOnly(90n, 100n, batches)).toBe(true)
  })
  test('one readable record, or an answer that stops short of the end, proves nothing', () => {
    expect(isMarkersOnly(98n, 100n, [{ lastOffset: 99n, fate: 'visible', offsets: [98n, 99n] }])).toBe(false)
    expect(isMarkersOnly(90n, 100n, [{ lastOffset: 95n, fate: 'control', offsets: [95n] }])).toBe(false)
    expect(isMarkersOnly(90n, 100n, [])).toBe(false)
  })
  test('records before the commit in a shared batch do not count as unread', () => {
    expect(
      isMarkersOnly(99n, 100n, [
        { lastOffset: 98n, fate: 'visible', offsets: [97n, 98n] },
        { lastOffset: 99n, fate: 'control', offsets: [99n] },
      ]),
    ).toBe(true)
  })
})

const offset = fc.bigInt({ min: 0n, max: 1_000n })
const anyQuestion: fc.Arbitrary<LagQuestion> = fc.record({
  commit: fc.option(fc.record({ offset: fc.bigInt({ min: -1n, max: 2_000n }), leaderEpoch: fc.integer({ min: -1, max: 9 }) }), {
    nil: undefined,
  }),
  commitError: fc.constantFrom(0, 0, 0, 0, 30, 15, 199),
  topicExists: fc.boolean(),
  leaderless: fc.boolean(),
  recreated: fc.boolean(),
  partition: fc.oneof(
    fc.tuple(offset, offset, offset).map(([start, length, open]) => ({
      earliest: start,
      highWatermark: start + length,
      lastStable: open > start + length ? start + length : open,
      leaderEpoch: 3,
    })),
    fc.constant({ unanswered: 'no answer' }),
  ),
})
const numbers = (lag: Lag): readonly bigint[] => Object.values(lag).filter((value) => typeof value === 'bigint')

describe('lag kinds: properties', () => {
  test('no number is ever negative', () => {
    fc.assert(fc.property(anyQuestion, (asked) => numbers(lagOf(asked)).every((n) => n >= 0n)))
  })
  test('a lag appears exactly with the kinds that prove one', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const lag = lagOf(asked)
        expect('lag' in lag).toBe(lag.kind === 'EXACT' || lag.kind === 'EMPTY_LOG' || lag.kind === 'EXPIRED')
      }),
    )
  })
  test('a lag never exceeds what lies in the partition', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const lag = lagOf(asked)
        if ('lag' in lag && 'earliest' in asked.partition)
          expect(lag.lag <= asked.partition.highWatermark - asked.partition.earliest).toBe(true)
      }),
    )
  })
})
