import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainVisible, visibleText } from './visible-text.ts'

describe('text of a server', () => {
  it('shows control characters as their pictures', () => {
    expect(visibleText('a\u001b[31mb\u0007\u0000')).toEqual([
      { text: 'a' },
      { text: '␛', mark: 'U+001B' },
      { text: '[31mb' },
      { text: '␇', mark: 'U+0007' },
      { text: '␀', mark: 'U+0000' },
    ])
  })
  it.each(['\u202e', '\u2066', '\u200b', '\u2028', '\ufeff', '\u00ad', '\ud800'])('names what hides or turns round (%j)', (character) => {
    const pieces = visibleText(`user${character}evil`)
    expect(pieces.map((p) => p.mark)).toEqual([undefined, expect.stringMatching(/^U\+/), undefined])
  })
  it('lets no letter be drawn over by a pile of marks', () => {
    expect(plainVisible(`a${'\u0301'.repeat(10_000)}b`).length).toBeLessThan(10)
  })
  it('leaves ordinary text of any language alone', () => {
    for (const text of ['play-totals', 'заказы', '注文', 'naïve café', 'नमस्ते', '😀 ok']) expect(visibleText(text)).toEqual([{ text }])
  })
  it('bounds its length and says how much is left out', () => {
    const pieces = visibleText('x'.repeat(5_000), 100)
    expect(pieces[0]?.text).toHaveLength(100)
    expect(pieces.at(-1)?.text).toBe('… +4,900')
  })
  it('never lets a hidden character through, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const shown = plainVisible(text, 500)
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
      }),
    )
  })
})
