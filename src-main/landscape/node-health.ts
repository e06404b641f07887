/** How bad a node is: the worst of its status word and its findings. */
import type { AnyCollection } from '../../shared/model/collection.ts'
import type { Severity } from '../../shared/model/finding.ts'
import { type Health, type StateWord, worse } from '../../shared/model/health.ts'
import { isUnknown, reasonWords } from '../../shared/model/known.ts'
import type { AnyRow } from '../triage/judging.ts'

export const healthOfSeverity: Readonly<Record<Severity, Health>> = { critical: 'critical', high: 'high', warn: 'warn', info: 'known' }

/** The status of a record in people's words; undefined where its collection shows none. */
export function statusOf(collection: AnyCollection, row: AnyRow): StateWord | undefined {
  const field = collection.show?.status
  if (field === undefined) return undefined
  const value = row[field]
  if (value === undefined) return undefined
  if (isUnknown(value)) return { word: value.note ?? reasonWords[value.unknown].word, health: 'unknown' }
  const text = String(value)
  return collection.words?.[field]?.[text] ?? { word: text, health: 'ok' }
}

/** The worst of a status and some findings; `unknown` for a record nobody can see now. */
export function nodeHealth(status: StateWord | undefined, severities: readonly Severity[], isUnseen: boolean): Health {
  const start: Health = isUnseen ? 'unknown' : (status?.health ?? 'ok')
  return severities.reduce<Health>((health, s) => worse(health, healthOfSeverity[s]), start)
}
