/** Which records stand beside a record: joined by refs either way, else by equal `within` fields, else all of the connection. */
import type { AnyCollection, Collections } from '../../shared/model/collection.ts'
import { isUnknown } from '../../shared/model/known.ts'
import type { AnyRow } from './judging.ts'

/** Fields of a record and of its neighbour that must be equal, in pairs. No pair: every record of the connection is a neighbour. */
export interface Join {
  readonly mine: readonly string[]
  readonly theirs: readonly string[]
}

/** The joins from one collection to another; several when several refs name it. */
export function joinsBetween(collections: Collections, on: string, also: string): readonly Join[] {
  const mine = collections[on]
  const theirs = collections[also]
  if (mine === undefined || theirs === undefined) return []
  const out: Join[] = [
    ...(mine.refs ?? []).filter((ref) => ref.to === also).map((ref) => ({ mine: ref.by, theirs: theirs.key })),
    ...(theirs.refs ?? []).filter((ref) => ref.to === on).map((ref) => ({ mine: mine.key, theirs: ref.by })),
  ].filter((join) => join.mine.length === join.theirs.length)
  return out.length > 0 ? out : [byScope(mine, theirs)]
}

function byScope(mine: AnyCollection, theirs: AnyCollection): Join {
  const scope = [...new Set([...(mine.within ?? []), ...(theirs.within ?? [])])].filter((f) => f in mine.fields && f in theirs.fields)
  return { mine: scope, theirs: scope }
}

/** One text for the values of some fields; undefined where one of them is unknown. Different values never give the same text. */
export function joinText(row: AnyRow, fields: readonly string[]): string | undefined {
  let out = ''
  for (const field of fields) {
    const value = row[field]
    if (value === undefined || isUnknown(value)) return undefined
    const text = value instanceof Date ? value.toISOString() : String(value)
    out += `${text.length}:${text}`
  }
  return out
}

/** Finds the neighbours of any record of a collection in rows gathered before. Each neighbour once, in the order of the rows. */
export function neighbourIndex(rows: readonly AnyRow[], joins: readonly Join[]): (row: AnyRow) => readonly AnyRow[] {
  const indexes = joins.map((join) => {
    if (join.theirs.length === 0) return { join, by: undefined }
    const by = new Map<string, AnyRow[]>()
    for (const row of rows) {
      const text = joinText(row, join.theirs)
      if (text === undefined) continue
      const found = by.get(text)
      if (found) found.push(row)
      else by.set(text, [row])
    }
    return { join, by }
  })
  return (row) => {
    const found = indexes.map(({ join, by }) => (by === undefined ? rows : (by.get(joinText(row, join.mine) ?? '') ?? [])))
    return found.length === 1 ? (found[0] ?? []) : [...new Set(found.flat())]
  }
}
