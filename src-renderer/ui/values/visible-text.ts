// Text from servers is hostile: what is invisible or turns text round is made visible, and its width is bounded.

/** A piece of text; `mark` says what stood there instead of a readable character. */
export interface Piece {
  readonly text: string
  readonly mark?: string
}
/** Marks: controls get their picture (␛), anything else that hides its code point. */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each character is looked at alone
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u3164\uffa0]/u
const combining = /\p{M}/u
/** More marks on one letter than any language writes are a way to draw over other rows. */
const MAX_MARKS = 3

function markOf(code: number): { readonly text: string; readonly mark: string } {
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (code < 0x20) return { text: String.fromCodePoint(0x2400 + code), mark: name }
  if (code === 0x7f) return { text: '\u2421', mark: name }
  return { text: name, mark: name }
}

/** Pieces of at most `max` characters; the last piece tells how many were left out. */
export function visibleText(text: string, max = 300): readonly Piece[] {
  const pieces: Piece[] = []
  let plain = ''
  let shown = 0
  let marks = 0
  let at = 0
  for (const character of text) {
    if (shown >= max) break
    at += character.length
    if (combining.test(character)) {
      marks += 1
      if (marks > MAX_MARKS) continue
    } else marks = 0
    if (hidden.test(character)) {
      if (plain !== '') pieces.push({ text: plain })
      plain = ''
      pieces.push(markOf(character.codePointAt(0) ?? 0))
    } else plain += character
    shown += 1
  }
  if (plain !== '') pieces.push({ text: plain })
  if (at < text.length) pieces.push({ text: `… +${(text.length - at).toLocaleString('en')}`, mark: 'more characters' })
  return pieces
}

/** The same as one plain text, for titles and labels. */
export function plainVisible(text: string, max = 300): string {
  return visibleText(text, max)
    .map((piece) => piece.text)
    .join('')
}
