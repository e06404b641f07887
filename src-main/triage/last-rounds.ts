/** When a record was last looked at and had no finding: the earliest moment at which a new one can have begun. */
import { freshnessOf, type Ground } from './gather.ts'

/** The last round that proved anything, and the last that left nothing out. */
interface Round {
  readonly at?: Date
  readonly complete?: Date
}
/** Above so many new findings in a round their beginnings are not looked up one by one. */
const mostLookedUp = 20
const lookBackMs = 7 * 24 * 3_600_000

export interface LastRounds {
  /** For each record the last round before the present one that could have seen a finding of it and did not; undefined: none ever. */
  before(ground: Ground, collection: string, urns: readonly string[]): Promise<(urn: string) => Date | undefined>
  /** The present round becomes the last one. */
  enter(ground: Ground, collection: string): Promise<void>
}

export function createLastRounds(): LastRounds {
  const rounds = new Map<string, Round>()
  const keyOf = (ground: Ground, collection: string): string => `${ground.of.connection}\u0000${collection}`
  return {
    before: async (ground, collection, urns) => {
      const { at, complete } = rounds.get(keyOf(ground, collection)) ?? (await storedRound(ground, collection))
      if (at === undefined || complete === at || urns.length > mostLookedUp) return () => complete
      // The last round left some records out: a finding of one of those may go back to when it was last seen.
      const exact = new Map<string, Date | undefined>()
      for (const urn of urns) exact.set(urn, await lastSight(ground, urn, at, complete))
      return (urn) => exact.get(urn)
    },
    enter: async (ground, collection) => {
      const key = keyOf(ground, collection)
      const isComplete = (await freshnessOf(ground, collection))?.complete === true
      const complete = isComplete ? ground.now : rounds.get(key)?.complete
      rounds.set(key, { at: ground.now, ...(complete === undefined ? {} : { complete }) })
    },
  }
}

/** The last round that saw this record, before the present one. */
async function lastSight(ground: Ground, urn: string, at: Date, complete: Date | undefined): Promise<Date | undefined> {
  const { history } = await ground.queries.record(urn, ground.at)
  const again = history.find((c) => c.what === 'seen-again' && c.at > at)
  if (again === undefined) return at
  const lost = history.filter((c) => c.what === 'unseen' && c.at < again.at).map((c) => (c.after ?? c.at).getTime())
  const known = [...lost, ...(complete === undefined ? [] : [complete.getTime()])]
  return known.length === 0 ? undefined : new Date(Math.max(...known))
}

/** The last round before we were started, from what the Store knows of being watched. */
async function storedRound({ queries, system, of, now, pollMs }: Ground, collection: string): Promise<Round> {
  const from = new Date(now.getTime() - lookBackMs)
  const spans = await queries.coverage({ system: system.id, connection: of.connection, collection, from, to: now })
  const earlier = spans
    .filter((s) => s.state === 'complete' && s.from.getTime() < now.getTime() - pollMs)
    .toSorted((a, b) => b.to.getTime() - a.to.getTime())[0]
  if (earlier === undefined) return {}
  // A span lasts two polls longer than its last round.
  const at = new Date(Math.max(earlier.from.getTime(), earlier.to.getTime() - 2 * pollMs))
  return { at, complete: at }
}
