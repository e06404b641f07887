import { describe, expect, it } from 'vitest'
import { isJson, mapJsonTexts, type Place } from './json-text.ts'

describe('mapJsonTexts', () => {
  it('changes texts and leaves numbers of any length as they were written', () => {
    const text = '{ "a" : [9223372036854775807, 1.10, "x"], "b":{"c":"x y"} }'
    expect(mapJsonTexts(text, (v) => (v === 'x' ? 'y' : v))).toBe('{ "a" : [9223372036854775807, 1.10, "y"], "b":{"c":"x y"} }')
  })

  it('never changes a key', () => {
    expect(mapJsonTexts('{"x":"x","y":["x"]}', () => 'z')).toBe('{"x":"z","y":["z"]}')
  })

  it('says under which key a value stands, and by which name it is listed', () => {
    const places: [string, Place][] = []
    mapJsonTexts('{"a":"1","l":[{"value":"3","key":"s3.secret"},["4"]],"n":{"name":"user","value":"5"}}', (value, place) => {
      places.push([value, place])
      return value
    })
    expect(places).toEqual([
      ['1', { key: 'a' }],
      ['3', { key: 'value', named: 's3.secret' }],
      ['s3.secret', { key: 'key' }],
      ['4', { key: 'l' }],
      ['user', { key: 'name' }],
      ['5', { key: 'value', named: 'user' }],
    ])
  })

  it('reads and writes escapes', () => {
    expect(mapJsonTexts('["a\\"b\\u00e9\\n"]', (v) => `${v}!`)).toBe(JSON.stringify(['a"bé\n!']))
  })

  it('tells JSON from other text', () => {
    expect([isJson('{"a":1}'), isJson(' [1]'), isJson('{a}'), isJson('12'), isJson('')]).toEqual([true, true, false, false, false])
  })
})
