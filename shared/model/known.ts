/** Values that may be unknown, and the one table of words for not knowing. Arithmetic on a maybe-unknown does not compile. */

/** reason → the word in a cell, and the sentence behind it. */
export const reasonWords = {
  unanswered: { word: 'no answer', sentence: 'It was asked and did not answer.' },
  refused: { word: 'refused', sentence: 'The connection was refused.' },
  forbidden: { word: 'no access', sentence: 'This account may not see it.' },
  unsupported: { word: 'not offered', sentence: 'This server version does not tell it.' },
  unrecognised: { word: 'unrecognised', sentence: 'The server said something this version does not know.' },
  'not-yet': { word: 'not yet', sentence: 'Too early to tell.' },
  'not-recorded': { word: 'not recorded', sentence: 'Nobody recorded it.' },
  withheld: { word: 'withheld', sentence: 'The sender of this file left it out.' },
  'nobody-watching': { word: 'nobody watching', sentence: 'Nobody was watching at that time.' },
} as const
export type Reason = keyof typeof reasonWords
export const reasons = Object.keys(reasonWords).filter((k): k is Reason => k in reasonWords)

/** A value we do not have, and why. `note` is what the server said, or who it was (hostile text: show as text only). */
export interface Unknown {
  readonly unknown: Reason
  readonly note?: string
}
export type Known<T> = T | Unknown

/** An Unknown with its reason, and a note where there is one. */
export function unknown(reason: Reason, note?: string): Unknown {
  return note === undefined ? { unknown: reason } : { unknown: reason, note }
}

/** True for an Unknown; narrows a `Known<T>` to T in the other branch. */
export function isUnknown(value: unknown): value is Unknown {
  return (
    typeof value === 'object' && value !== null && 'unknown' in value && typeof value.unknown === 'string' && value.unknown in reasonWords
  )
}

/** The value if it is known, else undefined. */
export function known<T>(value: Known<T>): T | undefined {
  return isUnknown(value) ? undefined : value
}
