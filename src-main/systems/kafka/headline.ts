/** What Kafka's records say first, one line each. */
import type { AnyHeadline } from '../../triage/judging.ts'
import { brokerHeadline, clusterHeadline, partitionHeadline, topicHeadline } from './headline-cluster.ts'
import { groupHeadline, positionHeadline } from './headline-group.ts'

export const headlines: readonly AnyHeadline[] = [
  groupHeadline,
  positionHeadline,
  topicHeadline,
  partitionHeadline,
  brokerHeadline,
  clusterHeadline,
]
