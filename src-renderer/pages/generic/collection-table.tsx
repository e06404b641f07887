// Any collection as a table, from its declaration alone: filtered and sorted in the host, fetched by blocks, columns remembered.
import { type JSX, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Freshness } from '../../../shared/contract/messages.ts'
import type { AnyCollection } from '../../../shared/model/collection.ts'
import type { AnyRow, RecordRow } from '../../client/decode.ts'
import { exactKey } from '../../client/exact-keys.ts'
import { useViewing } from '../../client/landscope.tsx'
import { type AnyAsk, useRecordBlocks } from '../../client/records.ts'
import { useKeys, useSay } from '../../ui/keys/keys.tsx'
import { Empty, Failed, FreshnessLine, Loading } from '../../ui/states/states.tsx'
import { DataTable } from '../../ui/table/data-table.tsx'
import type { TableColumn } from '../../ui/table/table-column.ts'
import { usePlaces } from '../places.ts'
import { collectionOf, columnsOf, connectionColumn, firstColumns } from './declared.tsx'

interface Props {
  readonly system: string
  readonly collection: string
  readonly where?: object | undefined
  readonly connection?: string | undefined
  readonly typed?: string | undefined
  readonly onTyped?: (typed: string) => void
  readonly sort?: string | undefined
  readonly onSort?: (sort: string) => void
  /** Columns at first; the person's own choice is remembered where tools are shown. */
  readonly columns?: readonly string[] | undefined
  readonly bar?: string | undefined
  readonly fit?: number
  readonly tools?: boolean
  readonly foot?: string | undefined
  readonly onCursor?: (row: RecordRow<AnyRow> | undefined) => void
  /** Told the first row, once it is there. */
  readonly onFirst?: (row: RecordRow<AnyRow> | undefined) => void
  readonly takesFocus?: boolean
}

/**
 * The columns shown, as the person chose them. One that comes and goes with what is connected stands after the label until it is
 * taken away.
 */
function useColumns(
  key: string,
  first: readonly string[],
  remember: boolean,
  extra: string | undefined,
): readonly [readonly string[], (names: readonly string[]) => void] {
  const [chosen, setChosen] = useState<readonly string[] | undefined>(() => {
    const text = remember ? localStorage.getItem(`columns ${key}`) : null
    return text === null ? undefined : text.split(' ')
  })
  const choose = (names: readonly string[]): void => {
    const kept = extra === undefined || names.includes(extra) ? names : [...names, `-${extra}`]
    setChosen(kept)
    localStorage.setItem(`columns ${key}`, kept.join(' '))
  }
  const names = chosen ?? first
  if (extra === undefined || names.includes(extra) || names.includes(`-${extra}`)) return [names, choose]
  return [[...names.slice(0, 1), extra, ...names.slice(1)], choose]
}

/** Another place and time is another table: it takes the focus that the one before had, and none that is elsewhere. */
function useFocusOf(place: string): boolean {
  const first = useRef(place)
  return useMemo(() => {
    const { activeElement } = document
    return place === first.current || activeElement === document.body || activeElement?.getAttribute('role') === 'grid'
  }, [place])
}

/** Rows of several connections say which one they came over. */
function useConnectionColumn(
  collection: AnyCollection | undefined,
  known: readonly Freshness[],
): TableColumn<RecordRow<AnyRow>> | undefined {
  const text = JSON.stringify(known.map(({ connection, title }) => [connection, title]))
  return useMemo(() => {
    const titles = new Map(JSON.parse(text) as readonly (readonly [string, string])[])
    if (collection === undefined || titles.size < 2) return undefined
    return connectionColumn(Object.hasOwn(collection.fields, 'connection') ? 'over' : 'connection', titles)
  }, [collection, text])
}

export function CollectionTable(props: Props): JSX.Element {
  const { system, collection: name, where, connection, typed, fit, tools = false } = props
  const places = usePlaces()
  const say = useSay()
  const collection = collectionOf(system, name)
  const [range, setRange] = useState({ first: 0, last: 60 })
  const [ownSort, setOwnSort] = useState<string | undefined>(undefined)
  const sort = props.onSort === undefined ? ownSort : props.sort
  const question: Omit<AnyAsk, 'offset' | 'limit'> = {
    ...(where === undefined ? {} : { where }),
    ...(connection === undefined ? {} : { connection }),
    ...(typed === undefined ? {} : { typed }),
    ...((sort ?? props.sort ?? collection?.show?.sort) === undefined ? {} : { sort: sort ?? props.sort ?? collection?.show?.sort ?? '' }),
  }
  // Places held, and rows selected, are those of one place and time.
  const place = exactKey([useViewing()])
  const takesFocus = useFocusOf(place) && props.takesFocus === true
  const { about, rows, answered } = useRecordBlocks(system, name, question, range.first, range.last)
  const barField = props.bar
  const max = useMemo(() => {
    if (barField === undefined) return 0
    return [...rows.values()].reduce((most, { row }) => {
      const value = row[barField]
      return typeof value === 'number' || typeof value === 'bigint' ? Math.max(most, Number(value)) : most
    }, 0)
  }, [rows, barField])
  const extra = useConnectionColumn(collection, connection === undefined ? (about?.freshness ?? []) : [])
  const columns = useMemo(() => {
    if (collection === undefined) return []
    const declared = columnsOf(collection, props.columns, barField === undefined ? undefined : { field: barField, max })
    return extra === undefined ? declared : [...declared, extra]
  }, [collection, props.columns, barField, max, extra])
  const first = props.columns ?? (collection === undefined ? [] : firstColumns(collection))
  const [shown, setShown] = useColumns(`${system}.${name}`, first, tools, extra?.name)
  const onRange = useCallback(
    (from: number, to: number) => setRange((r) => (r.first === from && r.last === to ? r : { first: from, last: to })),
    [],
  )
  const idOf = useCallback((r: RecordRow<AnyRow>) => `${r.urn} ${r.connection}`, [])
  const firstRow = rows.get(0)
  const { onFirst } = props
  // biome-ignore lint/correctness/useExhaustiveDependencies: told when another record comes first, not when its values change
  useEffect(() => {
    if (firstRow !== undefined) onFirst?.(firstRow)
  }, [firstRow?.urn])
  const collect = (): void => {
    answered.again()
    say('Asked again')
  }
  useKeys(tools ? { collect } : {})
  if (collection === undefined) return <Empty kind="not-recorded" what={name} />
  const what = collection.title.toLowerCase()
  if (answered.state === 'failed' && answered.error !== undefined && about === undefined)
    return <Failed error={answered.error} again={answered.again} />
  if (about === undefined) return <Loading what={what} />
  return (
    <>
      {answered.state === 'failed' && answered.error !== undefined && <Failed error={answered.error} />}
      <DataTable
        key={place}
        label={what}
        columns={columns}
        shown={shown}
        {...(tools ? { onShown: setShown } : {})}
        total={about.total}
        rows={rows}
        idOf={idOf}
        onRange={onRange}
        sort={question.sort}
        onSort={props.onSort ?? setOwnSort}
        {...(props.onTyped === undefined ? {} : { filter: typed ?? '', onFilter: props.onTyped })}
        onOpen={(r) => places.record(r.urn)}
        onPeek={(r) => places.peek(r.urn)}
        onSecond={(r) => places.peek(r.urn)}
        {...(props.onCursor === undefined ? {} : { onCursor: props.onCursor })}
        {...(fit === undefined ? {} : { fit })}
        takesFocus={takesFocus}
        empty={
          <Empty kind={about.empty === 'none-match' && typed === undefined ? 'none-exist' : (about.empty ?? 'none-exist')} what={what} />
        }
        foot={
          <>
            {props.foot !== undefined && <span>{props.foot}</span>}
            {about.unjudged > 0 && (
              <span>{about.unjudged.toLocaleString('en')} could not be judged by this filter: a value is unknown</span>
            )}
            <FreshnessLine freshness={about.freshness} />
          </>
        }
      />
    </>
  )
}
