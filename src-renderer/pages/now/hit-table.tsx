// Who is hit by an incident, the worst first.
import { type JSX, useMemo } from 'react'
import type { FindingAnswer, IncidentAnswer } from '../../../shared/contract/messages.ts'
import { plain } from '../../../shared/model/sentence.ts'
import { Card } from '../../ui/card.tsx'
import { Status } from '../../ui/status.tsx'
import { DataTable } from '../../ui/table/data-table.tsx'
import type { TableColumn } from '../../ui/table/table-column.ts'
import { exactText, formatInterval } from '../../ui/values/format.ts'
import { SafeText } from '../../ui/values/value.tsx'
import { kindOf } from '../generic/declared.tsx'
import { usePlaces } from '../places.ts'

const healthOf = { critical: 'critical', high: 'high', warn: 'warn', info: 'idle' } as const
const order = ['critical', 'high', 'warn', 'info']

const stateOf = (f: FindingAnswer): string =>
  f.closed === undefined ? (f.rule.split('.').at(-1) ?? f.rule).replaceAll('-', ' ') : 'recovered'
const columns: readonly TableColumn<FindingAnswer>[] = [
  {
    name: 'hit',
    title: 'Hit',
    says: 'The record that is hit',
    numeric: false,
    cell: (f) => (
      <>
        {kindOf(f.urn)}&nbsp;
        <SafeText text={f.label} max={60} />
      </>
    ),
    shown: (f) => `${kindOf(f.urn)} ${f.label}`.slice(0, 34),
    text: (f) => f.label,
  },
  {
    name: 'state',
    title: 'State',
    says: 'What is wrong with it',
    numeric: false,
    cell: (f) => <Status health={f.closed === undefined ? healthOf[f.severity] : 'ok'} word={stateOf(f)} />,
    shown: (f) => `■ ${stateOf(f)}`,
    text: (f) => f.rule,
  },
  {
    name: 'since',
    title: 'Since (UTC)',
    says: 'When it began: between two moments where nobody saw it begin',
    numeric: false,
    cell: (f, look) => <span className="data">{formatInterval(f.since, look).replace(' UTC', '')}</span>,
    shown: (f, look) => formatInterval(f.since, look).replace(' UTC', ''),
    text: ({ since: { from, to } }) => exactText({ from, to }),
  },
  {
    name: 'says',
    title: 'What it says',
    says: 'The finding in a sentence',
    numeric: false,
    cell: (f) => <SafeText text={plain(f.says)} max={160} />,
    shown: (f) => plain(f.says).slice(0, 60),
    text: (f) => plain(f.says),
  },
]

export function HitTable({ incident }: { readonly incident: IncidentAnswer }): JSX.Element | null {
  const places = usePlaces()
  const rows = useMemo(() => {
    const sorted = incident.findings.toSorted(
      (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.since.from.getTime() - b.since.from.getTime(),
    )
    return new Map(sorted.map((f, i) => [i, f]))
  }, [incident.findings])
  if (rows.size === 0) return null
  return (
    <Card flush>
      <DataTable
        label="hit"
        columns={columns}
        shown={columns.map((c) => c.name)}
        total={rows.size}
        rows={rows}
        idOf={(f) => `${f.urn} ${f.rule}`}
        onOpen={(f) => places.record(f.urn)}
        onPeek={(f) => places.peek(f.urn)}
        fit={12}
      />
    </Card>
  )
}
