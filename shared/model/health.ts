/** Health: the seven words every state of every system is judged into, worst first. Shape, colour and order on screen follow from these. */

export const healths = ['critical', 'high', 'warn', 'unknown', 'known', 'ok', 'idle'] as const
export type Health = (typeof healths)[number]

/** A server's state in people's words, and how bad it is. */
export interface StateWord {
  readonly word: string
  readonly health: Health
}

/** The worse of two (earlier in `healths`). */
export function worse(a: Health, b: Health): Health {
  return healths.indexOf(a) <= healths.indexOf(b) ? a : b
}
