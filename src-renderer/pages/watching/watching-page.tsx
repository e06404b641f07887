// What we did to them: per connection requests a minute against the budget, bytes, slowest call, writes; and when nobody watched.
import { type JSX, useMemo } from 'react'
import { own } from '../../../shared/model/own.ts'
import { useCoverage } from '../../client/questions.ts'
import { Card } from '../../ui/card.tsx'
import { Empty, Failed, Loading } from '../../ui/states/states.tsx'
import { Timeline } from '../../ui/timeline.tsx'
import css from '../connections/connections.module.css'
import { blindSpans } from '../generic/blind-spans.ts'
import { CollectionTable } from '../generic/collection-table.tsx'
import { collectionOf } from '../generic/declared.tsx'
import { useSpan } from '../generic/span.ts'

const healths = { complete: 'ok', partial: 'warn', failed: 'high', 'nobody-watching': 'unknown' } as const

const shown = ['title', 'state', 'requestsPerMinute', 'requestsAllowed', 'writes', 'bytesIn', 'slowestMs', 'lastAnswer']

export function WatchingPage(): JSX.Element {
  const span = useSpan(60)
  const coverage = useCoverage(span)
  const lanes = useMemo(
    () =>
      [
        ...Map.groupBy(
          (coverage.data ?? []).filter((s) => s.system !== own.id),
          (s) => `${s.connection} ${collectionOf(s.system, s.collection)?.title.toLowerCase() ?? s.collection}`,
        ),
      ]
        .slice(0, 60)
        .map(([id, spans]) => ({
          id,
          label: id,
          bars: spans
            .filter((s) => s.state !== 'nobody-watching')
            .map((s) => ({ from: s.from, certain: s.from, to: s.to, health: healths[s.state], title: s.why ?? s.state })),
          blind: blindSpans(spans, span),
        })),
    [coverage.data, span],
  )
  return (
    <>
      <h1 className={css.title}>What was watched in the last hour, and what it cost the servers</h1>
      <Card flush>
        <CollectionTable system={own.id} collection="connections" columns={shown} fit={14} />
      </Card>
      <Card title="Watched, by connection and collection" hint="hatched = nobody watched">
        {coverage.error !== undefined && <Failed error={coverage.error} again={coverage.again} />}
        {coverage.data === undefined ? (
          coverage.error === undefined && <Loading what="what was watched" />
        ) : lanes.length === 0 ? (
          <Empty kind="not-recorded" what="rounds" />
        ) : (
          <Timeline lanes={lanes} from={span.from} to={span.to} />
        )}
      </Card>
    </>
  )
}
