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
