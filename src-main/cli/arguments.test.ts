import { describe, expect, it } from 'vitest'
import { parseMoment } from './arguments.ts'
import { cellText, errorLine, jsonLine, tableText } from './print.ts'

const end = new Date('2026-01-02T05:25:00Z')

describe('parseMoment', () => {
  it.each([
    ['2026-01-02T03:00:00Z', '2026-01-02T03:00:00.000Z'],
    ['2026-01-02T03:00:00.250Z', '2026-01-02T03:00:00.250Z'],
    ['2026-01-02 03:00', '2026-01-02T03:00:00.000Z'],
    ['2026-01-02T05:00:00+02:00', '2026-01-02T03:00:00.000Z'],
    ['2026-01-02', '2026-01-02T00:00:00.000Z'],
    ['03:00', '2026-01-02T03:00:00.000Z'],
    ['3:00:07', '2026-01-02T03:00:07.000Z'],
    ['23:59', '2026-01-01T23:59:00.000Z'],
  ])('reads %s as %s', (typed, at) => {
    expect(parseMoment(typed, end).toISOString()).toBe(at)
  })

  it.each(['', 'yesterday', '25:00', '12:60', '2026-13-01', '1767322800', '2026-01-02T03:00:00Zx'])('refuses %j', (typed) => {
    expect(() => parseMoment(typed, end)).toThrow('is no time')
  })
})

describe('printing', () => {
  it('writes 64-bit numbers as exact text', () => {
    expect(jsonLine({ offset: 9_223_372_036_854_775_807n, at: end })).toBe(
      '{"offset":"9223372036854775807","at":"2026-01-02T05:25:00.000Z"}\n',
    )
  })

  it('shows unknown cells by their word and hostile text as text', () => {
    expect(cellText({ unknown: 'forbidden' })).toBe('(no access)')
    expect(cellText('a\u001b[2Jb\u202e')).toBe('a\\u001b[2Jb\\u202e')
    expect(tableText(['a', 'b'], [['x', 'y']])).toBe('a  b\nx  y\n')
  })

  it('says an error in one line', () => {
    expect(errorLine({ code: 'refused', message: 'No\nway', retryable: false, hint: 'Ask.' })).toBe(
      'landscope: refused: No\\u000away. Ask.\n',
    )
  })
})
