// What changed on the path of an incident from shortly before it began, each change between the moments that saw the old and the new.
import type { JSX } from 'react'
import type { Change, IncidentAnswer } from '../../../shared/contract/messages.ts'
import type { AnyCollection } from '../../../shared/model/collection.ts'
import { type OneRecord, useSomeRecords } from '../../client/records.ts'
import { Card, Remarks } from '../../ui/card.tsx'
import { fieldTitle, formatCell, type Look } from '../../ui/values/format.ts'
import { useLook } from '../../ui/values/look.tsx'
import { SafeText } from '../../ui/values/value.tsx'
import { plainVisible } from '../../ui/values/visible-text.ts'
import { collectionOf, kindOf } from '../generic/declared.tsx'
import css from '../generic/generic.module.css'
import { changeTime } from '../record/record-parts.tsx'

const MAX_RECORDS = 4
/** Of each record: the first ones tell how it began. */
const MAX_CHANGES = 3
/** Characters of one value: a list may have a thousand members. */
const MAX_VALUE = 100
/** What a cause is looked for before the hurt. */
const BEFORE_MS = 10 * 60_000

export function ChangesCard({ incident }: { readonly incident: IncidentAnswer }): JSX.Element | null {
  const hops = [...new Set([...incident.chain.map((hop) => hop.urn), incident.root])]
  const path = hops.filter((urn) => urn?.startsWith('urn:ls:') === true).slice(0, MAX_RECORDS)
  return path.length === 0 ? null : <ChangesOf path={path.map(String)} from={incident.since.from.getTime() - BEFORE_MS} />
}

interface OnPath {
  readonly record: OneRecord
  readonly change: Change
  readonly says: string
}

function ChangesOf({ path, from }: { readonly path: readonly string[]; readonly from: number }): JSX.Element {
  const look = useLook('timeline')
  const { data, error } = useSomeRecords(path)
  const changes = (data?.records ?? [])
    .flatMap((record) => changesOf(record, from, look))
    .toSorted((a, b) => a.change.at.getTime() - b.change.at.getTime())
  return (
    <Card title="What changed on the path">
      {data === undefined && (
        <p className={css.small} aria-busy={error === undefined}>
          {error === undefined ? '…' : <SafeText text={error.message} />}
        </p>
      )}
      {data !== undefined && changes.length === 0 && <p className={css.faint}>Nothing changed there since ten minutes before it began.</p>}
      <Remarks>
        {changes.map(({ record, change, says }) => (
          <li key={`${record.urn} ${change.at.getTime()}`}>
            <b>{changeTime(change, look.now)}</b> {kindOf(record.urn)} <SafeText text={record.label} max={60} />: <SafeText text={says} />
            {change.why !== undefined && (
              <>
                {' '}
                (<SafeText text={change.why} max={160} />)
              </>
            )}
          </li>
        ))}
        {data !== undefined && data.missing.length > 0 && (
          <li className={css.faint}>
            {data.missing.length} of {path.length} records on the path could not be read.
          </li>
        )}
      </Remarks>
    </Card>
  )
}

/** Changes worth a line: not those in which only a moment moved on. */
function changesOf(record: OneRecord, from: number, look: Look): readonly OnPath[] {
  const collection = collectionOf(record.system, record.collection)
  if (collection === undefined) return []
  return record.history
    .filter(({ at }) => at.getTime() >= from)
    .map((change) => ({ record, change, says: change.what === 'changed' ? wordsOf(change, collection, look) : change.what }))
    .filter(({ says }) => says !== '')
    .slice(0, MAX_CHANGES)
}

function wordsOf(change: Change, collection: AnyCollection, look: Look): string {
  return Object.entries(change.fields)
    .flatMap(([name, { to }]) => {
      const field = collection.fields[name]
      if (field === undefined || to === undefined || field.kind === 'instant') return []
      const word = typeof to === 'string' ? collection.words?.[name]?.[to]?.word : undefined
      return [`${fieldTitle(name).toLowerCase()} ${word ?? plainVisible(formatCell(to, field, { ...look, absolute: true }), MAX_VALUE)}`]
    })
    .slice(0, 2)
    .join(', ')
}
