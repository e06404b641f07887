/** Intervals as text: ISO 8601 `from/to`, `..` for an open side. */
import type { Interval } from '../../shared/model/fields.ts'

/** Undefined where a side is no moment. */
export function formatInterval(interval: Interval): string | undefined {
  if (Number.isNaN(interval.from?.getTime()) || Number.isNaN(interval.to?.getTime())) return undefined
  return `${interval.from?.toISOString() ?? '..'}/${interval.to?.toISOString() ?? '..'}`
}

export function parseInterval(text: string): Interval {
  const [from = '..', to = '..'] = text.split('/')
  return { ...(from === '..' ? {} : { from: new Date(from) }), ...(to === '..' ? {} : { to: new Date(to) }) }
}
