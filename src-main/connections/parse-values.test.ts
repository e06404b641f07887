import { describe, expect, it } from 'vitest'
import { count, flag, instant, int64, list, oneOf, optional, text } from '../../shared/model/fields.ts'
import { parseValues } from './parse-values.ts'

const fields = {
  topic: text('Which topic'),
  from: int64('First offset'),
  way: optional(oneOf('Which way', ['up', 'down'])),
  at: optional(instant('When')),
  all: optional(flag('All')),
  few: optional(list('Some')),
  rate: optional(count('How many', 'records/s')),
}

describe('declared values', () => {
  it('are read in their own types, exact numbers and times also from text', () => {
    expect(parseValues(fields, { topic: 't', from: '9223372036854775807', at: '2026-01-01T00:00:00Z', way: 'up' }, 'x')).toEqual({
      topic: 't',
      from: 9_223_372_036_854_775_807n,
      at: new Date(Date.UTC(2026, 0, 1)),
      way: 'up',
    })
    expect(parseValues(fields, { topic: 't', from: 7 }, 'x')).toEqual({ topic: 't', from: 7n })
  })

  it.each([
    [{ topic: 't' }, 'x needs from: First offset.'],
    [{ topic: 1, from: 1n }, 'topic of x must be a text'],
    [{ topic: 't', from: 2n ** 63n }, 'from of x must be a whole number of at most 64 bits'],
    [{ topic: 't', from: 1.5 }, 'from of x must be'],
    [{ topic: 't', from: 1n, way: 'left' }, 'way of x must be one of up, down'],
    [{ topic: 't', from: 1n, at: 'yesterday' }, 'at of x must be a time'],
    [{ topic: 't', from: 1n, few: [1] }, 'few of x must be a list'],
    [{ topic: 't', from: 1n, rate: Number.NaN }, 'rate of x must be a number'],
    [{ topic: 't', from: 1n, __proto__x: 1 }, '__proto__x is nothing that x knows'],
    [{ topic: 't', from: 1n, constructor: 1 }, 'constructor is nothing that x knows'],
  ])('%o are refused: %s', (given, why) => {
    expect(() => parseValues(fields, given, 'x')).toThrow(why)
  })
})
