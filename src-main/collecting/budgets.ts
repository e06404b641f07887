// The one table of budgets: requests a minute that each server (host and port) gets from us, over all connections.
import type { Traffic } from '../../shared/model/connector.ts'
import type { Clock } from './clock.ts'

/** Requests a minute and server when nobody looks. */
export const allowedPerMinute = 30
const minuteMs = 60_000
const keptMs = 10 * minuteMs

/** How many requests something is expected to send, by target. */
export type Expected = Readonly<Record<string, number>>
export interface BudgetRow {
  readonly target: string
  readonly perMinute: number
  readonly allowed: number
}
export interface Budgets {
  /** Counts what a connection's worker has sent so far; it only adds what is new. */
  count(connection: string, byTarget: Readonly<Record<string, Traffic>>): void
  /** Another budget for the targets of a connection; the smallest that anybody set holds. */
  allow(connection: string, perMinute: number | undefined): void
  /** Milliseconds until the expected requests fit everywhere; 0 when they do now. */
  waitMs(expected: Expected): number
  /** Keeps room for requests that are about to be sent; the answer gives it back. */
  reserve(expected: Expected): () => void
  perMinute(target: string): number
  allowed(target: string): number
  list(): readonly BudgetRow[]
  forget(connection: string): void
}

/** An empty table. Counts are kept for ten minutes, because a round bigger than the budget is spread over more than one. */
export function createBudgets(clock: Clock): Budgets {
  const sent = new Map<string, { readonly at: number; readonly requests: number }[]>()
  const reserved = new Map<string, number>()
  const counted = new Map<string, Readonly<Record<string, Traffic>>>()
  const chosen = new Map<string, number>()

  const recent = (target: string, windowMs: number): { readonly at: number; readonly requests: number }[] => {
    const after = clock.monotonicMs() - windowMs
    return (sent.get(target) ?? []).filter((s) => s.at > after)
  }
  const sum = (of: readonly { readonly requests: number }[]): number => of.reduce((all, s) => all + s.requests, 0)
  const allowed = (target: string): number => {
    const own = [...chosen].flatMap(([connection, n]) => (counted.get(connection)?.[target] === undefined ? [] : [n]))
    return own.length === 0 ? allowedPerMinute : Math.min(...own)
  }
  /** A round of more requests than a minute allows gets a window as much longer. */
  const waitFor = (target: string, requests: number): number => {
    const limit = allowed(target)
    const windowMs = Math.min(keptMs, minuteMs * Math.max(1, requests / limit))
    const past = recent(target, windowMs)
    let over = sum(past) + (reserved.get(target) ?? 0) + requests - Math.max(limit, requests)
    if (over <= 0) return 0
    for (const s of past) {
      over -= s.requests
      if (over <= 0) return s.at + windowMs - clock.monotonicMs() + 1
    }
    return 1_000
  }
  const add = (target: string, by: number): void => {
    reserved.set(target, Math.max(0, (reserved.get(target) ?? 0) + by))
  }

  return {
    count: (connection, byTarget) => {
      const before = counted.get(connection) ?? {}
      const now = clock.monotonicMs()
      for (const [target, traffic] of Object.entries(byTarget)) {
        const was = before[target]?.requests ?? 0
        const requests = traffic.requests >= was ? traffic.requests - was : traffic.requests
        if (requests <= 0) continue
        sent.set(target, [...recent(target, keptMs), { at: now, requests }])
      }
      counted.set(connection, byTarget)
    },
    allow: (connection, perMinute) => {
      if (perMinute === undefined) chosen.delete(connection)
      else chosen.set(connection, perMinute)
    },
    waitMs: (expected) => Object.entries(expected).reduce((most, [target, n]) => Math.max(most, waitFor(target, n)), 0),
    reserve: (expected) => {
      for (const [target, n] of Object.entries(expected)) add(target, n)
      let back = false
      return () => {
        if (back) return
        back = true
        for (const [target, n] of Object.entries(expected)) add(target, -n)
      }
    },
    perMinute: (target) => sum(recent(target, minuteMs)),
    allowed,
    list: () => [...sent.keys()].sort().map((target) => ({ target, perMinute: sum(recent(target, minuteMs)), allowed: allowed(target) })),
    forget: (connection) => {
      counted.delete(connection)
      chosen.delete(connection)
    },
  }
}
