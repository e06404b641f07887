// What held when, a lane a thing. A bar runs over what is certain; where its beginning lies between two moments, that part is pale.
import type { JSX } from 'react'
import type { Health } from '../../shared/model/health.ts'
import css from './timeline.module.css'
import { formatClock } from './values/format.ts'
import { SafeText } from './values/value.tsx'

export interface TimelineBar {
  /** Its beginning lies between `from` and `certain`. */
  readonly from: Date
  readonly certain: Date
  /** Still holds when absent. */
  readonly to?: Date
  readonly health: Health
  readonly title: string
}
export interface TimelineLane {
  readonly id: string
  readonly label: string
  readonly bars: readonly TimelineBar[]
  /** Moments without length: a change, a restart. */
  readonly marks?: readonly { readonly at: Date; readonly title: string }[]
  /** Spans nobody watched. */
  readonly blind?: readonly { readonly from: Date; readonly to: Date }[]
}
interface Props {
  readonly lanes: readonly TimelineLane[]
  readonly from: Date
  readonly to: Date
  readonly onOpen?: (id: string) => void
}
export function Timeline({ lanes, from, to, onOpen }: Props): JSX.Element {
  const length = Math.max(1, to.getTime() - from.getTime())
  const place = (at: Date): number => Math.min(100, Math.max(0, ((at.getTime() - from.getTime()) / length) * 100))
  const span = (a: Date, b: Date): { readonly left: string; readonly width: string } => ({
    left: `${place(a)}%`,
    width: `${Math.max(0.4, place(b) - place(a))}%`,
  })
  return (
    <div className={css.timeline}>
      {lanes.map((lane) => (
        <div key={lane.id} className={css.lane}>
          <button type="button" className={css.label} onClick={() => onOpen?.(lane.id)} title={lane.label}>
            <SafeText text={lane.label} max={60} />
          </button>
          <div className={css.track}>
            {(lane.blind ?? []).map((b) => (
              <i key={b.from.getTime()} className={css.blind} style={span(b.from, b.to)} title="nobody watched" />
            ))}
            {lane.bars.map((bar) => (
              <span key={`${bar.title} ${bar.from.getTime()}`}>
                <i className={`${css.bar} ${css.unsure} ${css[bar.health]}`} style={span(bar.from, bar.certain)} />
                <i className={`${css.bar} ${css[bar.health]}`} style={span(bar.certain, bar.to ?? to)} title={bar.title} />
                <span className="visually-hidden">
                  {bar.title}: from {formatClock(bar.from)} to {bar.to === undefined ? 'now' : formatClock(bar.to)} UTC
                </span>
              </span>
            ))}
            {(lane.marks ?? []).map((mark) => (
              <i
                key={`${mark.title} ${mark.at.getTime()}`}
                className={css.mark}
                style={{ left: `${place(mark.at)}%` }}
                title={mark.title}
              />
            ))}
          </div>
        </div>
      ))}
      <div className={css.axis}>
        {[0, 1, 2, 3, 4].map((i) => {
          const at = formatClock(new Date(from.getTime() + (i * length) / 4)).slice(0, 5)
          return <span key={i}>{i === 4 ? `${at} UTC` : at}</span>
        })}
      </div>
    </div>
  )
}
