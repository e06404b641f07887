import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonValue, maxDepth, parseJson } from './parse-json.ts'

/** True for a number that JSON writes as a whole one and no double holds exactly. */
const isInexact = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && !String(value).includes('e')

/** As JSON.parse gives it, with the prototypes taken off and whole numbers beyond 2^53 as bigint. */
const bare = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(bare)
    : typeof value === 'object' && value !== null
      ? Object.assign(Object.create(null), Object.fromEntries(Object.entries(value).map(([k, v]) => [k, bare(v)])))
      : isInexact(value)
        ? BigInt(String(value))
        : value

describe('parsing JSON', () => {
  it('agrees with the platform on everything but exactness', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false } as object), (text) => {
        expect(parseJson(text)).toEqual(bare(JSON.parse(text)))
      }),
      { examples: [['{"":9007199254740992}']] },
    )
  })

  it('refuses exactly what the platform refuses', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\\', '\n', '0', '-', '.', 'e'), (text, at, noise) => {
        const place = at % (text.length + 1)
        const damaged = text.slice(0, place) + noise + text.slice(place + 1)
        let fits = true
        try {
          JSON.parse(damaged)
        } catch {
          fits = false
        }
        if (fits) expect(() => parseJson(damaged)).not.toThrow()
        else expect(() => parseJson(damaged)).toThrow('no JSON')
      }),
    )
  })

  it.each<[string, JsonValue]>([
    ['9223372036854775807', 9_223_372_036_854_775_807n],
    ['-9007199254740993', -9_007_199_254_740_993n],
    ['9007199254740991', 9_007_199_254_740_991],
    ['1e400', '1e400'],
    ['-1e999', '-1e999'],
    ['-0', -0],
    ['1.50', 1.5],
    [`1${'0'.repeat(2_000)}`, `1${'0'.repeat(2_000)}`],
    ['"\\ud800"', '\ud800'],
  ])('keeps %s exactly', (text, value) => {
    expect(parseJson(text)).toBe(value)
  })

  it('pollutes nothing, and lets the last of two equal names hold', () => {
    const parsed = parseJson('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1,"a":2}')
    expect(Object.keys(parsed as object)).toEqual(['__proto__', 'constructor', 'a'])
    expect(Object.getPrototypeOf(parsed)).toBeNull()
    expect((parsed as { a: number }).a).toBe(2)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('bounds the depth', () => {
    const nested = (n: number) => '['.repeat(n) + ']'.repeat(n)
    expect(() => parseJson(nested(maxDepth))).not.toThrow()
    expect(() => parseJson(nested(maxDepth + 1))).toThrow('nested deeper')
    expect(() => parseJson(nested(100_000))).toThrow('nested deeper')
  })

  it('skips a byte order mark, and refuses two documents', () => {
    expect(parseJson('\ufeff[1]')).toEqual([1])
    expect(() => parseJson('{} {}')).toThrow('something follows')
  })
})
