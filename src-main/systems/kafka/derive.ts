/** Fields that need the past: status, since when a commit stands, how old the first unread record is, when it will be done or lost. */
import type { Derived, Row } from '../../../shared/model/collection.ts'
import type { Interval } from '../../../shared/model/fields.ts'
import { isUnknown, type Known, known, type Unknown, unknown } from '../../../shared/model/known.ts'
import type { AgeMethod } from '../../../shared/systems/kafka/groups.ts'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import type { LagStatus } from '../../../shared/systems/kafka/words.ts'
import { type AnyDerive, derive, type Sample } from '../../triage/judging.ts'
import { lagStatus, pollFrom, type Step, samplesOf, worstStatus } from './lag-status.ts'
import { counting } from './phrases.ts'
import { drainTimeMs, groupDrainTimeMs, ratePerSecond, timeToDataLossMs } from './rates.ts'
import { bestTimeLag, observe, type Run, type TimeLag, timeLagFromHistory, timeLagFromRecord } from './time-lag.ts'

type Position = Row<(typeof kafka)['collections']['groupPartitions']>
type DerivedPosition = Derived<(typeof kafka)['collections']['groupPartitions']>
type DerivedGroup = Derived<(typeof kafka)['collections']['groups']>

const isNumeric = (row: Position): boolean => row.kind === 'EXACT' || row.kind === 'EMPTY_LOG' || row.kind === 'EXPIRED'
const hasUnread = (row: Position): boolean => {
  const lag = known(row.lag)
  return isNumeric(row) && lag !== undefined && lag > 0n
}
const no = (note: string): ReturnType<typeof unknown> => unknown('not-recorded', note)

/** Positions with nothing unread, or without a number: no past is needed. */
const settled = derive(kafka, { on: 'groupPartitions', when: (row) => !hasUnread(row) }, (row): DerivedPosition => {
  const isDone = isNumeric(row) && !isUnknown(row.lag)
  const why = isDone ? no('nothing is unread') : isUnknown(row.lag) ? row.lag : no('no number')
  const kind = known(row.kind)
  const status: Known<LagStatus> =
    isDone || kind === undefined ? 'OK' : kind === 'EXACT' || kind === 'EMPTY_LOG' || kind === 'EXPIRED' ? 'ERROR' : kind
  return {
    status,
    standsSince: why,
    firstUnread: why,
    firstUnreadBy: isDone ? 'nothing unread' : unknown('not-yet', 'no number'),
    eta: isDone ? 0 : why,
    timeToLoss: why,
  }
})

const standing: ReadonlySet<LagStatus> = new Set(['STALLED', 'STOPPED', 'STANDING_STILL', 'NO_CONSUMER', 'UNASSIGNED', 'REBALANCING'])

const moving = derive(
  kafka,
  { on: 'groupPartitions', also: ['groups'], past: ['committed', 'end', 'earliest', 'lag', 'members', 'settling'], when: hasUnread },
  (row, see): DerivedPosition => {
    const now = see.now.getTime()
    const group = see.rows('groups')[0]
    const watchedSince = see.watched.since.getTime()
    const committed = stepsOf(see.past('committed'))
    const ends = stepsOf(see.past('end'))
    const lags = stepsOf(see.past('lag'))
    const pollMs = pollFrom([committed, ends, lags], now - see.windowMs, see.watched.pollMs)
    const curves = {
      committed,
      highWatermark: ends,
      lag: lags,
      members: stepsOf(see.past('members')),
      settling: stepsOf(see.past('settling')),
    }
    const samples = samplesOf(curves, watchedSince, now, see.windowMs, pollMs)
    const lag = known(row.lag) ?? 0n
    const { status, standsSince } = lagStatus({
      kind: known(row.kind) ?? 'ERROR',
      lag,
      allowed: 0n,
      protocolType: known(group?.protocolType ?? '') ?? '',
      groupState: known(group?.state ?? unknown('unanswered')) ?? '',
      hasOwner: (known(row.owner) ?? '') !== '',
      samples,
      commitEveryMs: known(row.commitEvery),
      now,
      windowMs: see.windowMs,
      pollMs,
    })
    const speeds = { produced: known(row.produceRate), consumed: known(row.consumeRate) }
    const age = ageOf(row, ends, watchedSince, now)
    const startRate = ratePerSecond(
      stepsOf(see.past('earliest')).flatMap((step) => (step.value === undefined ? [] : [{ at: step.at, value: Number(step.value) }])),
    )
    return {
      status,
      standsSince: standing.has(status) ? stoodSince(row, standsSince, now - see.windowMs) : no('the commit moves'),
      firstUnread: age === undefined ? unknown('not-yet', 'nothing dates it yet') : intervalOf(age, now),
      firstUnreadBy: age === undefined ? unknown('not-yet') : methodOf(age),
      eta: etaOf(drainTimeMs(lag, speeds.produced, speeds.consumed)),
      timeToLoss: lossOf(row, startRate, speeds.consumed),
    }
  },
)

function stepsOf<V>(samples: readonly Sample<V>[]): readonly Step<V>[] {
  return samples.map(({ at, value }) => ({ at: at.getTime(), value: known(value) }))
}

/** The window shows a commit only back to its start; beyond it the sockets' own word counts, whichever is earlier. */
function stoodSince(row: Position, seen: number | undefined, windowStart: number): Known<Date> {
  const told = known(row.commitSince)?.getTime()
  if (seen === undefined) return told === undefined ? unknown('not-yet') : new Date(told)
  if (told === undefined) return new Date(seen)
  return new Date(seen <= windowStart + 1 ? told : Math.min(seen, told))
}

function ageOf(row: Position, ends: readonly Step<bigint>[], watchedSince: number, now: number): TimeLag | undefined {
  const committed = known(row.committed)
  const earliest = known(row.earliest)
  const position = committed !== undefined && earliest !== undefined && committed < earliest ? earliest : committed
  const recordAt = known(row.recordAt)
  const between = known(row.recordBetween)
  const compacted = known(row.offsetsHaveHoles) ?? false
  const byIndex: TimeLag | undefined = between && {
    loMs: between.to === undefined ? 0 : now - between.to.getTime(),
    ...(between.from === undefined ? {} : { hiMs: now - between.from.getTime() }),
    method: 'M2',
    since: 'event',
  }
  const byHistory = position === undefined ? undefined : timeLagFromHistory(historyOf(ends, watchedSince), position, now, compacted)
  return bestTimeLag(recordAt === undefined ? undefined : timeLagFromRecord(recordAt.getTime(), now), byHistory, byIndex)
}

/** High watermarks as runs: each lasts until the next change point, because a flat run is stored as its first point. */
function historyOf(ends: readonly Step<bigint>[], watchedSince: number): readonly Run[] {
  let runs: readonly Run[] = []
  for (const { at, value } of ends) if (value !== undefined && at >= watchedSince) runs = observe(runs, value, at)
  return runs
}

function intervalOf(age: TimeLag, now: number): Interval {
  const to = new Date(now - age.loMs)
  return age.hiMs === undefined ? { to } : { from: new Date(now - age.hiMs), to }
}

function methodOf(age: TimeLag): AgeMethod {
  const words: Readonly<Record<TimeLag['method'], AgeMethod>> = {
    M0: 'nothing unread',
    M1: 'our own watching',
    M2: "broker's time index",
    M3: 'the record itself',
  }
  return words[age.method]
}

function etaOf(ms: number | 'never' | undefined): Known<number> {
  if (ms === 'never') return no('never at this rate')
  return ms ?? unknown('not-yet', 'no rates yet')
}

function lossOf(row: Position, startRate: number | undefined, consumed: number | undefined): Known<number> {
  const committed = known(row.committed)
  const earliest = known(row.earliest)
  const ms = committed === undefined || earliest === undefined ? undefined : timeToDataLossMs(committed, earliest, startRate, consumed)
  return ms ?? no('retention does not gain on it')
}

/** A group is as bad as its worst partition; orphans do not count. */
const grouped = derive(kafka, { on: 'groups', also: ['groupPartitions'] }, (row, see): DerivedGroup => {
  const positions = counting(see.rows('groupPartitions'))
  const statuses = positions.flatMap((position) => known(position.status) ?? [])
  const stands = positions
    .flatMap((position) => {
      const since = known(position.standsSince)
      return since === undefined ? [] : [{ since, position }]
    })
    .sort((a, b) => a.since.getTime() - b.since.getTime() || (a.position.partition < b.position.partition ? -1 : 1))
  const first = stands[0]
  const oldest = positions
    .flatMap((position) => known(position.firstUnread) ?? [])
    .sort((a, b) => (a.to?.getTime() ?? 0) - (b.to?.getTime() ?? 0))[0]
  const committed = first === undefined ? undefined : known(first.position.committed)
  const etas = positions.map((position) =>
    isUnknown(position.eta) && position.eta.note === 'never at this rate' ? ('never' as const) : known(position.eta),
  )
  const losses = positions.flatMap((position) => known(position.timeToLoss) ?? [])
  const worst = worstStatus(statuses)
  return {
    status: isUnknown(row.kinds) ? row.kinds : worst === 'ERROR' ? silenceOf(positions) : (worst ?? 'NOTHING_COMMITTED'),
    standsSince: first?.since ?? no('no commit stands'),
    standsAt:
      first === undefined || committed === undefined ? [] : [first.position.topic, String(first.position.partition), String(committed)],
    firstUnread: oldest ?? no('nothing is unread, or nothing dates it'),
    eta: positions.length === 0 ? no('nothing is committed') : etaOf(groupDrainTimeMs(etas)),
    timeToLoss: losses.length === 0 ? no('retention does not gain on it') : Math.min(...losses),
  }
})

/** Why nothing can be said of a group whose worst partition did not answer: not known is no status, so that no finding ends by it. */
function silenceOf(positions: readonly Position[]): Unknown {
  const lags = positions.filter((position) => position.kind === 'ERROR').map((position) => position.lag)
  return lags.find(isUnknown) ?? unknown('unanswered')
}

/** In the order they run: positions first, then the groups made of them. */
export const derives: readonly AnyDerive[] = [settled, moving, grouped]
