// The parts of a record, from its declaration: facts, history, curves, neighbours, findings, raw.
import { type JSX, lazy, Suspense, useMemo } from 'react'
import type { Change, Point, SeriesAnswer } from '../../../shared/contract/messages.ts'
import type { AnyCollection } from '../../../shared/model/collection.ts'
import type { Health } from '../../../shared/model/health.ts'
import type { AnyRow } from '../../client/decode.ts'
import { useAnySeries } from '../../client/questions.ts'
import type { OneRecord } from '../../client/records.ts'
import { Card, Remarks } from '../../ui/card.tsx'
import type { ChartMark } from '../../ui/chart/chart.tsx'
import { heldPoints } from '../../ui/chart/held-points.ts'
import { SentenceText } from '../../ui/sentence/sentence.tsx'
import { Empty, Failed, Loading } from '../../ui/states/states.tsx'
import { Status } from '../../ui/status.tsx'
import { exactText, fieldTitle, formatInstant, formatInterval, formatMoment, formatNumber, formatRelative } from '../../ui/values/format.ts'
import { useFixedMoment, useLook } from '../../ui/values/look.tsx'
import { SafeText, Value } from '../../ui/values/value.tsx'
import { fromFirstWatched } from '../generic/blind-spans.ts'
import { collectionOf } from '../generic/declared.tsx'
import css from '../generic/generic.module.css'
import { useSpan } from '../generic/span.ts'
import { usePlaces } from '../places.ts'

interface Of {
  readonly record: OneRecord
  readonly collection: AnyCollection
}
/** Every field with its value; what it means stands beside it where values are shown exactly. */
export function FactsPart({ record, collection }: Of): JSX.Element {
  const look = useLook('list')
  return (
    <Card>
      <dl className={css.facts}>
        {Object.entries(collection.fields).map(([name, field]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt title={field.says}>{fieldTitle(name)}</dt>
            <dd>
              <Value
                cell={record.row[name]}
                field={field}
                look={look}
                words={collection.words?.[name]}
                max={2_000}
                leads={name === collection.show?.status}
              />
              {field.unit !== undefined && typeof record.row[name] !== 'object' && field.kind !== 'duration' && field.kind !== 'bytes' && (
                <span className={css.small}> {field.unit}</span>
              )}
              {look.exact && <div className={css.small}>{field.says}</div>}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

const whats: Readonly<Record<Change['what'], string>> = {
  appeared: 'appeared',
  changed: 'changed',
  ended: 'ended',
  unseen: 'no longer seen',
  'seen-again': 'seen again',
}
/** When did it change: between the last round that saw the old value and the first that saw the new one. */
export function changeTime(change: Change, now: Date): string {
  return change.after === undefined ? formatMoment(change.at, now) : formatInterval({ from: change.after, to: change.at }, { now })
}
/** The same thing under other keys: what was before it, what came after, what lives beside it. */
function LinePart({ record, collection }: Of): JSX.Element | null {
  const look = useLook('timeline')
  const places = usePlaces()
  const { line, lineTotal } = record
  if (line.length < 2) return null
  const many = line.length < lineTotal ? `${line.length} of ${formatNumber(lineTotal)}` : lineTotal
  return (
    <Card title={`${many} with the same ${(collection.line ?? []).map((name) => fieldTitle(name).toLowerCase()).join(' and ')}`}>
      <Remarks>
        {line.toReversed().map((one) => (
          <li key={one.urn}>
            <b>
              {formatMoment(one.from, look.now)} – {one.to === undefined ? 'still there' : formatMoment(one.to, look.now)}
            </b>{' '}
            {one.urn === record.urn ? (
              'this one'
            ) : (
              <button type="button" className={css.link} onClick={() => places.record(one.urn)}>
                <SafeText text={one.label} max={80} /> <SafeText text={one.key} max={80} />
              </button>
            )}
            {one.ended !== undefined && (
              <>
                : ended, <SafeText text={one.ended} />
              </>
            )}
          </li>
        ))}
      </Remarks>
    </Card>
  )
}
export function HistoryPart({ record, collection }: Of): JSX.Element {
  return (
    <>
      <LinePart record={record} collection={collection} />
      <ChangesPart record={record} collection={collection} />
    </>
  )
}
function ChangesPart({ record, collection }: Of): JSX.Element {
  const look = useLook('timeline')
  if (record.history.length === 0) return <Empty kind="not-recorded" what="changes" />
  return (
    <Card>
      <Remarks>
        {record.history.toReversed().map((change) => (
          <li key={`${change.at.getTime()} ${change.what}`}>
            <b>{changeTime(change, look.now)}</b> {whats[change.what]}
            {change.why !== undefined && (
              <>
                : <SafeText text={change.why} />
              </>
            )}
            {Object.entries(change.fields).map(([name, { from, to }]) => {
              const field = collection.fields[name]
              if (field === undefined) return null
              const words = collection.words?.[name]
              return (
                <div key={name}>
                  {fieldTitle(name)}: {from !== undefined && <Value cell={from} field={field} look={look} words={words} />}
                  {from !== undefined && ' → '}
                  {to !== undefined && <Value cell={to} field={field} look={look} words={words} />}
                </div>
              )
            })}
          </li>
        ))}
      </Remarks>
    </Card>
  )
}

/** The library of curves is as large as the rest of the page: it comes when the first curve is drawn. */
const Chart = lazy(async () => ({ default: (await import('../../ui/chart/chart.tsx')).Chart }))
const CHART_HEIGHT = 180

interface CurveProps {
  readonly urn: string
  readonly history: readonly Change[]
  readonly collection: AnyCollection
  readonly title: string
  readonly fields: readonly string[]
  readonly health?: Health | undefined
  readonly height?: number
}
/** The span ends a little after the moment looked at, so that its answer is kept: what came after the earliest of `ends` is not drawn. */
function drawnUntil(points: readonly Point[], gaps: SeriesAnswer['gaps'], ends: readonly Date[]): readonly Point[] {
  const until = new Date(Math.min(...ends.map((end) => end.getTime())))
  return heldPoints(
    points.filter((point) => point.at <= until),
    gaps,
    until,
  )
}
/** One card with a curve of some series fields. Changes of the record are drawn as marks. */
export function CurvePart({ urn, history, collection, title, fields, health, height }: CurveProps): JSX.Element {
  const span = useSpan(60)
  const at = useFixedMoment()
  const series = useAnySeries(urn, fields, span)
  const gaps = useMemo(() => series.data?.gaps ?? [], [series.data])
  const last = history.reduce<Change | undefined>((a, b) => (a === undefined || b.at >= a.at ? b : a), undefined)
  const ended = last?.what === 'ended' ? last.at : undefined
  const lines = useMemo(
    () =>
      fields.map((name) => ({
        name,
        title: fieldTitle(name),
        field: collection.fields[name] ?? { kind: 'count' as const },
        points: drawnUntil(series.data?.fields[name] ?? [], gaps, [span.to, at ?? new Date(), ...(ended === undefined ? [] : [ended])]),
        ...(health === undefined ? {} : { health }),
      })),
    [fields, collection, series.data, gaps, span, health, at, ended],
  )
  const status = collection.show?.status
  const marks = useMemo<readonly ChartMark[]>(() => {
    if (status === undefined) return []
    return history
      .filter((c) => c.at >= span.from && c.at <= span.to && c.what === 'changed' && c.fields[status] !== undefined)
      .slice(-3)
      .map((c) => {
        const to = c.fields[status]?.to
        const word = typeof to === 'string' ? collection.words?.[status]?.[to]?.word : undefined
        return { at: c.at, title: word ?? exactText(to) }
      })
  }, [history, span, status, collection])
  const drawn = fromFirstWatched(span, gaps)
  return (
    <Card title={title} hint={gaps.length > 0 ? 'hatched = nobody watched' : undefined}>
      {series.data === undefined && series.error !== undefined ? (
        <Failed error={series.error} again={series.again} />
      ) : series.data === undefined ? (
        <Loading what="the curve" />
      ) : (
        <Suspense fallback={<div style={{ height: (height ?? CHART_HEIGHT) + 16 }} />}>
          <Chart label={title} lines={lines} from={drawn.from} to={drawn.to} gaps={gaps} marks={marks} height={height ?? CHART_HEIGHT} />
        </Suspense>
      )}
    </Card>
  )
}

/** Findings of the record, worst first, each with what it rests on. */
export function FindingsPart({ record }: { readonly record: OneRecord }): JSX.Element | null {
  const look = useLook('timeline')
  const places = usePlaces()
  if (record.findings.length === 0) return null
  const health = { critical: 'critical', high: 'high', warn: 'warn', info: 'idle' } as const
  return (
    <Card title="Findings">
      <Remarks>
        {record.findings.map((f) => (
          <li key={f.rule}>
            <Status health={health[f.severity]} /> <SentenceText says={f.says} onOpen={places.target} />
            <div className={css.small}>
              {f.rule} · since {formatInterval(f.since, look)} ·{' '}
              {f.since.by === 'seen' ? 'as we saw it' : f.since.by === 'event' ? 'by its own time' : 'by the server'}
            </div>
            {f.evidence.map((e) => (
              <div key={`${e.label} ${e.value}`} className={css.small}>
                <SafeText text={e.label} max={80} />: <SafeText text={e.value} />
                {e.at !== undefined && ` · ${formatMoment(e.at, look.now)}`}
                {e.source !== undefined && (
                  <>
                    {' '}
                    · <SafeText text={e.source} max={120} />
                  </>
                )}
              </div>
            ))}
          </li>
        ))}
      </Remarks>
    </Card>
  )
}

export function NeighboursPart({ record }: { readonly record: OneRecord }): JSX.Element {
  const places = usePlaces()
  if (record.neighbours.length === 0) return <Empty kind="none-exist" what="neighbours" />
  const groups = Map.groupBy(record.neighbours, (n) => `${n.system} ${n.collection}`)
  return (
    <div className={css.two}>
      {[...groups].map(([name, list]) => {
        const [system = '', collection = ''] = name.split(' ')
        return (
          <Card key={name} title={collectionOf(system, collection)?.title ?? collection} hint={list[0]?.by}>
            <Remarks>
              {list.slice(0, 100).map((n) => (
                <li key={n.urn}>
                  <button type="button" className={css.link} onClick={() => places.record(n.urn)}>
                    <SafeText text={n.label} max={120} />
                  </button>{' '}
                  {n.health !== undefined && <Status health={n.health} />}
                </li>
              ))}
            </Remarks>
            {list.length > 100 && <div className={css.small}>{list.length - 100} more</div>}
          </Card>
        )
      })}
    </div>
  )
}

/** The record exactly, as text to copy. */
export function RawPart({ record }: { readonly record: OneRecord }): JSX.Element {
  return (
    <Card>
      <pre className={css.raw}>{rawText(record.urn, record.row, record.seen.at)}</pre>
    </Card>
  )
}
/** JSON of a row, 64-bit numbers and times as exact texts, with when it was seen. */
export function rawText(urn: string, row: AnyRow, seen: Date): string {
  return JSON.stringify({ urn, seen: seen.toISOString(), ...row }, (_k, v: unknown) => (typeof v === 'bigint' ? v.toString() : v), 2)
}

/** When it was last seen, and where it ended. */
export function SeenLine({ record }: { readonly record: OneRecord }): JSX.Element {
  const look = useLook('list')
  const { seen, ended } = record
  if (ended !== undefined) {
    return (
      <span className={css.faint} title={formatInstant(ended.at)}>
        ended {formatMoment(ended.at, look.now)}: <SafeText text={ended.why} max={120} />
      </span>
    )
  }
  return (
    <span className={css.faint} title={formatInstant(seen.at)}>
      seen {look.absolute ? formatMoment(seen.at, look.now) : formatRelative(seen.at, look.now)}
      {seen.unseen !== undefined && ', not in the last round'}
    </span>
  )
}
