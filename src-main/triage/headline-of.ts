/** What a record says first: its system's own sentence, else one from its status word and its worst finding; `looking` while it is too old. */
import type { Finding } from '../../shared/model/finding.ts'
import { type Health, worse } from '../../shared/model/health.ts'
import { type Headline, noun, type Sentence, say } from '../../shared/model/sentence.ts'
import { formatKey, parseUrn } from '../../shared/model/urn.ts'
import { capital, singular } from '../../shared/model/words.ts'
import { healthOfSeverity, statusOf } from '../landscape/node-health.ts'
import { freshnessOf, type Ground, gather } from './gather.ts'
import type { AnyHeadline } from './judging.ts'
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
  const plainly = said ?? plainHeadline(ground, collection, urn, found.row, findings)
  const { hop, ...headline } = plainly
  return { headline: isOld ? looking(headline, found.seenAt, ground.now, found.unseen?.note) : headline, hop, asOf: found.seenAt }
}

/** Data older than two polls is no verdict: what was said is shown as what was last known. */
function looking(before: Headline, seenAt: Date, now: Date, note: string | undefined): Headline {
  const why = note === undefined ? '' : ` (${note})`
  const says = say`Looking: not seen since ${clock(seenAt, now)} UTC, ${ageWords(now.getTime() - seenAt.getTime())} ago${why}. Last known: `
  return { says: [...says, ...before.says], ...(before.also === undefined ? {} : { also: before.also }), health: 'unknown', looking: true }
}

function plainHeadline(
  ground: Ground,
  collection: string,
  urn: string,
  row: Parameters<typeof labelOf>[2],
  findings: readonly Finding[],
): Headline & { readonly hop: string } {
  const declared = ground.system.collections[collection]
  const status = declared === undefined ? undefined : statusOf(declared, row)
  const label = labelOf(ground, collection, row)
  const what = `${capital(singular(declared?.title ?? collection).toLowerCase())} `
  const worst = findings[0]
  const health = findings.reduce<Health>((h, f) => worse(h, healthOfSeverity[f.severity]), status?.health ?? 'ok')
  const first: Sentence = status === undefined ? say`${what}${noun(label, urn)}.` : say`${what}${noun(label, urn)} is ${status.word}.`
  const more = findings.length > 1 ? say`${findings.length - 1} more findings.` : undefined
  return {
    says: worst === undefined ? first : worst.says,
    health,
    hop: worst === undefined ? (status?.word ?? 'seen') : worst.says.map((s) => (typeof s === 'string' ? s : s.text)).join(''),
    ...(more === undefined ? {} : { also: more }),
  }
}
