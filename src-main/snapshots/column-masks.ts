// Which rule each column of an exported table is masked by.
import type { AnyCollection } from '../../shared/model/collection.ts'
import type { Field } from '../../shared/model/fields.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { parseEntryName } from '../../shared/snapshot/entry-names.ts'
import { type MaskKind, maskOf, type RedactionProfile } from '../../shared/snapshot/mask-kinds.ts'
import { quoted } from '../store/sql-text.ts'
import { mapJsonTexts } from './json-text.ts'
import { type MaskKey, mapKeyText, type TextMask } from './mask-text.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import { type SecretRule, withholdSecrets } from './withhold-secrets.ts'

export type MapText = (text: string) => string

/** Columns of other tables that hold our own words only. */
const ours = new Set(['system', 'collection', '_system', '_collection', 'sweep', '_sweep'])
/** Columns that name the setting whose value stands in a column `value`. */
const naming = new Set(['name', 'key', 'property', 'config'])

export function collectionOf(declarations: AnySystems, entry: string): AnyCollection | undefined {
  const content = parseEntryName(entry)
  return content.holds === 'records' || content.holds === 'series'
    ? declarations[content.system]?.collections[content.collection]
    : undefined
}

/** The field that a column of a collection holds, also under its former name. */
export function fieldOf(collection: AnyCollection | undefined, column: string): Field | undefined {
  if (collection === undefined) return undefined
  return collection.fields[column] ?? Object.values(collection.fields).find((field) => field.was === column)
}

/** SQL for what stands beside a text and is judged with it: the setting a value is the value of, the collection a scope is of. */
export function besideOf(column: string, columns: readonly string[]): string | undefined {
  if (column === 'scope' && columns.includes('system') && columns.includes('collection')) return `"system" || '.' || "collection"`
  const name = column === 'value' ? columns.find((one) => naming.has(one)) : undefined
  return name === undefined ? undefined : quoted(name)
}

/** Maps one value of a masked field: a list's items each. */
export function maskFieldText(pseudonyms: Pseudonyms, kind: MaskKind, field: Field, text: string): string {
  return field.kind === 'list' || field.kind === 'json'
    ? mapJsonTexts(text, (item) => pseudonyms.mask(kind, item))
    : pseudonyms.mask(kind, text)
}

/** How values inside keys are masked: as the fields they are values of. */
export function keyMask(declarations: AnySystems, profile: RedactionProfile, pseudonyms: Pseudonyms, text: MapText): MaskKey {
  return (system, collection, key) => {
    const declared = declarations[system]?.collections[collection]
    return key.map((value, i) => {
      const field = fieldOf(declared, declared?.key[i] ?? '')
      const kind = field === undefined ? undefined : maskOf(field, profile)
      return kind === undefined ? text(value) : pseudonyms.mask(kind, value)
    })
  }
}

/** `beside` is what `besideOf` gave for the row. */
export interface ColumnMask {
  /** Secrets out. */
  withhold(text: string, beside?: string): string
  /** Tokens in; the identity where the profile keeps such values. */
  mask(text: string, beside?: string): string
}

/** The rule of a column. `texts` is undefined for the profile `internal`. */
export function columnMask(
  given: {
    readonly declarations: AnySystems
    readonly profile: RedactionProfile
    readonly secrets: SecretRule
    readonly pseudonyms: Pseudonyms
    readonly texts: TextMask | undefined
    readonly maskKey: MaskKey
  },
  entry: string,
  column: string,
): ColumnMask {
  const { texts, pseudonyms } = given
  const content = parseEntryName(entry)
  const field = fieldOf(collectionOf(given.declarations, entry), column)
  const same: MapText = (text) => text
  if (field?.kind === 'oneOf' || (field === undefined && ours.has(column))) return { withhold: same, mask: same }
  const withhold: ColumnMask['withhold'] = (text, named) =>
    withholdSecrets(text, given.secrets, { key: column, ...(named === undefined ? {} : { named }) })
  if (texts === undefined) return { withhold, mask: same }
  const kind = field === undefined ? undefined : maskOf(field, given.profile)
  if (field !== undefined && kind !== undefined) return { withhold, mask: (text) => maskFieldText(pseudonyms, kind, field, text) }
  if (column === '_urn') return { withhold, mask: texts.urn }
  if (column === '_instance' || column === 'instance') return { withhold, mask: texts.instance }
  if ((column === '_key' || column === '_scope') && 'system' in content) {
    return { withhold, mask: (text) => mapKeyText(text, (key) => given.maskKey(content.system, content.collection, key)) }
  }
  if (column === 'scope') {
    const mask: ColumnMask['mask'] = (text, beside = '') => {
      const dot = beside.indexOf('.')
      return mapKeyText(text, (key) => given.maskKey(beside.slice(0, dot), beside.slice(dot + 1), key))
    }
    return { withhold, mask }
  }
  return { withhold, mask: texts.text }
}
