// When nobody watched: what is left of a span after everything that was seen of a connection is taken out.
import type { CoverageSpan } from '../../../shared/contract/messages.ts'
import type { Span } from '../../client/questions.ts'

/** A span without the time before anybody watched: a tenth of what is left stays, so that the hatching says where it begins. At least five minutes. */
export function fromFirstWatched(span: Span, gaps: readonly Span[]): Span {
  const lead = gaps.find((gap) => gap.from.getTime() <= span.from.getTime() + 1_000)
  if (lead === undefined) return span
  const to = span.to.getTime()
  const from = Math.min(lead.to.getTime() - (to - lead.to.getTime()) / 9, to - 5 * 60_000)
  return { from: new Date(Math.max(span.from.getTime(), from)), to: span.to }
}

/** The parts of `span` in which none of these coverage spans saw anything, oldest first; shorter ones than `leastMs` are left out. */
export function blindSpans(coverage: readonly CoverageSpan[], span: Span, leastMs = 1_000): readonly Span[] {
  const seen = coverage
    .filter((s) => s.state === 'complete' || s.state === 'partial')
    .toSorted((a, b) => a.from.getTime() - b.from.getTime())
  const blind: Span[] = []
  let at = span.from.getTime()
  for (const s of seen) {
    const from = s.from.getTime()
    if (from - at >= leastMs) blind.push({ from: new Date(at), to: new Date(Math.min(from, span.to.getTime())) })
    at = Math.max(at, s.to.getTime())
    if (at >= span.to.getTime()) return blind
  }
  if (span.to.getTime() - at >= leastMs) blind.push({ from: new Date(at), to: span.to })
  return blind
}
