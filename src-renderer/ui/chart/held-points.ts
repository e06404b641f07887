// A curve is kept as its change points: what a line is drawn from says as well how long each value held, and where nobody watched.
import type { Point } from '../../../shared/contract/messages.ts'
import { unknown } from '../../../shared/model/known.ts'

interface Gap {
  readonly from: Date
  readonly to: Date
}

/** Each value holds until the next one, the last until `until`; in a gap there is none. @param gaps oldest first. */
export function heldPoints(points: readonly Point[], gaps: readonly Gap[], until: Date): readonly Point[] {
  return points.flatMap((point, i) => {
    const end = (points[i + 1]?.at ?? until).getTime()
    const isLast = i === points.length - 1
    const held: Point[] = []
    let at = point.at.getTime()
    let isSeen = !gaps.some((gap) => gap.from.getTime() <= at && gap.to.getTime() > at)
    if (isSeen) held.push(point)
    for (const gap of gaps) {
      if (gap.to.getTime() <= at || gap.from.getTime() >= end) continue
      if (isSeen) held.push({ at: gap.from, value: point.value })
      held.push({ at: new Date(Math.max(at, gap.from.getTime() + 1)), value: unknown('nobody-watching') })
      at = gap.to.getTime()
      isSeen = at < end
      if (isSeen) held.push({ at: gap.to, value: point.value })
    }
    if (isLast && isSeen && at < end) held.push({ at: new Date(end), value: point.value })
    return held
  })
}
