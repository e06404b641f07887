// From coverage to "watched from, to, and blind in between", per connection.
import type { CoverageSpan } from '../../shared/contract/messages.ts'

export interface Watched {
  readonly from: Date
  readonly to: Date
  readonly gaps: readonly { readonly from: Date; readonly to: Date }[]
}

/** When a connection was watched at all: any collection covered, wholly or partly. Undefined where it never was. */
export function watchedSpans(spans: readonly CoverageSpan[], connection: string): Watched | undefined {
  const seen = spans
    .filter((span) => span.connection === connection && (span.state === 'complete' || span.state === 'partial'))
    .map((span) => ({ from: span.from.getTime(), to: span.to.getTime() }))
    .sort((a, b) => a.from - b.from)
  const [first] = seen
  if (first === undefined) return undefined
  const gaps: { from: Date; to: Date }[] = []
  let until = first.to
  for (const span of seen) {
    if (span.from > until) gaps.push({ from: new Date(until), to: new Date(span.from) })
    until = Math.max(until, span.to)
  }
  return { from: new Date(first.from), to: new Date(until), gaps }
}
