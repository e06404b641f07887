// The first tab of a record: the chain, its curves beside what belongs to it, the evidence, the findings.
import type { JSX } from 'react'
import type { AnyCollection } from '../../../shared/model/collection.ts'
import type { Health } from '../../../shared/model/health.ts'
import type { Hop } from '../../../shared/model/sentence.ts'
import type { AnyRow, RecordRow } from '../../client/decode.ts'
import { exactKey } from '../../client/exact-keys.ts'
import type { OneRecord } from '../../client/records.ts'
import type { EvidenceAsk } from '../../systems/screens.ts'
import { Card } from '../../ui/card.tsx'
import { Chain } from '../../ui/sentence/sentence.tsx'
import { SafeText } from '../../ui/values/value.tsx'
import { CollectionTable } from '../generic/collection-table.tsx'
import { collectionOf, recordScreen } from '../generic/declared.tsx'
import css from '../generic/generic.module.css'
import { usePlaces } from '../places.ts'
import { Evidence } from './evidence.tsx'
import { CurvePart, FactsPart, FindingsPart } from './record-parts.tsx'

type Cursor = RecordRow<AnyRow> | undefined
interface Props {
  readonly record: OneRecord
  readonly collection: AnyCollection
  readonly chain: readonly Hop[]
  /** How many hops are unfolded; all when undefined. */
  readonly hops: number | undefined
  /** Whether the evidence is read: it costs its server something. */
  readonly looking: boolean
  readonly hurt: Health | undefined
  readonly ask: EvidenceAsk | undefined
  readonly beside: Cursor
  readonly onCursor: (change: (now: Cursor) => Cursor) => void
}
export function WhyPart({ record, collection, chain, hops, looking, hurt, ask, beside, onCursor }: Props): JSX.Element {
  const places = usePlaces()
  const { curves: own = [], related = [], beside: declared } = recordScreen(record.system, record.collection)
  const other = declared === undefined ? undefined : collectionOf(record.system, declared.collection)
  const curves = [
    ...own.map((curve) => ({ ...curve, urn: record.urn, of: collection })),
    ...(beside === undefined || other === undefined
      ? []
      : (declared?.curves ?? []).map((curve) => ({ ...curve, urn: beside.urn, of: other }))),
  ]
  const tables = related.map((table) => ({ table, where: table.where(record.row) }))
  return (
    <>
      {chain.length > 0 && (
        <Card title="Why" shows="why">
          <Chain chain={chain} open={hops ?? chain.length} onOpen={places.target} />
        </Card>
      )}
      <div className={curves.length > 0 && related.length > 0 ? css.beside : css.stack}>
        {curves.length > 0 && (
          <div className={css.stack}>
            {curves.map((curve) => (
              <CurvePart
                key={curve.title}
                urn={curve.urn}
                history={curve.urn === record.urn ? record.history : []}
                collection={curve.of}
                title={curve.title}
                fields={curve.fields}
                health={curve.health ?? hurt}
              />
            ))}
          </div>
        )}
        {related.length > 0 && (
          <div className={css.stack}>
            {tables.map(({ table, where }) =>
              where === undefined ? null : (
                <Card key={`${table.title} ${table.collection}`} flush title={table.title}>
                  <CollectionTable
                    system={record.system}
                    collection={table.collection}
                    connection={record.connection}
                    where={where}
                    columns={table.columns}
                    sort={table.sort}
                    bar={table.bar}
                    fit={12}
                    foot={table.sum?.(record.row)}
                    onCursor={(row) => onCursor(() => row)}
                    // The first row is looked at until the person points at another.
                    {...(table.evidence === undefined ? {} : { onFirst: (row: Cursor) => onCursor((now) => now ?? row) })}
                  />
                </Card>
              ),
            )}
          </div>
        )}
      </div>
      {ask !== undefined && looking ? (
        <Card title="Evidence" shows="evidence" hint={<SafeText text={ask.title} max={160} />}>
          <Evidence key={exactKey([ask.input])} system={record.system} connection={record.connection} ask={ask} />
        </Card>
      ) : (
        related.some((t) => t.evidence !== undefined) && <p className={css.small}>Press l to look at the record it stands at.</p>
      )}
      <FindingsPart record={record} />
      {curves.length === 0 && related.length === 0 && <FactsPart record={record} collection={collection} />}
    </>
  )
}
