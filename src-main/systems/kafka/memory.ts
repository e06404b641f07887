/** What a connection's worker remembers between rounds: topic ids, where commits stood and since when, settings, the controller. */

/** A commit as our sockets saw it, and what was found out at it. */
export interface CommitMemory {
  readonly offset: bigint
  /** When we first saw it there; undefined when it was there before we looked. */
  readonly since: Date | undefined
  readonly firstSeen: Date
  /** Id of the topic when we first saw it there. */
  readonly topicId: string
  /** Larger of the last two times between commits, ms. */
  readonly every: number | undefined
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
  /** Broker id of the active controller; -1 when the quorum has none, undefined before it was asked. */
  controller: number | undefined
  /** Partition of the offsets topic → broker that led it last. */
  readonly offsetsLeaders: Map<number, number>
  /** Brokers that led a partition of the offsets topic that nobody leads now: their groups cannot be listed by anybody. */
  lostCoordinators: ReadonlySet<number>
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
    controller: undefined,
    offsetsLeaders: new Map(),
    lostCoordinators: new Set(),
    groupCoordinators: new Map(),
    addresses: new Map(),
    commits: new CommitLedger(),
  }
}

/** Commits of all groups, by group, topic and partition. What a round does not see of a group it covered is forgotten. */
export class CommitLedger {
  #groups = new Map<string, Map<string, CommitMemory>>()
  #rounds = 0

  /** Begins a round; groups not named in `keep` nor observed until the next call are forgotten. */
  begin(keep: (group: string) => boolean): void {
    this.#rounds += 1
    for (const group of this.#groups.keys()) if (!keep(group)) this.#groups.delete(group)
  }

  get(group: string, topic: string, partition: number): CommitMemory | undefined {
    return this.#groups.get(group)?.get(`${partition}:${topic}`)
  }

  /** Replaces what is known of a group by what a round saw of it. */
  replace(group: string, seen: ReadonlyMap<string, CommitMemory>): void {
    this.#groups.set(group, new Map(seen))
  }

  note(
    group: string,
    topic: string,
    partition: number,
    found: Partial<Pick<CommitMemory, 'markersOnly' | 'recordAt' | 'recordBetween'>>,
  ): void {
    const was = this.get(group, topic, partition)
    if (was !== undefined) this.#groups.get(group)?.set(`${partition}:${topic}`, { ...was, ...found })
  }

  /** True in the first round: nothing seen before it can be known to have just happened. */
  get isFirstRound(): boolean {
    return this.#rounds <= 1
  }
}

export function commitKey(topic: string, partition: number): string {
  return `${partition}:${topic}`
}

/** The memory of a commit after one more look at it. */
export function seeCommit(
  was: CommitMemory | undefined,
  now: {
    readonly offset: bigint
    readonly end: bigint | undefined
    readonly topicId: string
    readonly at: Date
    readonly isFirstRound: boolean
  },
): CommitMemory {
  if (was === undefined) {
    return {
      offset: now.offset,
      since: now.isFirstRound ? undefined : now.at,
      firstSeen: now.at,
      topicId: now.topicId,
      every: undefined,
      end: now.end,
      quietRounds: 0,
      stoodRounds: 0,
      markersOnly: undefined,
      recordAt: undefined,
      recordBetween: undefined,
    }
  }
  if (was.offset === now.offset) {
    const isQuiet = now.end !== undefined && was.end === now.end
    return { ...was, end: now.end ?? was.end, stoodRounds: was.stoodRounds + 1, quietRounds: isQuiet ? was.quietRounds + 1 : 0 }
  }
  const gap = was.since === undefined ? undefined : now.at.getTime() - was.since.getTime()
  const every = gap === undefined ? was.every : was.every === undefined ? gap : Math.max(gap, was.every - Math.abs(was.every - gap) / 2)
  return {
    ...was,
    offset: now.offset,
    since: now.at,
    firstSeen: now.at,
    topicId: now.topicId,
    every,
    end: now.end ?? was.end,
    quietRounds: 0,
    stoodRounds: 0,
    markersOnly: undefined,
    recordAt: undefined,
    recordBetween: undefined,
  }
}
