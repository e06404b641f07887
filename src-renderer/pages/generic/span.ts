// The span of time a page's curves and timelines cover: an hour up to the moment looked at, steady for a while so that answers are kept.
import { useMemo } from 'react'
import type { Span } from '../../client/questions.ts'
import { useNow } from '../../ui/values/look.tsx'

const MINUTE = 60_000
/** @param minutes length; @param after how much lies behind the moment looked at. */
export function useSpan(minutes = 60, after = 0): Span {
  const now = useNow()
  const to = Math.ceil((now.getTime() + after * MINUTE) / (MINUTE / 2)) * (MINUTE / 2)
  return useMemo(() => ({ from: new Date(to - minutes * MINUTE), to: new Date(to) }), [to, minutes])
}
