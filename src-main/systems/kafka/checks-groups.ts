/** Rules about groups: each outcome of the lag status that somebody must know, with where it stands and since when. */

import type { FindingClass, Severity, Since, Verdict } from '../../../shared/model/finding.ts'
import { type Known, known } from '../../../shared/model/known.ts'
import { noun, type Sentence, say } from '../../../shared/model/sentence.ts'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import type { LagStatus } from '../../../shared/systems/kafka/words.ts'
import { beforeWatching } from '../../triage/damping.ts'
import { type AnyCheck, check, type See } from '../../triage/judging.ts'
import { ageWords, clock, listWords } from '../../triage/time-words.ts'
import {
  atAbout,
  counted,
  counting,
  type GroupRow,
  offsetControl,
  type PositionRow,
  placeName,
  readerWords,
  recordEnd,
  standOf,
  wordOf,
} from './phrases.ts'

type GroupSee = See<(typeof kafka)['collections'], 'groups', 'groupPartitions'>

const at = (see: GroupSee, status: LagStatus): readonly PositionRow[] =>
  counting(see.rows('groupPartitions')).filter((p) => p.status === status)
const places = (positions: readonly PositionRow[]): string => listWords(positions.map((p) => placeName(p.topic, p.partition)))

/** Since when a commit stands: between the poll before and the one that first saw it there; open where it stood before we looked. */
function standsSince(position: PositionRow | undefined, pollMs: number): Since | undefined {
  const since = position === undefined ? undefined : known(position.standsSince)
  if (position === undefined || since === undefined) return undefined
  return { from: position.commitBefore === true ? beforeWatching : new Date(since.getTime() - pollMs), to: since, by: 'seen' }
}

function longestStanding(positions: readonly PositionRow[]): PositionRow | undefined {
  const time = (p: PositionRow): number => known(p.standsSince)?.getTime() ?? Number.POSITIVE_INFINITY
  return positions.toSorted((a, b) => time(a) - time(b) || (placeName(a.topic, a.partition) < placeName(b.topic, b.partition) ? -1 : 1))[0]
}

function evidenceOf(position: PositionRow): Verdict['evidence'] {
  const place = placeName(position.topic, position.partition)
  const told = (label: string, value: Known<unknown>, source: string): { label: string; value: string; source: string } => ({
    label: `${label} of ${place}`,
    value: wordOf(value),
    source,
  })
  return [
    told('Committed offset', position.committed, 'OffsetFetch'),
    told('High watermark', position.end, 'ListOffsets'),
    told('Log start', position.earliest, 'ListOffsets'),
    ...(position.owner === '' ? [] : [told('Reader', position.owner, 'DescribeGroups')]),
  ]
}

/**
 * The sentence of a commit that does not move: where, since when, who reads, when retention takes it. A finding says only what stays the
 * same while it holds, so that a group that stands is not a new version every round; a headline (`measured`) adds the age and what lies unread.
 */
export function standingSentence(group: GroupRow, see: GroupSee, { measured }: { readonly measured: boolean }): Sentence {
  const stand = standOf(group)
  const name = noun(group.group, see.urn('groups', group))
  if (stand === undefined) return say`${name} stands still.`
  const position = see.rows('groupPartitions').find((p) => p.topic === stand.topic && p.partition === stand.partition)
  const unread = position === undefined || !measured ? undefined : known(position.lag)
  const age = measured ? ` (${ageWords(see.now.getTime() - stand.since.getTime())})` : ''
  const others = counting(see.rows('groupPartitions')).filter((p) => known(p.standsSince) !== undefined).length - 1
  const loss = known(group.timeToLoss)
  const isSelfAssigned = group.kind === 'self-assigned'
  return [
    ...say`${name} stands still: ${position === undefined ? placeName(stand.topic, stand.partition) : noun(placeName(stand.topic, stand.partition), see.urn('groupPartitions', position))} has committed nothing since ${position?.commitBefore === true ? 'before ' : ''}${clock(stand.since, see.now)} UTC${age} at offset ${offsetControl(see.of, stand.topic, stand.partition, stand.offset)}`,
    ...(unread === undefined ? [] : say` while ${counted(unread, 'record')} ${unread === 1n ? 'lies' : 'lie'} unread`),
    ...(readerWords(group) === '' || isSelfAssigned ? [] : say`; its reader (${readerWords(group)}) is alive`),
    '.',
    ...(others > 0 ? say` ${counted(others, 'other partition')} of it ${others === 1 ? 'stands' : 'stand'} as well.` : []),
    ...(loss === undefined ? [] : say` Retention takes the first unread record ${atAbout(new Date(see.now.getTime() + loss), see.now)}.`),
  ]
}

/** A group that stands at records: the finding is also theirs, so that all who stand at one record are one incident. */
function standing(status: LagStatus, rule: string, says: string, severity: Severity, opens: number): AnyCheck {
  return check(kafka, { on: 'groups', also: ['groupPartitions'], rule, says, where: { status }, opens }, (row, see) => {
    const positions = at(see, status)
    const first = longestStanding(positions)
    const since = standsSince(first, see.watched.pollMs)
    return {
      class: 'staleness',
      origin: 'derived',
      severity,
      says: standingSentence(row, see, { measured: false }),
      ...(since === undefined ? {} : { since }),
      evidence: first === undefined ? [] : (evidenceOf(first) ?? []),
      also: standsAtRecord(row, positions).map((p) => recordEnd(see.of, p.topic, p.partition, known(p.committed) ?? 0n)),
    }
  })
}

/** Positions whose record may be what stops them: somebody reads there and does not get past it, or the group reads by itself. */
export function standsAtRecord(group: GroupRow, positions: readonly PositionRow[]): readonly PositionRow[] {
  return positions
    .filter(
      (p) =>
        known(p.committed) !== undefined &&
        known(p.standsSince) !== undefined &&
        (group.kind === 'self-assigned' || (known(p.owner) ?? '') !== ''),
    )
    .slice(0, 20)
}

interface Plain {
  readonly status: LagStatus
  readonly rule: string
  readonly says: string
  readonly class: FindingClass
  readonly severity: Severity
  readonly sentence: (group: GroupRow, positions: readonly PositionRow[], see: GroupSee) => Sentence
}

function plainCheck(rule: Plain): AnyCheck {
  return check(
    kafka,
    { on: 'groups', also: ['groupPartitions'], rule: rule.rule, says: rule.says, where: { status: rule.status } },
    (row, see) => {
      const positions = at(see, rule.status)
      const first = longestStanding(positions)
      const since = standsSince(first, see.watched.pollMs)
      return {
        class: rule.class,
        origin: 'derived',
        severity: rule.severity,
        says: rule.sentence(row, positions, see),
        ...(since === undefined ? {} : { since }),
        evidence: first === undefined ? [] : (evidenceOf(first) ?? []),
      }
    },
  )
}

const name = (group: GroupRow, see: GroupSee): ReturnType<typeof noun> => noun(group.group, see.urn('groups', group))

const outcomes: readonly AnyCheck[] = [
  standing('STALLED', 'kafka.group.stalled', 'A reader is there and commits nothing although records are unread', 'critical', 1),
  standing('STOPPED', 'kafka.group.stopped', 'It read until lately and reads no more', 'high', 1),
  standing('STANDING_STILL', 'kafka.group.standing-still', 'Nothing committed for three polls while records are unread', 'warn', 1),
  plainCheck({
    status: 'UNASSIGNED',
    rule: 'kafka.group.unassigned',
    says: 'The group is stable and nobody has the partition',
    class: 'staleness',
    severity: 'high',
    sentence: (group, positions, see) =>
      say`${name(group, see)} reads ${places(positions)} with nobody: the group is stable, ${counted(known(group.members) ?? 0, 'member')} in it, and none has ${positions.length === 1 ? 'this partition' : 'these partitions'}.`,
  }),
  plainCheck({
    status: 'REBALANCING',
    rule: 'kafka.group.rebalancing',
    says: 'It has been working out who reads what for more than half of the window',
    class: 'staleness',
    severity: 'high',
    sentence: (group, _positions, see) =>
      say`${name(group, see)} does not come to rest: it has been working out who reads what (${wordOf(group.state)}) while records wait.`,
  }),
  plainCheck({
    status: 'NO_CONSUMER',
    rule: 'kafka.group.no-consumer',
    says: 'Records are unread and nobody has been in the group for a whole window',
    class: 'risk',
    severity: 'warn',
    sentence: (group, _positions, see) =>
      say`Nobody reads for ${name(group, see)}: it has had no member for ${ageWords(see.windowMs)} or longer, and records are unread.`,
  }),
  plainCheck({
    status: 'FALLING_BEHIND',
    rule: 'kafka.group.falling-behind',
    says: 'Its lag grows over the window',
    class: 'saturation',
    severity: 'warn',
    sentence: (group, positions, see) =>
      say`${name(group, see)} falls behind at ${places(positions)}: more is written there than it reads.`,
  }),
  plainCheck({
    status: 'REWIND',
    rule: 'kafka.group.rewound',
    says: 'Its committed offset went back',
    class: 'change',
    severity: 'warn',
    sentence: (group, positions, see) => say`${name(group, see)} was set back at ${places(positions)}: records are read again.`,
  }),
  plainCheck({
    status: 'TRUNCATED',
    rule: 'kafka.group.beyond-end',
    says: 'Its commit lies beyond the end of the partition: truncation, an unclean election, or a commit by hand',
    class: 'risk',
    severity: 'high',
    sentence: (group, positions, see) => {
      const [first] = positions
      const by = first === undefined ? undefined : known(first.overshoot)
      return say`${name(group, see)} has committed ${by === undefined ? '' : `${counted(by, 'record')} `}beyond the end of ${places(positions)}: the log was cut, or somebody committed by hand. Its next start follows auto.offset.reset.`
    },
  }),
  plainCheck({
    status: 'STALE_COMMIT',
    rule: 'kafka.group.stale-commit',
    says: 'Its commit is from before the topic was made anew',
    class: 'risk',
    severity: 'high',
    sentence: (group, positions, see) =>
      say`The commit of ${name(group, see)} at ${places(positions)} is from before the topic was made anew: it says nothing about the records there now.`,
  }),
]

const recordsLost = check(
  kafka,
  {
    on: 'groups',
    also: ['groupPartitions'],
    rule: 'kafka.group.records-lost',
    says: 'Retention deleted records before the group read them',
    where: { lost: { min: 1n } },
  },
  (row, see) => {
    const lost = known(row.lost)
    if (lost === undefined || lost === 0n) return undefined
    const positions = counting(see.rows('groupPartitions')).filter((p) => (known(p.lost) ?? 0n) > 0n)
    const isRead = (known(row.members) ?? 0) > 0
    return {
      class: isRead ? 'failure' : 'risk',
      origin: 'derived',
      severity: isRead ? 'high' : 'warn',
      says: say`${name(row, see)} lost at most ${counted(lost, 'record')} at ${places(positions)}: retention deleted them before they were read. Its next start there follows auto.offset.reset.`,
      evidence: positions[0] === undefined ? [] : (evidenceOf(positions[0]) ?? []),
    }
  },
)

export const groupChecks: readonly AnyCheck[] = [...outcomes, recordsLost]
