import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indentJson } from './indent-json.ts'

describe('a record indented for the eye', () => {
  it.each(['9007199254740993', '1.10', '1e400', '-0', '"\\u0041\\/"', '"a\\"b {x: [1, 2]}"', '"\u202e"'])(
    'keeps %s as it was written',
    (value) => {
      expect(indentJson(`{"id":${value}}`)).toBe(`{\n  "id": ${value}\n}`)
    },
  )
  it('keeps both of two equal keys', () => {
    expect(indentJson('{"a":1,"a":2}')).toBe('{\n  "a": 1,\n  "a": 2\n}')
  })
  it('has a line for each member and item, and none inside what is empty', () => {
    expect(indentJson(' {"list":[1, {"b":null}],"none":[ ],"empty":{}}\n')).toBe(
      ['{', '  "list": [', '    1,', '    {', '      "b": null', '    }', '  ],', '  "none": [],', '  "empty": {}', '}'].join('\n'),
    )
  })
  it('leaves alone what is no JSON', () => {
    for (const text of ['{"cut":"of', '[1,]', 'plain', '42', '']) expect(indentJson(text)).toBeUndefined()
  })
  it('draws plain values as everybody indents them', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue({ maxDepth: 4 })), fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))), (value) => {
        expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(JSON.parse(JSON.stringify(value)), null, 2))
      }),
    )
  })
  it('does not grow without bounds on hostile nesting', () => {
    expect(indentJson('['.repeat(2_000) + ']'.repeat(2_000))?.length).toBeLessThan(400_000)
  })
})
