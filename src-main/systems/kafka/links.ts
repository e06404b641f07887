/** What Kafka's records are linked with: brokers host topics, groups read them, groups that stand still stand at a record. */
import type { Edge, End } from '../../../shared/model/edge.ts'
import { known } from '../../../shared/model/known.ts'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import { type AnyEnds, type AnyLink, ends, link, type Origin } from '../../triage/judging.ts'
import { standsAtRecord } from './checks-groups.ts'
import { counting, recordEnd } from './phrases.ts'

type Of = Pick<Origin, 'instance'>
const brokerEnd = (of: Of, node: string): End => ({ kind: 'kafka.broker', name: [node], instance: of.instance })
const topicEnd = (of: Of, topic: string): End => ({ kind: 'kafka.topic', name: [topic], instance: of.instance })
const groupEnd = (of: Of, group: string): End => ({ kind: 'kafka.group', name: [group], instance: of.instance })

/** Leaders only: a follower that is lost costs safety, not the topic; Kafka's own books are left out. */
const hosts = link(kafka, { on: 'topics', also: ['partitions'], where: { internal: false } }, (row, see): readonly Edge[] => {
  const leaders = [...new Set(see.rows('partitions').flatMap((p) => known(p.leader) ?? []))].sort()
  return leaders.map((node) => ({ from: brokerEnd(see.of, node), to: topicEnd(see.of, row.topic), does: 'hosts', known: 'observed' }))
})

const reads = link(kafka, { on: 'groups' }, (row, see): readonly Edge[] =>
  (known(row.topics) ?? []).map((topic) => ({
    from: topicEnd(see.of, topic),
    to: groupEnd(see.of, row.group),
    does: 'reads',
    known: 'observed',
  })),
)

const standsAt = link(
  kafka,
  { on: 'groups', also: ['groupPartitions'], where: { status: { in: ['STALLED', 'STANDING_STILL', 'STOPPED'] } } },
  (row, see): readonly Edge[] =>
    standsAtRecord(row, counting(see.rows('groupPartitions'))).map((p) => ({
      from: groupEnd(see.of, row.group),
      to: recordEnd(see.of, p.topic, p.partition, known(p.committed) ?? 0n),
      does: 'stands-at',
      known: 'observed',
    })),
)

const runsOn = link(kafka, { on: 'brokers' }, (row, see): readonly Edge[] => {
  const host = known(row.host)
  return host === undefined
    ? []
    : [{ from: brokerEnd(see.of, row.broker), to: { kind: 'host', name: [host] }, does: 'runs-on', known: 'observed' }]
})

export const links: readonly AnyLink[] = [hosts, reads, standsAt, runsOn]

export const knownAs: readonly AnyEnds[] = [
  ends(kafka, 'brokers', (row, of) => {
    const address = known(row.address)
    return [brokerEnd(of, row.broker), ...(address === undefined ? [] : [{ kind: 'kafka.bootstrap', name: [address] }])]
  }),
  ends(kafka, 'topics', (row, of) => [topicEnd(of, row.topic)]),
  ends(kafka, 'groups', (row, of) => [groupEnd(of, row.group)]),
]
