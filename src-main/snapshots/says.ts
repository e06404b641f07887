// The first thing an opened file says: when it was recorded, of what, where it is blind, what was withheld.
import type { Manifest } from '../../shared/contract/control.ts'
import type { Sentence } from '../../shared/model/sentence.ts'

const clock = (at: string): string => at.slice(11, 16)
const day = (at: string): string => at.slice(0, 10)

/** "Recorded 2026-01-02 01:40–05:25 UTC with Landscope 0.1.0; 2 systems; Flink blind 02:31–02:40; 214 values pseudonymised; nothing after 05:25." */
export function fileSays(manifest: Manifest, damaged: readonly string[] = []): Sentence {
  const { from, to, app, instances, redaction } = manifest
  const span = day(from) === day(to) ? `${day(from)} ${clock(from)}–${clock(to)}` : `${day(from)} ${clock(from)} – ${day(to)} ${clock(to)}`
  const watched = instances.filter((one) => one.watchedFrom < one.watchedTo)
  const systems = `${watched.length === instances.length ? '' : `${watched.length} of `}${instances.length} ${instances.length === 1 ? 'system' : 'systems'}`
  const blind = instances.flatMap((one) => one.gaps.map((gap) => `${one.title} blind ${clock(gap.from)}–${clock(gap.to)}`))
  const { secret = 0, ...masked } = redaction.counts
  const pseudonyms = Object.values(masked).reduce((sum, n) => sum + n, 0)
  const parts = [
    `Recorded ${span} UTC with ${app.name} ${app.version}`,
    systems,
    ...(blind.length > 3 ? [...blind.slice(0, 3), `${blind.length - 3} more blind intervals`] : blind),
    ...(pseudonyms > 0 ? [`${pseudonyms} ${pseudonyms === 1 ? 'value' : 'values'} pseudonymised`] : []),
    ...(secret > 0 ? [`${secret} ${secret === 1 ? 'secret' : 'secrets'} left out`] : []),
    ...(damaged.length > 0 ? [`${damaged.length} of ${manifest.entries.length} parts damaged`] : []),
    `nothing after ${clock(to)}`,
  ]
  return [`${parts.join('; ')}.`]
}
