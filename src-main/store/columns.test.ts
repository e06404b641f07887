import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytes,
  count,
  decimal,
  duration,
  flag,
  instant,
  int64,
  interval,
  json,
  list,
  name,
  oneOf,
  text,
} from '../../shared/model/fields.ts'
import { reasons, unknown } from '../../shared/model/known.ts'
import { decode, encode, transferables } from './columns.ts'

const fields = {
  id: name('id'),
  note: text('note'),
  state: oneOf('state', ['UP', 'DOWN']),
  hosts: list('hosts'),
  on: flag('on'),
  offset: int64('offset'),
  size: bytes('size'),
  price: decimal('price'),
  at: instant('at'),
  held: interval('held'),
  took: duration('took'),
  rate: count('rate', 'records/s'),
  tree: json('tree'),
}
const why = fc.record({ unknown: fc.constantFrom(...reasons) })
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.oneof({ weight: 4, arbitrary: of }, why)
const date = fc.date({ noInvalidDate: true, min: new Date(-8e14), max: new Date(8e14) })
const row = fc.record({
  id: fc.string({ unit: 'binary' }),
  note: maybe(fc.string()),
  state: maybe(fc.constantFrom('UP', 'DOWN')),
  hosts: maybe(fc.array(fc.string())),
  on: maybe(fc.boolean()),
  offset: maybe(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  size: maybe(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })),
  price: maybe(fc.constantFrom('1.000', '-12345678901234567890.1')),
  at: maybe(date),
  held: maybe(
    fc.oneof(
      date.map((from) => ({ from })),
      date.map((to) => ({ to })),
      fc.tuple(date, date).map(([from, to]) => ({ from, to })),
    ),
  ),
  took: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
  rate: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
  tree: maybe(fc.constantFrom(null, 1, 'x', [1, { a: true }], { b: [null] })),
})

describe('columns', () => {
  it('give back every row exactly, also after they crossed a boundary', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        const sent = encode({ fields, key: ['id'] }, rows as never)
        const got = structuredClone(sent, { transfer: [...transferables(sent)] })
        expect(decode(fields, got)).toEqual(rows)
      }),
    )
  })

  it('say unrecognised, with its text, for what a column cannot hold', () => {
    const only = { state: fields.state, offset: fields.offset, rate: fields.rate, at: fields.at }
    const rows = [{ state: 'SIDEWAYS', offset: 2n ** 63n, rate: Number.POSITIVE_INFINITY, at: new Date(Number.NaN) }]
    expect(decode(only, encode({ fields: only, key: [] }, rows))).toEqual([
      {
        state: unknown('unrecognised', 'SIDEWAYS'),
        offset: unknown('unrecognised', '9223372036854775808'),
        rate: unknown('unrecognised', 'Infinity'),
        at: unknown('unrecognised', 'Invalid Date'),
      },
    ])
  })

  it('name the field where a connector puts the wrong type or nothing', () => {
    expect(() => encode({ fields: { offset: fields.offset }, key: [] }, [{ offset: 3 }])).toThrow(
      'put number into offset, which holds int64',
    )
    expect(() => encode({ fields: { note: fields.note }, key: [] }, [{}])).toThrow('put nothing into note')
  })
})
