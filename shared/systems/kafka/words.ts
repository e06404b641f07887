/** Kafka's states in people's words, and how bad each is. To reword a lag kind or a status, change it here. */
import type { StateWord } from '../../model/health.ts'

/** What the distance of a committed offset from the end of its partition is known to be. Exactly one holds for each. */
export const lagKindWords = {
  EXACT: { word: 'exact', health: 'ok' },
  EMPTY_LOG: { word: 'nothing to read', health: 'ok' },
  EXPIRED: { word: 'records lost to retention', health: 'high' },
  NO_COMMIT: { word: 'no commit', health: 'unknown' },
  TRUNCATED: { word: 'commit beyond the end', health: 'high' },
  STALE_COMMIT: { word: 'topic recreated after this commit', health: 'high' },
  OFFLINE: { word: 'partition has no leader', health: 'high' },
  TOPIC_GONE: { word: 'commit for a deleted topic', health: 'warn' },
  ERROR: { word: 'not answered', health: 'unknown' },
  /** Not one of the nine: a share group's own distance, where records after its start may already be done. */
  SHARE: { word: 'share group distance', health: 'ok' },
} as const satisfies Record<string, StateWord>
export type LagKind = keyof typeof lagKindWords
export const lagKinds = Object.keys(lagKindWords).filter((kind): kind is LagKind => kind in lagKindWords)

/** How a group does at one partition, judged over a window of time; kinds without a number stand for themselves. */
export const statusWords = {
  STALLED: { word: 'stalled', health: 'critical' },
  STOPPED: { word: 'stopped', health: 'high' },
  NO_CONSUMER: { word: 'no consumer', health: 'high' },
  UNASSIGNED: { word: 'unassigned', health: 'high' },
  REBALANCING: { word: 'rebalancing', health: 'high' },
  REWIND: { word: 'rewound', health: 'warn' },
  FALLING_BEHIND: { word: 'falling behind', health: 'warn' },
  STANDING_STILL: { word: 'standing still', health: 'warn' },
  INSUFFICIENT: { word: 'too early to tell', health: 'unknown' },
  CATCHING_UP: { word: 'catching up', health: 'ok' },
  OK: { word: 'keeping up', health: 'ok' },
  NO_COMMIT: lagKindWords.NO_COMMIT,
  TRUNCATED: lagKindWords.TRUNCATED,
  STALE_COMMIT: lagKindWords.STALE_COMMIT,
  OFFLINE: lagKindWords.OFFLINE,
  TOPIC_GONE: lagKindWords.TOPIC_GONE,
  ERROR: lagKindWords.ERROR,
  SHARE: lagKindWords.SHARE,
} as const satisfies Record<string, StateWord>
export type LagStatus = keyof typeof statusWords
export const lagStatuses = Object.keys(statusWords).filter((status): status is LagStatus => status in statusWords)

/** What the cluster says of a broker against what our own sockets saw of it. */
export const contactWords = {
  answering: { word: 'answering', health: 'ok' },
  refusing: { word: 'refuses us', health: 'high' },
  silent: { word: 'silent', health: 'high' },
  'not allowed': { word: 'host not allowed', health: 'unknown' },
  'not asked': { word: 'not asked yet', health: 'unknown' },
} as const satisfies Record<string, StateWord>
export type Contact = keyof typeof contactWords
export const contacts = Object.keys(contactWords).filter((word): word is Contact => word in contactWords)

/** What a partition, or the worst partition of a topic, can still do. UNDER_MIN_ISR refuses writes right now. */
export const replicaWords = {
  OFFLINE: { word: 'offline', health: 'critical' },
  UNDER_MIN_ISR: { word: 'under min ISR, refuses writes', health: 'critical' },
  UNDER_REPLICATED: { word: 'under-replicated', health: 'high' },
  NO_ACCESS: { word: 'no access', health: 'unknown' },
  OK: { word: 'in sync', health: 'ok' },
} as const satisfies Record<string, StateWord>
export type ReplicaState = keyof typeof replicaWords
export const replicaStates = Object.keys(replicaWords).filter((state): state is ReplicaState => state in replicaWords)

/** How a group gets its partitions. */
export const groupKindWords = {
  consumer: { word: 'consumer group', health: 'ok' },
  share: { word: 'share group', health: 'ok' },
  'self-assigned': { word: 'assigns its own partitions', health: 'ok' },
  connect: { word: 'Connect workers', health: 'ok' },
  streams: { word: 'streams group', health: 'ok' },
  other: { word: 'other', health: 'unknown' },
} as const satisfies Record<string, StateWord>
export type GroupKind = keyof typeof groupKindWords
export const groupKinds = Object.keys(groupKindWords).filter((kind): kind is GroupKind => kind in groupKindWords)

/** A group's own state, as its coordinator says it. */
export const groupStateWords = {
  Stable: { word: 'stable', health: 'ok' },
  Empty: { word: 'empty', health: 'idle' },
  PreparingRebalance: { word: 'preparing rebalance', health: 'warn' },
  CompletingRebalance: { word: 'completing rebalance', health: 'warn' },
  Assigning: { word: 'assigning', health: 'warn' },
  Reconciling: { word: 'reconciling', health: 'warn' },
  NotReady: { word: 'not ready', health: 'warn' },
  Dead: { word: 'dead', health: 'idle' },
} as const satisfies Record<string, StateWord>
export type GroupState = keyof typeof groupStateWords
export const groupStates = Object.keys(groupStateWords).filter((state): state is GroupState => state in groupStateWords)

/** A disk of a broker. */
export const dirWords = {
  ONLINE: { word: 'online', health: 'ok' },
  OFFLINE: { word: 'offline', health: 'critical' },
} as const satisfies Record<string, StateWord>
export type DirState = keyof typeof dirWords
export const dirStates = Object.keys(dirWords).filter((state): state is DirState => state in dirWords)
