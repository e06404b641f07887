/** Runs one check over one connection: what this round says of each record that passes or that has a finding of this rule. */
import { isUnknown, type Unknown, unknown } from '../../shared/model/known.ts'
import { formatKey, parseUrn } from '../../shared/model/urn.ts'
import type { JudgeRow } from '../store/store-types.ts'
import { breather } from './breathe.ts'
import type { Observed } from './damping.ts'
import { freshnessOf, type Ground, gather } from './gather.ts'
import { hides, noticing } from './hidden.ts'
import type { AnyCheck, AnyRow } from './judging.ts'

/** What a round says of a record. Records without a word were judged well and had no finding. */
export interface Observation {
  readonly urn: string
  readonly label: string
  readonly observed: Observed
}

const rowsAtOnce = 1_000

/**
 * `held`: URNs that have a finding of this rule. A record that was not seen, or whose collection is older than two polls, is `blind`:
 * its finding neither opens nor closes. So is one whose rule fell silent after reading a value nobody could tell.
 */
export async function runCheck(ground: Ground, check: AnyCheck, held: ReadonlySet<string>): Promise<readonly Observation[]> {
  const { queries, of, system, at } = ground
  const old = (await freshnessOf(ground, check.on))?.stale === false ? undefined : unknown('unanswered', 'older than two polls')
  const out: Observation[] = []
  const found = await queries.rows(system.id, check.on, { connection: of.connection, ...(check.where ? { where: check.where } : {}) }, at)
  const breathe = breather()
  for (let from = 0; from < found.length; from += rowsAtOnce) {
    const some = found.slice(from, from + rowsAtOnce)
    const sighted = some.filter((r) => r.unseen === undefined && old === undefined)
    const see =
      sighted.length === 0
        ? undefined
        : await gather(
            ground,
            check,
            sighted.map((r) => r.row),
          )
    for (const r of some) {
      const observed =
        see === undefined || r.unseen !== undefined ? blind(r.unseen ?? old) : judged(check, r.row, see(r.row), held.has(r.urn))
      if (observed.is === 'firing' || held.has(r.urn)) out.push({ urn: r.urn, label: labelOf(ground, check.on, r.row), observed })
      const pause = breathe()
      if (pause !== undefined) await pause
    }
  }
  const met = new Set(found.map((r) => r.urn))
  const rest = [...held].filter((urn) => !met.has(urn))
  return rest.length === 0 ? out : [...out, ...(await ofRest(ground, check, rest, old))]
}

/** Records with a finding that no longer pass `where`: well again, unless that cannot be told; or ended. */
async function ofRest(ground: Ground, check: AnyCheck, urns: readonly string[], old: Unknown | undefined): Promise<readonly Observation[]> {
  const keys = urns.flatMap((urn) => keyOf(urn) ?? [])
  const found = await ground.queries.rows(ground.system.id, check.on, { connection: ground.of.connection, keys }, ground.at)
  const rows = new Map<string, JudgeRow>(found.map((r) => [r.urn, r]))
  return urns.map((urn) => {
    const r = rows.get(urn)
    if (r === undefined) return { urn, label: '', observed: old === undefined ? { is: 'ended' } : blind(old) }
    const why =
      r.unseen ??
      old ??
      Object.keys(check.where ?? {})
        .map((field) => r.row[field])
        .find(hides)
    return { urn, label: labelOf(ground, check.on, r.row), observed: isUnknown(why) ? blind(why) : { is: 'quiet' } }
  })
}

function keyOf(urn: string): string | undefined {
  const parsed = parseUrn(urn)
  return parsed === undefined ? undefined : formatKey(parsed.key)
}

const blind = (why: Unknown | undefined): Observed => ({ is: 'blind', why: why ?? unknown('unanswered') })

function judged(check: AnyCheck, row: AnyRow, see: Parameters<AnyCheck['judge']>[1], isHeld: boolean): Observed {
  if (!isHeld) {
    const verdict = check.judge(row, see)
    return verdict === undefined ? { is: 'quiet' } : { is: 'firing', verdict }
  }
  const { said: verdict, hidden } = noticing(row, see, (one, around) => check.judge(one, around))
  if (verdict !== undefined) return { is: 'firing', verdict }
  return hidden === undefined ? { is: 'quiet' } : blind(hidden)
}

/** What people call a record: its label; where that is the last of several key fields, all of them (`orders-2`). */
export function labelOf(ground: Pick<Ground, 'system'>, collection: string, row: AnyRow): string {
  const declared = ground.system.collections[collection]
  const label = declared?.show?.label ?? declared?.key.at(-1) ?? ''
  const fields = declared?.key.includes(label) === true ? declared.key : [label]
  const texts = fields.flatMap((field) => {
    const value = row[field]
    return value === undefined || isUnknown(value) ? [] : [value instanceof Date ? value.toISOString() : String(value)]
  })
  return texts.join('-')
}
