/** When a finding is shown and when it goes: a pure state machine of one rule on one record, so that a flap is no alarm and silence no cure. */
import type { Since, Verdict } from '../../shared/model/finding.ts'
import type { Unknown } from '../../shared/model/known.ts'

/** What one round says of a record: the rule fires, does not, cannot tell (not seen, too old), or the record has ended. */
export type Observed =
  | { readonly is: 'firing'; readonly verdict: Verdict }
  | { readonly is: 'quiet' }
  | { readonly is: 'blind'; readonly why: Unknown }
  | { readonly is: 'ended' }

/** A finding as the runner holds it; `opened` is set while people see it. */
export interface Damped {
  readonly verdict: Verdict
  readonly since: Since
  /** Rounds in a row that saw it, and that did not. */
  readonly hits: number
  readonly misses: number
  readonly opened?: Date
  /** Set while it cannot be told whether it still holds. */
  readonly blind?: { readonly since: Date; readonly why: Unknown }
}
export interface Damping {
  readonly opens: number
  readonly closes: number
}
export const defaultDamping: Damping = { opens: 2, closes: 3 }

/** The `from` of a since that began before anybody watched; rows keep it as an open side. */
export const beforeWatching = new Date(0)

const quality = { event: 2, server: 1, seen: 0 } as const

/** The since that is kept: the first one, unless a later one is known better (an event's own time, the server's word). */
export function keptSince(held: Since, said: Since | undefined): Since {
  return said !== undefined && quality[said.by] > quality[held.by] ? said : held
}

/**
 * The next state after a round at `at`; undefined: forgotten (or closed, where it was open). `before` is the last round that could have
 * seen it and did not: a finding without a time of its own began between the two.
 */
export function damp(
  held: Damped | undefined,
  observed: Observed,
  damping: Damping,
  at: Date,
  before: Date | undefined,
): Damped | undefined {
  if (observed.is === 'ended') return undefined
  if (observed.is === 'blind') return held && { ...held, blind: held.blind ?? { since: at, why: observed.why } }
  if (observed.is === 'quiet') {
    if (held?.opened === undefined) return undefined
    const misses = held.misses + 1
    if (misses >= damping.closes) return undefined
    const { blind: _, ...seen } = held
    return { ...seen, hits: 0, misses }
  }
  const { verdict } = observed
  const hits = (held?.hits ?? 0) + 1
  const opened = held?.opened ?? (hits >= damping.opens ? at : undefined)
  const since = held ? keptSince(held.since, verdict.since) : (verdict.since ?? { from: before ?? beforeWatching, to: at, by: 'seen' })
  return { verdict, since, hits, misses: 0, ...(opened === undefined ? {} : { opened }) }
}
