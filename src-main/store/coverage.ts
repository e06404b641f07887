/** What was watched, when and how completely: one line a round, folded into what is known of a collection at a moment. */
import type { CoverageSpan } from '../../shared/contract/messages.ts'
import { isUnknown, reasonWords, type Unknown, unknown } from '../../shared/model/known.ts'

/** One line of the coverage table. `scope` is set for kind `scope`; `why` is text, for `lacks` an Unknown as JSON. */
export interface CoverageLine {
  readonly at: Date
  readonly connection: number
  readonly sweep: string
  readonly system: string
  readonly collection: string
  readonly kind: 'all' | 'except' | 'scope' | 'rows' | 'failed' | 'lacks' | 'closed'
  readonly scope?: string
  readonly began: Date
  readonly complete: boolean
  readonly why?: string
  /** Milliseconds between rounds; 0: no rhythm, good until the connection is closed. */
  readonly pollMs: number
  readonly version: number
}

/** What is known about knowing a collection of a connection at a moment. */
export interface Watch {
  /** The last round that covered any of it. */
  readonly at?: Date
  /** The last round that covered all of it, or all but what it named. */
  readonly whole?: Date
  /** Scope → the last round that covered it. */
  readonly scopes: ReadonlyMap<string, Date>
  /** The last round, failed ones included. */
  readonly attempt?: Date
  readonly complete: boolean
  readonly missing?: string
  readonly pollMs: number
  readonly lacks?: Unknown
  /** Since when nobody watches on purpose; a failing round after it does not end that. */
  readonly closed?: Date
  /** When what was proved before stopped counting: it was closed, or lacked. */
  readonly lapsed?: Date
}
export const unwatched: Watch = { scopes: new Map(), complete: false, pollMs: 0 }

export function lacksReason(why: string | undefined): Unknown {
  const read: unknown = why === undefined ? undefined : JSON.parse(why)
  return isUnknown(read) ? read : unknown('unsupported')
}

function lacksText(why: string | undefined): string {
  const reason = lacksReason(why)
  return reason.note ?? reasonWords[reason.unknown].sentence
}

/** The next state of knowing, after one more line (lines come in order of time). */
export function fold(before: Watch, line: CoverageLine): Watch {
  if (line.kind === 'closed') return { ...before, closed: line.at, lapsed: line.at }
  const { missing: _missing, ...known } = before
  const missing = line.complete || line.why === undefined || line.kind === 'lacks' ? {} : { missing: line.why }
  const tried: Watch = { ...known, ...missing, attempt: line.at, pollMs: line.pollMs, complete: line.complete }
  if (line.kind === 'failed') return tried
  const { closed: _closed, lacks: _lacks, ...open } = tried
  const now: Watch = { ...open, at: line.at }
  switch (line.kind) {
    case 'lacks':
      return { ...now, lacks: lacksReason(line.why), lapsed: line.at }
    case 'scope':
      return { ...now, scopes: new Map([...before.scopes, [line.scope ?? '', line.at]]) }
    case 'rows':
      return now
    default:
      return { ...now, whole: line.at }
  }
}

/** A round is good for two polls after it. */
export function goodUntil(at: Date, pollMs: number): number {
  return pollMs > 0 ? at.getTime() + 2 * pollMs : Number.POSITIVE_INFINITY
}
/** True when nobody has looked for more than two polls, or the connection was closed. */
export function abandoned(watch: Watch, at: Date): boolean {
  if (watch.attempt === undefined) return true
  if (watch.closed !== undefined && watch.closed.getTime() >= watch.attempt.getTime()) return true
  return at.getTime() > goodUntil(watch.attempt, watch.pollMs)
}
export function isStale(watch: Watch, at: Date): boolean {
  return watch.at === undefined || watch.closed !== undefined || at.getTime() > goodUntil(watch.at, watch.pollMs)
}

/** When a row was last covered: by itself, with its scope, or with the whole; and why not since. */
export function seenOf(
  row: { readonly seen: Date; readonly scope: string; readonly unseen?: Unknown },
  watch: Watch,
  at: Date,
): { readonly at: Date; readonly unseen?: Unknown } {
  if (row.unseen !== undefined) return { at: row.seen, unseen: row.unseen }
  const scope = watch.scopes.get(row.scope)
  const seen = new Date(Math.max(row.seen.getTime(), scope?.getTime() ?? 0, watch.whole?.getTime() ?? 0))
  if (abandoned(watch, at)) return { at: seen, unseen: unknown('nobody-watching') }
  const scopeGone =
    scope !== undefined && watch.whole === undefined && at.getTime() > goodUntil(seen, watch.pollMs) && watch.at === watch.attempt
  return scopeGone ? { at: seen, unseen: unknown('nobody-watching') } : { at: seen }
}

/** True when a record of this scope, present or not, was looked for at that moment and the looking succeeded. */
export function wasWatched(watch: Watch, scope: string, at: Date): boolean {
  const lapsed = watch.lapsed?.getTime() ?? Number.NEGATIVE_INFINITY
  const times = [watch.whole, watch.scopes.get(scope)].map((time) => time?.getTime() ?? Number.NEGATIVE_INFINITY)
  // Only ever covered row by row (a feed): being watched at all is what can be said.
  if (watch.whole === undefined && watch.scopes.size === 0) times.push(watch.at?.getTime() ?? Number.NEGATIVE_INFINITY)
  const last = Math.max(...times)
  return last > lapsed && at.getTime() <= goodUntil(new Date(last), watch.pollMs)
}

const nobody = 'nobody was watching'

/**
 * Spans of one collection of one connection between two moments, from its lines in order of time (the last one before `from`
 * included). With `scope` only lines that concern it count.
 */
export function spansOf(
  lines: readonly CoverageLine[],
  from: Date,
  to: Date,
): readonly Pick<CoverageSpan, 'from' | 'to' | 'state' | 'why'>[] {
  const spans: { from: Date; to: Date; state: CoverageSpan['state']; why?: string }[] = []
  const add = (start: number, end: number, state: CoverageSpan['state'], why?: string) => {
    const a = Math.max(start, from.getTime())
    const b = Math.min(end, to.getTime())
    if (b <= a) return
    const last = spans.at(-1)
    if (last !== undefined && last.state === state && last.why === why && last.to.getTime() === a) last.to = new Date(b)
    else spans.push({ from: new Date(a), to: new Date(b), state, ...(why === undefined ? {} : { why }) })
  }
  let at = from.getTime()
  lines.forEach((line, i) => {
    const start = line.at.getTime()
    const next = lines[i + 1]?.at.getTime() ?? Number.POSITIVE_INFINITY
    if (start > at) add(at, start, 'nobody-watching', nobody)
    const end = line.kind === 'closed' ? start : Math.min(next, goodUntil(line.at, line.pollMs))
    const state = line.kind === 'failed' ? 'failed' : line.complete ? 'complete' : 'partial'
    add(start, end, line.kind === 'lacks' ? 'partial' : state, line.kind === 'lacks' ? lacksText(line.why) : line.why)
    at = Math.max(at, end)
  })
  add(at, to.getTime(), 'nobody-watching', nobody)
  return spans
}
