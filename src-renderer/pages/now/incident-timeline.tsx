// When each thing of an incident began to hurt, and what else hurt meanwhile; where nobody watched is hatched.
import { type JSX, useMemo } from 'react'
import type { FindingAnswer, IncidentAnswer } from '../../../shared/contract/messages.ts'
import { own } from '../../../shared/model/own.ts'
import { plain } from '../../../shared/model/sentence.ts'
import { useCoverage } from '../../client/questions.ts'
import { Card } from '../../ui/card.tsx'
import { useKeys } from '../../ui/keys/keys.tsx'
import { Timeline, type TimelineLane } from '../../ui/timeline.tsx'
import { useLook } from '../../ui/values/look.tsx'
import { blindSpans } from '../generic/blind-spans.ts'
import { kindOf } from '../generic/declared.tsx'
import { usePlaces } from '../places.ts'

const healthOf = { critical: 'critical', high: 'high', warn: 'warn', info: 'idle' } as const
const MINUTE = 60_000
const MAX_LANES = 12
const MAX_CONNECTIONS = 4

export function IncidentTimeline({
  incident,
  others,
}: {
  readonly incident: IncidentAnswer
  readonly others: readonly FindingAnswer[]
}): JSX.Element {
  const places = usePlaces()
  const look = useLook('timeline')
  const half = Math.ceil(look.now.getTime() / (MINUTE / 2)) * (MINUTE / 2)
  // An unknown beginning (before anybody watched) is drawn from where it is certain.
  const began = incident.since.from.getTime() || incident.since.to.getTime()
  const span = useMemo(() => {
    const length = Math.max(half - began, 10 * MINUTE)
    return { from: new Date(half - Math.min(length * 1.6, 24 * 60 * MINUTE)), to: new Date(half) }
  }, [half, began])
  const coverage = useCoverage(span)
  const lanes = useMemo<readonly TimelineLane[]>(() => {
    const byUrn = new Map<string, FindingAnswer[]>()
    for (const f of [...incident.findings, ...others]) byUrn.set(f.urn, [...(byUrn.get(f.urn) ?? []), f])
    const of = [...byUrn].slice(0, MAX_LANES).map(
      ([urn, list]): TimelineLane => ({
        id: urn,
        label: `${kindOf(urn)} ${list[0]?.label ?? urn}`,
        bars: list.map((f) => ({
          from: f.since.from.getTime() === 0 ? f.since.to : f.since.from,
          certain: f.since.to,
          ...(f.closed === undefined ? {} : { to: f.closed }),
          health: healthOf[f.severity],
          title: plain(f.says),
        })),
      }),
    )
    const watched = Map.groupBy(
      (coverage.data ?? []).filter((s) => s.system !== own.id),
      (s) => s.connection,
    )
    const connections = [...watched]
      .map(([connection, spans]) => ({
        id: `connection ${connection}`,
        label: `watched ${connection}`,
        bars: [],
        blind: blindSpans(spans, span),
      }))
      .filter((lane) => lane.blind.length > 0)
    return [...of, ...connections.slice(0, MAX_CONNECTIONS)]
  }, [incident, others, coverage.data, span])
  const moments = useMemo(
    () =>
      [
        ...new Set(
          lanes.flatMap((lane) => lane.bars.flatMap((b) => [b.certain.getTime(), ...(b.to === undefined ? [] : [b.to.getTime()])])),
        ),
      ].toSorted((a, b) => a - b),
    [lanes],
  )
  useKeys({
    previousEvent: () => {
      const at = moments.findLast((t) => t < look.now.getTime() - 1_000)
      if (at !== undefined) places.moment(new Date(at))
    },
    nextEvent: () => {
      const at = moments.find((t) => t > look.now.getTime() + 1_000)
      if (at !== undefined) places.moment(new Date(at))
    },
  })
  return (
    <Card title="When (interval bars: what is certain, not what is drawn)" shows="previousEvent">
      <Timeline lanes={lanes} from={span.from} to={span.to} onOpen={(id) => (id.startsWith('urn:') ? places.peek(id) : undefined)} />
    </Card>
  )
}
