import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lagKinds } from '../../../shared/systems/kafka/words.ts'
import { type LagOfPartition, totalLag } from './lag-totals.ts'

const at = (
  partition: number,
  lag: bigint | undefined,
  kind: LagOfPartition['kind'] = lag === undefined ? 'ERROR' : 'EXACT',
  orphan = false,
): LagOfPartition => ({
  topic: 'orders',
  partition,
  kind,
  lag,
  orphan,
})

describe('lag totals', () => {
  test('a sum with unknown partitions is "at least"', () => {
    expect(totalLag([at(0, 5n), at(1, undefined), at(2, 7n)])).toMatchObject({
      lag: 12n,
      atLeast: true,
      counted: 2,
      unknown: 1,
      kinds: { EXACT: 2, ERROR: 1 },
    })
  })
  test('nothing known gives no number, not 0', () => {
    expect(totalLag([at(0, undefined)])).toMatchObject({ lag: undefined, atLeast: true })
  })
  test('the largest lag is named with its partition, and how far it stands out', () => {
    expect(totalLag([at(0, 10n), at(1, 10n), at(2, 40n)])).toMatchObject({ max: { topic: 'orders', partition: 2, lag: 40n }, skew: 4 })
  })
  test('topics that no member reads are left out and counted', () => {
    expect(totalLag([at(0, 5n), at(1, 1_000n, 'EXACT', true)])).toMatchObject({ lag: 5n, atLeast: false, orphans: 1 })
  })
  test('unknown partitions never change the sum of the known ones', () => {
    const row = fc.record({
      topic: fc.constant('t'),
      partition: fc.nat(),
      kind: fc.constantFrom(...lagKinds),
      lag: fc.option(fc.bigInt({ min: 0n, max: 10_000n }), { nil: undefined }),
      orphan: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const total = totalLag(rows)
        const judged = rows.filter((r) => !r.orphan)
        const knownLags = judged.flatMap((r) => (r.lag === undefined ? [] : [r.lag]))
        expect(total.lag).toBe(knownLags.length === 0 ? undefined : knownLags.reduce((sum, lag) => sum + lag, 0n))
        expect(total.atLeast).toBe(knownLags.length < judged.length)
        expect(Object.values(total.kinds).reduce((sum, n) => sum + n, 0)).toBe(judged.length)
      }),
    )
  })
})
