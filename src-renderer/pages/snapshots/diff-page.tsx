// What differs between two moments, by meaning; where one side was not watched nothing is claimed.
import { type JSX, useMemo, useState } from 'react'
import type { DiffAnswer } from '../../../shared/contract/messages.ts'
import { asAppError } from '../../client/landscope.tsx'
import { useDiff } from '../../client/questions.ts'
import { Card } from '../../ui/card.tsx'
import { Failed, Loading } from '../../ui/states/states.tsx'
import { Status } from '../../ui/status.tsx'
import { DataTable } from '../../ui/table/data-table.tsx'
import type { TableColumn } from '../../ui/table/table-column.ts'
import { exactText, fieldTitle, formatInstant } from '../../ui/values/format.ts'
import { SafeText } from '../../ui/values/value.tsx'
import css from '../connections/connections.module.css'
import { collectionOf } from '../generic/declared.tsx'
import { type DiffSearch, usePlaces, viewingOf } from '../places.ts'

type DiffRow = DiffAnswer['rows'][number]
const healths = { appeared: 'ok', vanished: 'warn', changed: 'idle', unseen: 'unknown' } as const
const words = { appeared: 'appeared', vanished: 'gone', changed: 'changed', unseen: 'not watched' } as const

/** `state: stalled ← keeping up, lag: 9 ← 8`. */
function changeText(row: DiffRow): string {
  const collection = collectionOf(row.system, row.collection)
  return Object.entries(row.fields)
    .map(([name, { from, to }]) => {
      const word = (cell: typeof from): string =>
        typeof cell === 'string' ? (collection?.words?.[name]?.[cell]?.word ?? cell) : exactText(cell)
      return `${fieldTitle(name)}: ${word(from)} → ${word(to)}`
    })
    .join(', ')
}
const columns: readonly TableColumn<DiffRow>[] = [
  {
    name: 'label',
    title: 'What',
    says: 'The record',
    numeric: false,
    sortable: false,
    cell: (r) => <SafeText text={r.label} max={80} />,
    shown: (r) => r.label.slice(0, 40),
    text: (r) => r.label,
  },
  {
    name: 'kind',
    title: 'Kind',
    says: 'Its system and collection',
    numeric: false,
    sortable: false,
    cell: (r) => `${r.system} ${r.collection}`,
    shown: (r) => `${r.system} ${r.collection}`,
    text: (r) => `${r.system}.${r.collection}`,
  },
  {
    name: 'what',
    title: 'How',
    says: 'appeared, gone, changed; or one side was not watched',
    numeric: false,
    sortable: false,
    cell: (r) => <Status health={healths[r.what]} word={words[r.what]} />,
    shown: (r) => `■ ${words[r.what]}`,
    text: (r) => words[r.what],
  },
  {
    name: 'fields',
    title: 'Before → after',
    says: 'The fields that differ',
    numeric: false,
    sortable: false,
    cell: (r) => <SafeText text={changeText(r)} max={300} />,
    shown: (r) => changeText(r).slice(0, 90),
    text: changeText,
  },
]
const WINDOW = 500

export function DiffPage({ search }: { readonly search: DiffSearch }): JSX.Element {
  const places = usePlaces()
  const from = viewingOf({
    ...(search.fromSource === undefined ? {} : { source: search.fromSource }),
    ...(search.fromAt === undefined ? {} : { at: search.fromAt }),
  })
  const to = viewingOf({
    ...(search.toSource === undefined ? {} : { source: search.toSource }),
    ...(search.toAt === undefined ? {} : { at: search.toAt }),
  })
  const [offset, setOffset] = useState(0)
  const { data, error } = useDiff({ from, to, offset, limit: WINDOW })
  const rows = useMemo(() => new Map((data?.rows ?? []).map((r, i) => [offset + i, r])), [data, offset])
  const failed = asAppError(error)
  const side = (viewing: typeof from): string =>
    `${viewing.source ?? 'live'}${viewing.at === undefined ? '' : ` at ${formatInstant(viewing.at)}`}`
  return (
    <>
      <h1 className={css.title}>
        {data === undefined ? 'Comparing …' : `${data.total.toLocaleString('en')} records differ`} between {side(from)} and {side(to)}.
      </h1>
      {data !== undefined && (
        <p className={css.faint}>
          {Object.entries(data.counts)
            .map(
              ([name, c]) =>
                `${name}: ${c.appeared} appeared, ${c.vanished} gone, ${c.changed} changed${c.unseen > 0 ? `, ${c.unseen} not watched on one side` : ''}`,
            )
            .join(' · ')}
        </p>
      )}
      {failed !== undefined && <Failed error={failed} />}
      {data === undefined && failed === undefined && <Loading what="the difference" />}
      {data !== undefined && (
        <Card flush fills>
          <DataTable
            label="differences"
            columns={columns}
            shown={columns.map((c) => c.name)}
            total={data.total}
            rows={rows}
            idOf={(r) => r.urn}
            onRange={(first, last) => {
              if (first < offset || last >= offset + WINDOW) setOffset(Math.max(0, first - WINDOW / 4))
            }}
            onOpen={(r) => places.record(r.urn)}
            onPeek={(r) => places.peek(r.urn)}
            takesFocus
          />
        </Card>
      )}
    </>
  )
}
