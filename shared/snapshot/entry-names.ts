/** Names of the entries of a snapshot, and what each holds. */

export const MIMETYPE_ENTRY = 'mimetype'
export const MANIFEST_ENTRY = 'manifest.json'
export const COVERAGE_ENTRY = 'coverage.parquet'
/** Whose the records are: connection, system, instance, title. */
export const INSTANCES_ENTRY = 'instances.parquet'
export const READS_INDEX_ENTRY = 'reads/index.json'
export const REDACTION_ENTRY = 'redaction.json'

/** Versions of records, their series, or anything else, by an entry's name. */
export type EntryContent =
  | { readonly holds: 'records' | 'series'; readonly system: string; readonly collection: string }
  | { readonly holds: 'table' | 'document' }

const tableName = /^(records|series)\/([a-z][A-Za-z0-9-]*)\.([A-Za-z][A-Za-z0-9-]*)(?:\.\d+)?\.parquet$/

/** `records/kafka.topics.parquet`, and with a part `records/kafka.topics.2.parquet`. */
export function tableEntry(holds: 'records' | 'series', system: string, collection: string, part?: number): string {
  return `${holds}/${system}.${collection}${part === undefined ? '' : `.${part}`}.parquet`
}

/** The same name with a part number before its ending: `series/a.b.parquet` → `series/a.b.2.parquet`. */
export function partEntry(name: string, part: number): string {
  return name.replace(/(\.\d+)?\.parquet$/, `.${part}.parquet`)
}

export function parseEntryName(name: string): EntryContent {
  const [, holds, system, collection] = tableName.exec(name) ?? []
  if ((holds === 'records' || holds === 'series') && system !== undefined && collection !== undefined) return { holds, system, collection }
  return { holds: name.endsWith('.parquet') ? 'table' : 'document' }
}

const plainName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** Why an entry's name may not be used, in words; undefined for a good one. */
export function nameFault(name: string, longest: number): string | undefined {
  const parts = name.split('/')
  if (name === '' || name.length > longest) return 'its name is empty or too long'
  if (name.includes('\\')) return 'its name holds a backslash'
  if (name.startsWith('/')) return 'its name is absolute'
  if (/^[A-Za-z]:/.test(name)) return 'its name begins with a drive letter'
  if (parts.includes('..') || parts.includes('.')) return 'its name leads out of the file'
  if (name.endsWith('/')) return 'it is a folder'
  if (!plainName.test(name)) return 'its name holds characters that no entry has'
  if (parts.some((p) => p.endsWith('.') || deviceName.test(p))) return 'its name means something else on some systems'
  if (name !== MIMETYPE_ENTRY && !/\.(parquet|json|txt)$/.test(name)) return 'it is of a kind that no snapshot holds'
  return undefined
}
