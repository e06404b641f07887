/** What a group says first: standing still, first minutes, partial, self-assigned, behind, or well. */
import { known } from '../../../shared/model/known.ts'
import { type Headline, noun, type Sentence, say } from '../../../shared/model/sentence.ts'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import { type LagStatus, statusWords } from '../../../shared/systems/kafka/words.ts'
import { type AnyHeadline, headline, type See } from '../../triage/judging.ts'
import { ageWords, listWords } from '../../triage/time-words.ts'
import { standingSentence } from './checks-groups.ts'
import {
  atAbout,
  counted,
  counting,
  type GroupRow,
  grouped,
  lagWords,
  type PositionRow,
  placeName,
  standOf,
  whenWords,
  wordOf,
} from './phrases.ts'

type GroupSee = See<(typeof kafka)['collections'], 'groups', 'groupPartitions'>

const moving: ReadonlySet<LagStatus> = new Set(['OK', 'CATCHING_UP', 'FALLING_BEHIND'])
const standingStatus: ReadonlySet<LagStatus> = new Set(['STALLED', 'STOPPED', 'STANDING_STILL'])

function countOf(group: GroupRow): { readonly counted: number; readonly unknown: number } {
  return { counted: known(group.counted) ?? 0, unknown: known(group.uncounted) ?? 0 }
}

/** "At least 1.2 M records behind: 311 of 325 partitions counted, 14 unknown (broker 7 refused since …)." */
function partialSentence(group: GroupRow, positions: readonly PositionRow[]): Sentence {
  const { counted: numbers, unknown: missing } = countOf(group)
  const reasons = [...new Set(positions.filter((p) => known(p.lag) === undefined).map((p) => wordOf(p.lag)))]
  return say`${numbers} of ${numbers + missing} partitions counted, ${missing} unknown (${listWords(reasons, 3)}).`
}

function firstMinutes(group: GroupRow, see: GroupSee): Sentence {
  const watchedMs = Math.max(0, see.now.getTime() - see.watched.since.getTime())
  const leftMs = Math.max(0, see.windowMs / 2 - watchedMs)
  const unread = known(group.firstUnread)
  const oldest = counting(see.rows('groupPartitions')).find((p) => known(p.recordAt) !== undefined && known(p.status) === 'INSUFFICIENT')
  const certain =
    unread === undefined
      ? say` Already certain: ${lagWords(group)} behind.`
      : say` Already certain: ${lagWords(group)} behind, the first unread record was written ${whenWords(unread, see.now)}${unread.to === undefined ? '' : ` (${ageWords(see.now.getTime() - unread.to.getTime())} ago)`}${oldest === undefined ? '' : ', by its own timestamp'}.`
  return [...say`Watching for ${ageWords(watchedMs)}, so no trend yet.`, ...certain, ...say` Verdict in about ${ageWords(leftMs)}.`]
}

function behindSentence(group: GroupRow, see: GroupSee): Sentence {
  const eta = known(group.eta)
  const oldest = known(group.firstUnread)?.to
  const age = oldest === undefined ? '' : `, the oldest ${ageWords(see.now.getTime() - oldest.getTime())} old`
  const inRate = known(group.produceRate)
  const outRate = known(group.consumeRate)
  const rates = inRate === undefined || outRate === undefined ? '' : ` (${grouped(inRate)} records/s in, ${grouped(outRate)} out)`
  if (group.status === 'FALLING_BEHIND') return say`Falling behind: ${lagWords(group)} unread${age}${rates}.`
  const done = eta === undefined || eta === 0 ? '' : ` Done ${atAbout(new Date(see.now.getTime() + eta), see.now)} at this rate.`
  return say`Catching up: ${lagWords(group)} unread${age}${rates}.${done}`
}

/** Who reads is not Kafka's to say: Flink and Spark assign partitions themselves and keep their own offsets. */
const selfAssignedSentence = say`Kafka cannot say who reads this: the group assigns its own partitions (Flink, Spark). A Flink job would resume from its checkpoint, so changing this group's offsets would not move it.`

function saysOf(group: GroupRow, see: GroupSee): Sentence {
  const status = known(group.status)
  const positions = counting(see.rows('groupPartitions'))
  switch (status) {
    case 'STALLED':
    case 'STOPPED':
    case 'STANDING_STILL':
      return standOf(group) === undefined ? say`Standing still.` : standingSentence(group, see, { measured: true })
    case 'INSUFFICIENT':
      return firstMinutes(group, see)
    case 'FALLING_BEHIND':
    case 'CATCHING_UP':
      return behindSentence(group, see)
    case 'NOTHING_COMMITTED':
      return group.kind === 'connect'
        ? say`Connect workers: they share out connectors and commit no offsets here.`
        : say`Nothing is committed, so nothing can be said of its lag.`
    case 'OK':
      return known(group.lag) === 0n
        ? say`Keeping up: nothing unread at ${counted(countOf(group).counted, 'partition')}.`
        : say`Keeping up: ${lagWords(group)} unread, and none for long.`
    case undefined:
    case 'ERROR': {
      const reason = wordOf(group.lag)
      return known(group.lag) === undefined ? say`Not known: ${reason}.` : say`Partly known: ${lagWords(group)} behind.`
    }
    case 'NO_COMMIT': {
      const without = positions.filter((p) => p.kind === 'NO_COMMIT').length
      return say`${counted(without, 'partition')} ${without === 1 ? 'has' : 'have'} no commit; the rest: ${lagWords(group)} behind.`
    }
    default: {
      const { word } = statusWords[status]
      const places = positions.filter((p) => p.status === status).map((p) => placeName(p.topic, p.partition))
      return say`${word.charAt(0).toUpperCase()}${word.slice(1)}${places.length === 0 ? '' : `: ${listWords(places)}`}. ${lagWords(group)} behind.`
    }
  }
}

function alsoOf(group: GroupRow, see: GroupSee): Sentence | undefined {
  const parts: Sentence[] = []
  const { unknown: missing } = countOf(group)
  if (missing > 0) parts.push(partialSentence(group, counting(see.rows('groupPartitions'))))
  const lost = known(group.lost)
  if (lost !== undefined && lost > 0n) parts.push(say`At most ${counted(lost, 'record')} were deleted by retention before it read them.`)
  if (group.kind === 'self-assigned') parts.push(selfAssignedSentence)
  const orphans = see.rows('groupPartitions').filter((p) => p.orphan === true)
  const topics = [...new Set(orphans.map((p) => p.topic))]
  if (topics.length > 0) parts.push(say`It still has commits in ${listWords(topics)}, which none of its members reads; they are left out.`)
  return parts.length === 0 ? undefined : parts.flatMap((part, i) => (i === 0 ? part : [' ', ...part]))
}

function hopOf(group: GroupRow, see: GroupSee): string {
  const status = known(group.status)
  const stand = standOf(group)
  const behind = `${lagWords(group)} behind`
  if (status === undefined || status === 'NOTHING_COMMITTED') return behind
  const { word } = statusWords[status]
  if (stand === undefined || moving.has(status)) return `${word} · ${behind}`
  const stood = ageWords(see.now.getTime() - stand.since.getTime())
  const places = counting(see.rows('groupPartitions')).filter((p) => standingStatus.has(known(p.status) ?? 'OK')).length
  const where = places > 1 ? counted(places, 'partition') : `${placeName(stand.topic, stand.partition)} @ ${grouped(stand.offset)}`
  return `${word} ${stood} at ${where} · ${behind}`
}

export const groupHeadline: AnyHeadline = headline(
  kafka,
  { on: 'groups', also: ['groupPartitions'] },
  (group, see): Headline & { readonly hop: string } => {
    const status = known(group.status)
    const also = alsoOf(group, see)
    return {
      says: saysOf(group, see),
      ...(also === undefined ? {} : { also }),
      health: status === undefined ? 'unknown' : status === 'NOTHING_COMMITTED' ? 'idle' : statusWords[status].health,
      hop: hopOf(group, see),
    }
  },
)

export const positionHeadline: AnyHeadline = headline(
  kafka,
  { on: 'groupPartitions', also: ['groups'] },
  (row, see): Headline & { readonly hop: string } => {
    const status = known(row.status)
    const word = status === undefined ? 'not judged' : statusWords[status].word
    const since = known(row.standsSince)
    const lag = known(row.lag)
    const place = placeName(row.topic, row.partition)
    const behind = lag === undefined ? wordOf(row.lag) : `${counted(lag, 'record')} behind`
    const stands = since === undefined ? '' : ` for ${ageWords(see.now.getTime() - since.getTime())}`
    const group = see.rows('groups')[0]
    return {
      says: say`${group === undefined ? row.group : noun(row.group, see.urn('groups', group))} at ${place}: ${word}${stands}, ${behind}.`,
      health: status === undefined ? 'unknown' : statusWords[status].health,
      hop: `${word}${stands} · ${behind}`,
    }
  },
)
