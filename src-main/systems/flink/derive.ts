/** What Flink's counters say over the window of judgement. */
import { known, unknown } from '../../../shared/model/known.ts'
import { flink } from '../../../shared/systems/flink/system.ts'
import { type AnyDerive, derive, type Sample } from '../../triage/judging.ts'

/** How much a counter grew; a counter that fell began anew. Undefined while nothing is known. */
export function growth(samples: readonly Sample<number>[]): number | undefined {
  const values = samples.flatMap((s) => known(s.value) ?? [])
  if (values.length === 0) return undefined
  return values.slice(1).reduce((sum, value, i) => sum + (value >= (values[i] ?? 0) ? value - (values[i] ?? 0) : value), 0)
}

const restartsLately = derive(flink, { on: 'progress', past: ['restarts', 'rescales'] }, (row, see) => {
  const restarts = known(row.restarts)
  if (restarts === undefined) return { restartsLately: unknown('not-yet') }
  const now = { at: see.now, value: restarts }
  const rescales = known(row.rescales)
  const rescaled = rescales === undefined ? 0 : (growth([...see.past('rescales'), { at: see.now, value: rescales }]) ?? 0)
  return { restartsLately: Math.max(0, (growth([...see.past('restarts'), now]) ?? 0) - rescaled) }
})

export const derives: readonly AnyDerive[] = [restartsLately]
