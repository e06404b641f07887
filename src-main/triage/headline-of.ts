/** What a record says first: its system's own sentence, else one from its status word and its worst finding; `looking` while it is too old. */
import type { Finding } from '../../shared/model/finding.ts'
import { type Health, worse } from '../../shared/model/health.ts'
import { keyText } from '../../shared/model/key-text.ts'
import { type Headline, noun, type Sentence, say } from '../../shared/model/sentence.ts'
import { formatKey, formatUrn, parseUrn } from '../../shared/model/urn.ts'
import { capital, singular } from '../../shared/model/words.ts'
import { healthOfSeverity, statusOf } from '../landscape/node-health.ts'
import { freshnessOf, type Ground, gather } from './gather.ts'
import type { AnyHeadline, AnyRow } from './judging.ts'
import { labelOf } from './run-check.ts'
import { ageWords, clock } from './time-words.ts'

export interface RecordHeadline {
  readonly headline: Headline
  /** Its short form, as a hop of somebody else's chain. */
  readonly hop: string
  /** When the record was last seen. */
  readonly asOf: Date
}

/** The headline of a record of this connection; undefined: no such record at the moment looked at. `findings`: the open ones of it, worst first. */
export async function headlineOf(
  ground: Ground,
  judges: readonly AnyHeadline[],
  urn: string,
  findings: readonly Finding[],
): Promise<RecordHeadline | undefined> {
  const name = parseUrn(urn)
  if (name === undefined) return undefined
  const { collection } = name
  const keys = [formatKey(name.key)]
  const [found] = await ground.queries.rows(ground.system.id, collection, { connection: ground.of.connection, keys }, ground.at)
  if (found === undefined) return undefined
  const judge = judges.find((h) => h.on === collection)
  const freshness = await freshnessOf(ground, collection)
  const isOld = freshness?.stale !== false || found.unseen !== undefined
  const said =
    judge === undefined ? undefined : judge.judge(found.row, { ...(await gather(ground, judge, [found.row]))(found.row), findings })
  const plainly = said ?? (await plainHeadline(ground, collection, urn, found.row, findings))
  const { hop, ...headline } = plainly
  if (!isOld) return { headline, hop, asOf: found.seenAt }
  return {
    headline: looking(headline, found.seenAt, ground.now, found.unseen?.note),
    hop: `${hop} when last seen at ${clock(found.seenAt, ground.now)} UTC`,
    asOf: found.seenAt,
  }
}

/** Data older than two polls is no verdict: what was said is shown as what was last known. */
function looking(before: Headline, seenAt: Date, now: Date, note: string | undefined): Headline {
  const why = note === undefined ? '' : ` (${note})`
  const says = say`Looking: not seen since ${clock(seenAt, now)} UTC, ${ageWords(now.getTime() - seenAt.getTime())} ago${why}. Last known: `
  return { says: [...says, ...before.says], ...(before.also === undefined ? {} : { also: before.also }), health: 'unknown', looking: true }
}

async function plainHeadline(
  ground: Ground,
  collection: string,
  urn: string,
  row: AnyRow,
  findings: readonly Finding[],
): Promise<Headline & { readonly hop: string }> {
  const declared = ground.system.collections[collection]
  const status = declared === undefined ? undefined : statusOf(declared, row)
  const what = `${capital(singular(declared?.title ?? collection).toLowerCase())} `
  const { label, of } = await calledOf(ground, collection, row)
  const worst = findings[0]
  const health = findings.reduce<Health>((h, f) => worse(h, healthOfSeverity[f.severity]), status?.health ?? 'ok')
  const first: Sentence = [what, noun(label, urn), ...of, status === undefined ? '.' : ` is ${status.word}.`]
  const more = findings.length > 1 ? say`${findings.length - 1} more findings.` : undefined
  return {
    says: worst === undefined ? first : worst.says,
    health,
    hop: worst === undefined ? (status?.word ?? 'seen') : worst.says.map((s) => (typeof s === 'string' ? s : s.text)).join(''),
    ...(more === undefined ? {} : { also: more }),
  }
}

/** What a record is called: `367` of job `route-plays`, where part of its key is the key of a record that it belongs to. */
async function calledOf(ground: Ground, collection: string, row: AnyRow): Promise<{ readonly label: string; readonly of: Sentence }> {
  const { collections, id } = ground.system
  const declared = collections[collection]
  const ref = declared?.refs?.find(({ by }) => by.length < declared.key.length && by.every((field) => declared.key.includes(field)))
  const own = ref === undefined || declared === undefined ? undefined : declared.key.filter((field) => !ref.by.includes(field))
  if (declared === undefined || ref === undefined || own === undefined) return { label: labelOf(ground, collection, row), of: [] }
  const key = ref.by.map((field) => keyText(row[field]))
  const [owner] = await ground.queries.rows(id, ref.to, { connection: ground.of.connection, keys: [formatKey(key)] }, ground.at)
  if (owner === undefined) return { label: labelOf(ground, collection, row), of: [] }
  const { label } = declared.show ?? {}
  const isInKey = label === undefined || declared.key.includes(label)
  const parts = label === undefined ? own : [label]
  return {
    label: isInKey ? parts.map((field) => keyText(row[field])).join('-') : labelOf(ground, collection, row),
    of: [
      ` of ${singular(collections[ref.to]?.title ?? ref.to).toLowerCase()} `,
      noun(labelOf(ground, ref.to, owner.row), formatUrn({ system: id, instance: ground.of.instance, collection: ref.to, key })),
    ],
  }
}
