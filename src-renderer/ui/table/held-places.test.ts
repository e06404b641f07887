import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heldPlaces } from './held-places.ts'

const inOrder = (ids: string, from = 0): ReadonlyMap<number, string> => new Map([...ids].map((id, i) => [from + i, id]))
/** What is drawn, a dot where nothing is. */
const drawn = (places: ReadonlyMap<number, string>, total: number): string =>
  Array.from({ length: total }, (_, i) => places.get(i) ?? '.').join('')
const after = (held: string, now: string): string => drawn(heldPlaces(inOrder(held), inOrder(now), now.length), now.length)

describe('a held order', () => {
  it.each([
    ['abcd', 'dabc', 'abcd', 'stays when others become worse'],
    ['abcd', 'xabcd', 'abcdx', 'gives a new row the place left over, and draws nobody twice'],
    ['abcd', 'acd', 'adc', 'drops a row that is gone, and none that exists'],
    ['abcd', 'xacd', 'axcd', 'gives a new row the place of one that is gone'],
    ['abcd', '', '', 'is empty where nobody is left'],
    ['', 'abc', 'abc', 'begins as the true one'],
  ])('%s, then truly %s: shown %s; it %s', (held, now, shown) => expect(after(held, now)).toBe(shown))

  it('keeps the place of a row that is only not loaded', () => {
    expect(drawn(heldPlaces(inOrder('abcd'), inOrder('ab'), 4), 4)).toBe('abcd')
  })
  it('draws a row at its true place in a block that comes later, unless it stands elsewhere already', () => {
    // x came first, so that d is now the first of the second block; x was seen and has no place yet.
    expect(drawn(heldPlaces(inOrder('abcd'), inOrder('de', 4), 6, ['a', 'b', 'c', 'd', 'x']), 6)).toBe('abcdxe')
  })
  it('draws every row exactly once wherever all of them are there', () => {
    const ids = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 })
    fc.assert(
      fc.property(fc.array(ids, { minLength: 1, maxLength: 5 }), (orders) => {
        let places: ReadonlyMap<number, string> = new Map()
        for (const order of orders) {
          places = heldPlaces(places, new Map(order.map((id, i) => [i, id])), order.length)
          expect([...places.values()].toSorted()).toEqual(order.toSorted())
          expect([...places.keys()].toSorted()).toEqual(order.map((_, i) => i))
        }
      }),
    )
  })
})
