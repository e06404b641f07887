// A curve over time: at most 1,500 points, numeric time axis, nothing animated; spans nobody watched are hatched, unknown is a hole.
import { type JSX, useId, useMemo } from 'react'
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import type { Point } from '../../../shared/contract/messages.ts'
import type { Health } from '../../../shared/model/health.ts'
import { isUnknown } from '../../../shared/model/known.ts'
import { type FieldLook, formatBytes, formatCell, formatClock, formatDuration, formatInstant, headerUnit } from '../values/format.ts'
import css from './chart.module.css'

export interface ChartLine {
  readonly name: string
  readonly title: string
  readonly field: FieldLook
  readonly points: readonly Point[]
  readonly health?: Health
}
export interface ChartMark {
  readonly at: Date
  readonly title: string
}
interface Props {
  readonly label: string
  readonly lines: readonly ChartLine[]
  readonly from: Date
  readonly to: Date
  readonly gaps: readonly { readonly from: Date; readonly to: Date; readonly why: string }[]
  readonly marks?: readonly ChartMark[]
  readonly height?: number
}
const colours = [
  'var(--accent)',
  'var(--known)',
  'var(--ok)',
  'var(--warn)',
  'var(--high)',
  'var(--text-2)',
  'var(--critical)',
  'var(--text-3)',
]
const MAX_POINTS = 1_500
/** In shorter spans the axis shows seconds. */
const SECONDS_BELOW_MS = 10 * 60_000
/** The least part of the width between two marks that are both named. */
const NAME_ROOM = 0.2

type Datum = { readonly t: number } & { readonly [name: string]: number | readonly [number, number] | null }

/** One row a time, one column a line; min and max as a band where they differ. */
function tableOf(lines: readonly ChartLine[]): readonly Datum[] {
  const rows = new Map<number, Record<string, number | readonly [number, number] | null>>()
  for (const line of lines) {
    for (const point of line.points.slice(-MAX_POINTS)) {
      const t = point.at.getTime()
      const row = rows.get(t) ?? {}
      row[line.name] = isUnknown(point.value) ? null : Number(point.value)
      if (point.min !== undefined && point.max !== undefined) row[`${line.name} band`] = [Number(point.min), Number(point.max)]
      rows.set(t, row)
    }
  }
  return [...rows].toSorted(([a], [b]) => a - b).map(([t, row]) => ({ ...row, t }))
}

function axisText(field: FieldLook): (value: number) => string {
  if (field.kind === 'bytes' || field.unit === 'B') return formatBytes
  if (field.kind === 'duration') return formatDuration
  if (field.kind === 'ratio') return (v) => `${Math.round(v * 1_000) / 10} %`
  return (v) =>
    Math.abs(v) >= 1e6 ? `${Math.round(v / 1e5) / 10}M` : Math.abs(v) >= 1e4 ? `${Math.round(v / 1e3)}k` : String(Math.round(v * 100) / 100)
}

/** Five times over the span, as `02:41`. */
function ticks(from: Date, to: Date): readonly number[] {
  const step = (to.getTime() - from.getTime()) / 4
  return [0, 1, 2, 3, 4].map((i) => from.getTime() + i * step)
}

/** Marks with their place (0 to 1), the latest first; those too near to a later one go without their name. */
function named(marks: readonly ChartMark[], from: Date, to: Date) {
  const length = Math.max(1, to.getTime() - from.getTime())
  let free = Number.POSITIVE_INFINITY
  return marks
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())
    .map((mark) => {
      const place = (mark.at.getTime() - from.getTime()) / length
      const hasRoom = free - place >= NAME_ROOM
      // At the right edge the name stands to the left of its mark.
      if (hasRoom) free = place > 1 - NAME_ROOM ? place - NAME_ROOM : place
      return { mark, place, hasRoom }
    })
}

export function Chart({ label, lines, from, to, gaps, marks = [], height = 180 }: Props): JSX.Element {
  const data = useMemo(() => tableOf(lines), [lines])
  const hatch = useId()
  const first = lines[0]
  const colour = (line: ChartLine, i: number): string =>
    line.health === undefined ? (colours[i % colours.length] ?? '') : `var(--${line.health})`
  return (
    <figure className={css.chart} aria-label={label}>
      <ResponsiveContainer width="100%" height={height}>
        <ComposedChart data={[...data]} margin={{ top: 8, right: 26, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <defs>
            <pattern id={hatch} width="6" height="6" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">
              <rect width="1.2" height="6" fill="var(--edge-strong)" />
            </pattern>
          </defs>
          <CartesianGrid stroke="var(--edge)" vertical={false} />
          <XAxis
            dataKey="t"
            type="number"
            domain={[from.getTime(), to.getTime()]}
            allowDataOverflow
            ticks={[...ticks(from, to)]}
            tickFormatter={(t: number) => formatClock(new Date(t)).slice(0, to.getTime() - from.getTime() < SECONDS_BELOW_MS ? 8 : 5)}
            stroke="var(--edge)"
            tick={{ fill: 'var(--text-3)', fontSize: 10, fontFamily: 'var(--font-data)' }}
            tickLine={false}
          />
          <YAxis
            width={48}
            domain={[0, 'auto']}
            tickFormatter={first === undefined ? String : axisText(first.field)}
            stroke="none"
            tick={{ fill: 'var(--text-3)', fontSize: 10, fontFamily: 'var(--font-data)' }}
            tickLine={false}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--edge-strong)' }}
            content={({ active, label: t }) => (active === true && typeof t === 'number' ? <Reading at={t} lines={lines} /> : null)}
          />
          {gaps.map((gap) => (
            <ReferenceArea
              key={gap.from.getTime()}
              x1={Math.max(gap.from.getTime(), from.getTime())}
              x2={Math.min(gap.to.getTime(), to.getTime())}
              fill={`url(#${hatch})`}
              fillOpacity={1}
              ifOverflow="hidden"
            />
          ))}
          {lines.map((line, i) => (
            <Area
              key={`${line.name} band`}
              dataKey={`${line.name} band`}
              stroke="none"
              fill={colour(line, i)}
              fillOpacity={0.15}
              isAnimationActive={false}
              activeDot={false}
              legendType="none"
              tooltipType="none"
            />
          ))}
          {lines.map((line, i) => (
            <Line
              key={line.name}
              dataKey={line.name}
              type="stepAfter"
              stroke={colour(line, i)}
              strokeWidth={1.8}
              dot={false}
              connectNulls={false}
              isAnimationActive={false}
            />
          ))}
          {named(marks, from, to).map(({ mark, place, hasRoom }) => (
            <ReferenceLine
              key={`${mark.at.getTime()} ${mark.title}`}
              x={mark.at.getTime()}
              stroke="var(--accent)"
              strokeDasharray="3 3"
              {...(hasRoom
                ? {
                    label: {
                      value: mark.title,
                      position: place > 1 - NAME_ROOM ? ('insideTopRight' as const) : ('insideTopLeft' as const),
                      fill: 'var(--accent)',
                      fontSize: 10,
                    },
                  }
                : {})}
            />
          ))}
        </ComposedChart>
      </ResponsiveContainer>
      <figcaption className={css.legend}>
        {lines.length > 1 &&
          lines.map((line, i) => (
            <span key={line.name}>
              <i style={{ background: colour(line, i) }} />
              {line.title}
            </span>
          ))}
        {gaps.length > 0 && <span className={css.gap}>hatched: {[...new Set(gaps.map((g) => g.why))].join(', ')}</span>}
        {data.length === 0 && <span>no points in this span</span>}
      </figcaption>
    </figure>
  )
}

/** The exact values at one time. */
function Reading({ at, lines }: { readonly at: number; readonly lines: readonly ChartLine[] }): JSX.Element {
  return (
    <div className={css.reading}>
      <b>{formatInstant(new Date(at))}</b>
      {lines.map((line) => {
        const point = line.points.find((p) => p.at.getTime() === at)
        if (point === undefined) return null
        return (
          <span key={line.name}>
            {line.title}: {formatCell(point.value, line.field, { now: new Date(at), absolute: true, exact: false })}{' '}
            {headerUnit(line.field) ?? ''}
          </span>
        )
      })}
    </div>
  )
}
