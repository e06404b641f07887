import { describe, expect, it } from 'vitest'
import { capital, counted, singular } from './words.ts'

describe('words', () => {
  it('say one of what a title says many of, and as many as there are of one', () => {
    const pairs = {
      group: 'groups',
      query: 'queries',
      vertex: 'vertices',
      index: 'indices',
      match: 'matches',
      process: 'processes',
      key: 'keys',
    }
    for (const [one, many] of Object.entries(pairs)) {
      expect(singular(many)).toBe(one)
      expect(singular(capital(many))).toBe(capital(one))
      expect(counted(2, one)).toBe(`2 ${many}`)
      expect(counted(1, one)).toBe(`1 ${one}`)
    }
  })

  it('leave what is one already', () => {
    for (const one of ['Progress', 'Quorum', 'lag']) expect(singular(one)).toBe(one)
  })
})
