// Declarations as pages use them: a system by its id, a collection's columns, what people call a record.
import type { AnyCollection } from '../../../shared/model/collection.ts'
import type { Field } from '../../../shared/model/fields.ts'
import type { Health } from '../../../shared/model/health.ts'
import { isUnknown } from '../../../shared/model/known.ts'
import { own } from '../../../shared/model/own.ts'
import type { AnySystem } from '../../../shared/model/system.ts'
import { parseUrn } from '../../../shared/model/urn.ts'
import { singular } from '../../../shared/model/words.ts'
import { systems } from '../../../shared/systems/index.ts'
import type { AnyRow, RecordRow } from '../../client/decode.ts'
import { screensOf } from '../../systems/index.ts'
import type { RecordScreen, Screens } from '../../systems/screens.ts'
import type { TableColumn } from '../../ui/table/table-column.ts'
import { carriedUnit, exactText, fieldTitle, formatCell, formatUnknown, headerUnit, isNumeric } from '../../ui/values/format.ts'
import { SafeText, UnknownValue, Value } from '../../ui/values/value.tsx'
import css from './generic.module.css'

const all: Readonly<Record<string, AnySystem>> = { ...systems, [own.id]: own }
const slots: Readonly<Record<string, Screens>> = screensOf

/** A declared system, Landscope's own included. */
export function systemOf(id: string): AnySystem | undefined {
  return Object.hasOwn(all, id) ? all[id] : undefined
}
/** The systems a person can connect to. */
export function allSystems(): readonly AnySystem[] {
  return Object.values(systems)
}
export function collectionOf(system: string, name: string): AnyCollection | undefined {
  const collections = systemOf(system)?.collections
  return collections !== undefined && Object.hasOwn(collections, name) ? collections[name] : undefined
}
/** What a record is, in a word or two: `group`, `task manager`; empty where a URN names none. */
export function kindOf(urn: string): string {
  const name = parseUrn(urn)
  return name === undefined ? '' : singular((collectionOf(name.system, name.collection)?.title ?? name.collection).toLowerCase())
}
export function screensFor(system: string): Screens {
  return (Object.hasOwn(slots, system) ? slots[system] : undefined) ?? {}
}
export function recordScreen(system: string, collection: string): RecordScreen<AnyRow> {
  return screensFor(system).records?.[collection] ?? {}
}
/** Collections of a system in the order of their tabs. */
export function tabsOf(system: AnySystem): readonly string[] {
  const first = screensFor(system.id).tabs ?? []
  return [...first, ...Object.keys(system.collections).filter((name) => !first.includes(name))]
}

export function labelFieldOf(collection: AnyCollection): string {
  return collection.show?.label ?? collection.key.at(-1) ?? ''
}
/** The judged state of a record: its word and health, where the collection has one. */
export function stateOf(collection: AnyCollection, row: AnyRow): { readonly word: string; readonly health: Health } | undefined {
  const field = collection.show?.status
  if (field === undefined) return undefined
  const value = row[field]
  if (value === undefined) return undefined
  if (isUnknown(value)) return { word: 'unknown', health: 'unknown' }
  return typeof value === 'string' ? collection.words?.[field]?.[value] : undefined
}
/** Names of the columns shown at first. */
export function firstColumns(collection: AnyCollection): readonly string[] {
  const label = labelFieldOf(collection)
  const named = collection.show?.columns ?? Object.keys(collection.fields).slice(0, 9)
  return [label, ...named.filter((name) => name !== label)]
}

/** A unit that its title already says need not be said again. */
function unitOf(name: string, field: Field): string | undefined {
  const unit = headerUnit(field)
  const title = fieldTitle(name).toLowerCase()
  return unit === undefined || unit === 'offset' || title.includes(unit.toLowerCase().split('/')[0] ?? unit) ? undefined : unit
}

/**
 * A column a field. A cell of a row that the last round did not cover says so beside its status; the label carries the rest of the
 * key where those fields have no column of their own.
 */
export function columnsOf(
  collection: AnyCollection,
  shown?: readonly string[],
  bar?: { readonly field: string; readonly max: number },
): readonly TableColumn<RecordRow<AnyRow>>[] {
  const status = collection.show?.status
  const label = labelFieldOf(collection)
  const before =
    shown === undefined || !collection.key.includes(label)
      ? []
      : collection.key.filter((k) => k !== label && !shown.includes(k) && collection.within?.includes(k) !== true)
  const prefix = (row: AnyRow): string => before.map((k) => `${exactText(row[k])}-`).join('')
  return Object.entries(collection.fields).map(([name, field]) => {
    const words = collection.words?.[name]
    return {
      name,
      title: fieldTitle(name),
      unit: unitOf(name, field),
      copiedUnit: carriedUnit(field),
      says: field.unit === undefined ? field.says : `${field.says} (${field.unit})`,
      numeric: isNumeric(field.kind) && name !== label,
      cell: ({ row, seen }, look) => (
        <>
          {bar?.field === name && <Bar value={row[name]} max={bar.max} />}
          {name === label && before.length > 0 && <SafeText text={prefix(row)} max={80} />}
          <Value cell={row[name]} field={field} look={look} words={words} max={120} leads={name === status} />
          {name === status && collection.kind === 'state' && seen.unseen !== undefined && (
            <span className={css.unseen}>
              <UnknownValue value={seen.unseen} exact={look.exact} />
            </span>
          )}
        </>
      ),
      shown: ({ row, seen }, look) => {
        const cell = row[name]
        const word = typeof cell === 'string' ? words?.[cell]?.word : undefined
        const extra =
          (name === status && collection.kind === 'state' && seen.unseen !== undefined ? `  ? ${formatUnknown(seen.unseen).word}` : '') +
          (bar?.field === name ? ' '.repeat(13) : '') +
          (name === label ? prefix(row) : '')
        return (
          (word === undefined
            ? cell === undefined
              ? ''
              : `${isUnknown(cell) ? '? ' : ''}${formatCell(cell, field, look)}`
            : `■ ${word}`) + extra
        )
      },
      text: ({ row }) => exactText(row[name]),
    }
  })
}

/** Over which connection a row came, for tables of several: `titles` by id. The host sorts by fields only. */
export function connectionColumn(name: string, titles: ReadonlyMap<string, string>): TableColumn<RecordRow<AnyRow>> {
  const twice = (title: string): boolean => [...titles.values()].filter((other) => other === title).length > 1
  const text = ({ connection }: RecordRow<AnyRow>): string => {
    const title = titles.get(connection) ?? connection
    return twice(title) ? `${title} (${connection})` : title
  }
  return {
    name,
    title: 'Connection',
    says: 'The connection it was seen over',
    numeric: false,
    sortable: false,
    cell: (row) => <SafeText text={text(row)} max={60} />,
    shown: text,
    text,
  }
}

function Bar({ value, max }: { readonly value: AnyRow[string] | undefined; readonly max: number }): React.JSX.Element | null {
  if (typeof value !== 'number' && typeof value !== 'bigint') return null
  const part = max <= 0 ? 0 : Math.min(1, Number(value) / max)
  return <i className={css.bar} style={{ width: `${Math.round(part * 90)}px` }} data-small={part < 0.02 ? true : undefined} />
}
