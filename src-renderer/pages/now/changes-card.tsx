// What changed on the path of an incident, each change between the moments that saw the old and the new.
import type { JSX } from 'react'
import type { IncidentAnswer } from '../../../shared/contract/messages.ts'
import { useRecord } from '../../client/records.ts'
import { Card, Remarks } from '../../ui/card.tsx'
import { fieldTitle, formatCell } from '../../ui/values/format.ts'
import { useLook } from '../../ui/values/look.tsx'
import { SafeText } from '../../ui/values/value.tsx'
import { collectionOf } from '../generic/declared.tsx'
import css from '../generic/generic.module.css'
import { changeTime } from '../record/record-parts.tsx'

const MAX_RECORDS = 4
const MAX_CHANGES = 3

export function ChangesCard({ incident }: { readonly incident: IncidentAnswer }): JSX.Element | null {
  const path = [...new Set([...incident.chain.map((hop) => hop.urn), incident.root])].filter((urn) => urn?.startsWith('urn:ls:') === true)
  if (path.length === 0) return null
  return (
    <Card title="What changed on the path">
      <Remarks>
        {path.slice(0, MAX_RECORDS).map((urn) => (
          <ChangesOf key={urn} urn={urn ?? ''} />
        ))}
      </Remarks>
    </Card>
  )
}

function ChangesOf({ urn }: { readonly urn: string }): JSX.Element {
  const look = useLook('timeline')
  const { data, error } = useRecord(urn)
  const collection = data === undefined ? undefined : collectionOf(data.system, data.collection)
  const changes = (data?.history ?? []).filter((c) => c.what !== 'appeared').slice(-MAX_CHANGES)
  if (data === undefined || collection === undefined)
    return (
      <li className={css.small} aria-busy={error === undefined}>
        {error === undefined ? '…' : error.message}
      </li>
    )
  if (changes.length === 0) {
    return (
      <li className={css.faint}>
        <SafeText text={data.label} max={60} />: nothing changed while watched
      </li>
    )
  }
  return (
    <>
      {changes.map((change) => (
        <li key={`${change.at.getTime()}`}>
          <b>{changeTime(change, look.now)}</b> <SafeText text={data.label} max={60} />{' '}
          {change.what === 'changed'
            ? Object.entries(change.fields)
                .slice(0, 2)
                .map(([name, { to }]) => {
                  const field = collection.fields[name]
                  if (field === undefined || to === undefined) return ''
                  const word = typeof to === 'string' ? collection.words?.[name]?.[to]?.word : undefined
                  return `${fieldTitle(name).toLowerCase()} ${word ?? formatCell(to, field, { ...look, absolute: true })}`
                })
                .filter((text) => text !== '')
                .join(', ')
            : change.what}
          {change.why !== undefined && `: ${change.why}`}
        </li>
      ))}
    </>
  )
}
