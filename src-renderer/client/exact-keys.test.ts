import { expect, it } from 'vitest'
import { exactKey } from './exact-keys.ts'

it('tells numbers, 64-bit numbers and texts apart, and not the order of names', () => {
  expect(exactKey([1n])).not.toBe(exactKey([1]))
  expect(exactKey([1n])).not.toBe(exactKey(['1']))
  expect(exactKey([{ a: 1, b: 2 }])).toBe(exactKey([{ b: 2, a: 1 }]))
  expect(exactKey([9_007_199_254_740_993n])).not.toBe(exactKey([9_007_199_254_740_992n]))
})
