/** What a connection's worker remembers between rounds: topic ids, where commits stood and since when, settings, the controller. */
import { type Known, unknown } from '../../../shared/model/known.ts'

/** A commit as our sockets saw it, and what was found out at it. */
export interface CommitMemory {
  readonly offset: bigint
  /** When we first saw it there. */
  readonly since: Date
  /** It was there before we looked. */
  readonly before: boolean
  /** Id of the topic when we first saw it there. */
  readonly topicId: string
  /** How long a commit takes to come once there is something to commit, ms; long ones are forgotten slowly. */
  readonly every: number | undefined
  /** When something was first unread at this commit, ms. */
  readonly unreadSince: number | undefined
  readonly anchors: readonly Anchor[]
  readonly end: bigint | undefined
  /** Rounds in a row in which neither the commit nor the end moved. */
  readonly quietRounds: number
  /** Rounds in a row in which the commit did not move. */
  readonly stoodRounds: number
  /** Looked at from this commit up to `end`: nothing left to read. */
  readonly markersOnly: { readonly end: bigint; readonly holds: boolean } | undefined
  /** Timestamp of the first unread record, ms. */
  readonly recordAt: number | undefined
  readonly recordBetween: { readonly from?: Date; readonly to?: Date } | undefined
}

export interface TopicSettings {
  readonly minIsr: number | undefined
  readonly retentionMs: number | undefined
  readonly cleanup: string | undefined
}

export interface Memory {
  /** topic → id, of the last metadata of all topics. */
  topicIds: ReadonlyMap<string, string>
  readonly settings: Map<string, TopicSettings>
  /** Topics in which a transaction marker was ever seen. */
  readonly transactional: Set<string>
  /** Broker id of the active controller; -1 when a broker said that there is none. */
  controller: Known<number>
  /** Partition of the offsets topic → broker that led it last. */
  readonly offsetsLeaders: Map<number, number>
  /** Brokers that led a partition of the offsets topic which nobody leads now, or somebody else only just: nobody may list their groups. */
  lostCoordinators: ReadonlySet<number>
  /** Those from whom a partition of the offsets topic moved in the last round. */
  movedFrom: ReadonlySet<number>
  /** group → broker that listed it last. */
  groupCoordinators: ReadonlyMap<string, number>
  /** Addresses of brokers, also of those that the cluster lists no more. */
  readonly addresses: Map<number, { readonly host: string; readonly port: number; readonly rack: string }>
  readonly commits: CommitLedger
}

export function createMemory(): Memory {
  return {
    topicIds: new Map(),
    settings: new Map(),
    transactional: new Set(),
    controller: unknown('not-yet', 'the quorum was not asked yet'),
    offsetsLeaders: new Map(),
    lostCoordinators: new Set(),
    movedFrom: new Set(),
    groupCoordinators: new Map(),
    addresses: new Map(),
    commits: new CommitLedger(),
  }
}

/**
 * Remembers who leads the offsets topic. Whoever took a partition over reads it first and lists none of its groups until then: for two
 * rounds they are looked for, not gone.
 * @param leaders partition → broker; -1: nobody
 */
export function noteOffsetsLeaders(memory: Memory, leaders: ReadonlyMap<number, number>): void {
  const lost = new Set<number>()
  const moved = new Set<number>()
  for (const [partition, leader] of leaders) {
    const before = memory.offsetsLeaders.get(partition)
    if (leader < 0) lost.add(before ?? -1)
    else if (before !== undefined && before !== leader) moved.add(before)
    if (leader >= 0) memory.offsetsLeaders.set(partition, leader)
  }
  memory.lostCoordinators = new Set([...lost, ...moved, ...memory.movedFrom])
  memory.movedFrom = moved
}

/** Commits of a group: topic, then partition. */
export type GroupCommits = Map<string, Map<number, CommitMemory>>

/** Commits of all groups. What a round does not see of a group it covered is forgotten. */
export class CommitLedger {
  readonly #groups = new Map<string, GroupCommits>()
  #rounds = 0

  /** Begins a round; groups that `keep` does not want are forgotten. */
  begin(keep: (group: string) => boolean): void {
    this.#rounds += 1
    for (const group of this.#groups.keys()) if (!keep(group)) this.#groups.delete(group)
  }

  get(group: string, topic: string, partition: number): CommitMemory | undefined {
    return this.#groups.get(group)?.get(topic)?.get(partition)
  }

  /** Replaces what is known of a group by what a round saw of it; the map is the ledger's from then on. */
  replace(group: string, seen: GroupCommits): void {
    this.#groups.set(group, seen)
  }

  note(
    group: string,
    topic: string,
    partition: number,
    found: Partial<Pick<CommitMemory, 'markersOnly' | 'recordAt' | 'recordBetween'>>,
  ): void {
    const partitions = this.#groups.get(group)?.get(topic)
    const was = partitions?.get(partition)
    if (was !== undefined) partitions?.set(partition, { ...was, ...found })
  }

  /** True in the first round: nothing seen in it can be known to have just happened. */
  get isFirstRound(): boolean {
    return this.#rounds <= 1
  }
}

/** What one look saw of a commit. */
export interface CommitLook {
  readonly offset: bigint
  readonly end: bigint | undefined
  readonly topicId: string
  readonly at: Date
  readonly isFirstRound: boolean
}

/** A group that commits more seldom than this is taken to commit this often, so that one long stop does not excuse the next. */
const longestEveryMs = 600_000

/** The memory of a commit after one more look at it. */
export function seeCommit(was: CommitMemory | undefined, look: CommitLook): CommitMemory {
  const at = look.at.getTime()
  const end = look.end ?? was?.end
  const unread = end !== undefined && end > look.offset
  const anchors = end === undefined ? (was?.anchors ?? []) : nextAnchors(was?.anchors ?? [], { at, offset: look.offset, end })
  if (was !== undefined && was.offset === look.offset) {
    const isQuiet = look.end !== undefined && was.end === look.end
    const unreadSince = unread ? (was.unreadSince ?? at) : undefined
    return { ...was, end, anchors, unreadSince, stoodRounds: was.stoodRounds + 1, quietRounds: isQuiet ? was.quietRounds + 1 : 0 }
  }
  return {
    offset: look.offset,
    since: look.at,
    before: was === undefined && look.isFirstRound,
    topicId: look.topicId,
    every: was === undefined ? undefined : nextEvery(was, at),
    unreadSince: unread ? at : undefined,
    end,
    anchors,
    quietRounds: 0,
    stoodRounds: 0,
    markersOnly: undefined,
    recordAt: undefined,
    recordBetween: undefined,
  }
}

/** Time from when there was something to commit to the commit; a shorter one takes half of the difference off. */
function nextEvery(was: CommitMemory, at: number): number | undefined {
  if (was.before || was.unreadSince === undefined) return was.every
  const gap = Math.min(longestEveryMs, at - Math.max(was.since.getTime(), was.unreadSince))
  return was.every === undefined || gap >= was.every ? gap : (gap + was.every) / 2
}

/** Offsets at two earlier moments, one to two minutes apart at most, from which speeds are read. */
export interface Anchor {
  readonly at: number
  readonly offset: bigint
  readonly end: bigint
}
const anchorMs = 60_000

/** Keeps two anchors; a commit or an end that fell starts over. */
function nextAnchors(anchors: readonly Anchor[], now: Anchor): readonly Anchor[] {
  const last = anchors.at(-1)
  if (last === undefined || now.offset < last.offset || now.end < last.end) return [now]
  return now.at - last.at < anchorMs ? anchors : [...anchors.slice(-1), now]
}

/** Records a second written and committed since the older anchor; undefined before two rounds lie between. */
export function speedsOf(
  memory: CommitMemory | undefined,
  at: number,
): { readonly produced: number; readonly consumed: number } | undefined {
  const from = memory?.anchors[0]
  if (memory === undefined || from === undefined || memory.end === undefined || at <= from.at) return undefined
  const seconds = (at - from.at) / 1000
  return { produced: Number(memory.end - from.end) / seconds, consumed: Number(memory.offset - from.offset) / seconds }
}
