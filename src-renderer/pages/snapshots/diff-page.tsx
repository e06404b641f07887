// What differs between two moments, by meaning; where one side was not watched nothing is claimed.
import { type JSX, useMemo, useState } from 'react'
import type { DiffAnswer } from '../../../shared/contract/messages.ts'
import { parseUrn } from '../../../shared/model/urn.ts'
import { useHello } from '../../client/control.ts'
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
/** `play-events 2` of `billing`: where a label is said of several records, what is around it is said as well. */
function nameOf(row: DiffRow): string {
  const key = parseUrn(row.urn)?.key ?? []
  return key.length > 1 ? key.join(' ') : row.label
}
const kindOf = (system: string, collection: string): string => {
  const title = collectionOf(system, collection)?.title
  return title === undefined ? `${system} ${collection}` : `${system} ${title.toLowerCase()}`
}
const countWords = { appeared: 'appeared', vanished: 'gone', changed: 'changed', unseen: 'not watched on one side' } as const
/** `kafka groups: 2 appeared, 3 changed`. */
function countsText([id, counts]: readonly [string, DiffAnswer['counts'][string]]): string {
  const [system = '', collection = ''] = id.split('.')
  const said = (['appeared', 'vanished', 'changed', 'unseen'] as const).filter((what) => counts[what] > 0)
  return `${kindOf(system, collection)}: ${said.map((what) => `${counts[what].toLocaleString('en')} ${countWords[what]}`).join(', ')}`
}
const columns: readonly TableColumn<DiffRow>[] = [
  {
    name: 'label',
    title: 'What',
    says: 'The record',
    numeric: false,
    sortable: false,
    cell: (r) => <SafeText text={nameOf(r)} max={80} />,
    shown: (r) => nameOf(r).slice(0, 40),
    text: nameOf,
  },
  {
    name: 'kind',
    title: 'Kind',
    says: 'Its system and collection',
    numeric: false,
    sortable: false,
    cell: (r) => kindOf(r.system, r.collection),
    shown: (r) => kindOf(r.system, r.collection),
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
  const sources = useHello().data?.sources ?? []
  const titleOf = (source: string): string => {
    const file = sources.find((one) => one.source === source)
    return file === undefined ? source : file.manifest.title === '' ? file.path : `“${file.manifest.title}”`
  }
  const isOneSource = from.source === to.source
  const side = ({ source, at }: typeof from): string => {
    const name = source === undefined ? 'live' : titleOf(source)
    if (!isOneSource) return at === undefined ? name : `${name} at ${formatInstant(at)}`
    if (at !== undefined) return formatInstant(at)
    return source === undefined ? 'now' : 'its end'
  }
  return (
    <>
      <h1 className={css.title}>
        {data === undefined ? 'Comparing …' : `${data.total.toLocaleString('en')} records differ`} between {side(from)} and {side(to)}
        {isOneSource && from.source !== undefined && (
          <>
            {' '}
            of <SafeText text={titleOf(from.source)} max={120} />
          </>
        )}
        .
      </h1>
      {data !== undefined && <p className={css.faint}>{Object.entries(data.counts).map(countsText).join(' · ')}</p>}
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
