/** What a round proved of one collection: its covers taken together, cautiously, as lines of coverage and as SQL over the present. */
import type { WhereText } from '../../shared/contract/messages.ts'
import type { ErrorData } from '../../shared/model/app-error.ts'
import { scopeText } from '../../shared/model/key-text.ts'
import { type Unknown, unknown } from '../../shared/model/known.ts'
import type { CoverageLine } from './coverage.ts'
import { joinTexts, type Parameters, quoted } from './sql-text.ts'
import type { CoveredData } from './store-types.ts'
import type { Table } from './tables.ts'
import { exceptSql, whereSql } from './where.ts'

/** Covers and reasons of one collection in one round. */
export interface Proof {
  whole: boolean
  sameWhole: boolean
  rows: boolean
  readonly scopes: Set<string>
  readonly sameScopes: Set<string>
  readonly excepts: { readonly why: Unknown; readonly where: Readonly<Record<string, readonly unknown[]>> }[]
  readonly ended: { readonly where: WhereText; readonly why: string }[]
  lacks?: Unknown
}
export function emptyProof(): Proof {
  return { whole: false, sameWhole: false, rows: false, scopes: new Set(), sameScopes: new Set(), excepts: [], ended: [] }
}

/** Adds one cover. What any `except` leaves out stays out, unless its scope was covered by name. */
export function addCover(proof: Proof, table: Table, covered: CoveredData, same: boolean): void {
  if (covered === 'rows') proof.rows = true
  else if (covered === 'all') {
    if (same) proof.sameWhole = true
    else proof.whole = true
  } else if ('scopes' in covered) {
    for (const scope of covered.scopes) (same ? proof.sameScopes : proof.scopes).add(scopeText(table.collection, scope))
  } else {
    if (same) proof.sameWhole = true
    else proof.whole = true
    proof.excepts.push({ why: unknown(covered.reason, covered.except), where: covered.where })
  }
}

/** The lines of coverage of a round; none where nothing was covered. */
export function coverageLines(
  proof: Proof,
  head: Pick<CoverageLine, 'at' | 'connection' | 'sweep' | 'system' | 'collection' | 'began' | 'pollMs' | 'version'>,
  error: ErrorData | undefined,
): readonly CoverageLine[] {
  if (proof.lacks !== undefined) return [{ ...head, kind: 'lacks', complete: true, why: JSON.stringify(proof.lacks) }]
  const missing = [...proof.excepts.map((except) => except.why.note ?? ''), ...(error === undefined ? [] : [error.message])]
  const rest = { complete: missing.length === 0, ...(missing.length === 0 ? {} : { why: [...new Set(missing)].join('; ') }) }
  if (proof.whole || proof.sameWhole) return [{ ...head, ...rest, kind: proof.excepts.length > 0 ? 'except' : 'all' }]
  const scopes = new Set([...proof.scopes, ...proof.sameScopes])
  if (scopes.size > 0) return [...scopes].map((scope) => ({ ...head, ...rest, kind: 'scope' as const, scope }))
  return proof.rows ? [{ ...head, ...rest, kind: 'rows' }] : []
}

function scopeSql(scopes: ReadonlySet<string>, parameters: Parameters): string {
  if (scopes.size === 0) return 'false'
  return `_scope in (select unnest(string_split(${parameters.text(joinTexts([...scopes]))}, chr(1))))`
}

/**
 * SQL for rows of the present that were not put: `gone`, `unseen`, `seen` (still so) or NULL (not concerned), and why.
 * A row whose field in an `except` is unknown cannot be proven covered, so it counts as left out.
 */
export function absentSql(proof: Proof, table: Table, parameters: Parameters): { readonly state: string; readonly why: string } {
  const isState = table.collection.kind === 'state'
  if (proof.lacks !== undefined) return { state: isState ? `'unseen'` : 'null', why: parameters.text(JSON.stringify(proof.lacks)) }
  const gone = isState ? `'gone'` : 'null'
  const states: string[] = []
  const whys: string[] = []
  if (proof.scopes.size > 0) states.push(`when ${scopeSql(proof.scopes, parameters)} then ${gone}`)
  if (proof.sameScopes.size > 0) states.push(`when ${scopeSql(proof.sameScopes, parameters)} then 'seen'`)
  for (const { why, where } of proof.excepts) {
    const left = `coalesce(${exceptSql(table, where, parameters)}, true)`
    states.push(`when ${left} then ${isState ? `'unseen'` : 'null'}`)
    whys.push(`when _state = 'unseen' and ${left} then ${parameters.text(JSON.stringify(why))}`)
  }
  if (proof.sameWhole) states.push(`when true then 'seen'`)
  else if (proof.whole) states.push(`when true then ${gone}`)
  for (const { where, why } of proof.ended)
    whys.push(`when _state = 'gone' and ${whereSql(table, where, parameters)} then ${parameters.text(why)}`)
  whys.push(`when _state = 'gone' then 'gone'`)
  return { state: states.length === 0 ? 'null' : `case ${states.join(' ')} end`, why: `case ${whys.join(' ')} end` }
}

/** `a is distinct from b` for any of the columns. */
export function differs(names: readonly string[], a: string, b: string): string {
  return names.map((name) => `${a}.${quoted(name)} is distinct from ${b}.${quoted(name)}`).join(' or ')
}
