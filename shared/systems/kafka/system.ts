/** Kafka: brokers, topics, partitions, groups with their lag, disks and the quorum of one cluster. Read-only so far. */
import { system } from '../../model/system.ts'
import { groupPartitions, groups } from './groups.ts'
import { messages } from './messages.ts'
import { brokers, cluster, logDirs, partitions, quorum, topics } from './topology.ts'

export const kafka = system({
  id: 'kafka',
  title: 'Kafka',
  lane: 'streams',
  settings: {},
  endpoints: {
    brokers: {
      title: 'Bootstrap servers',
      says: 'Any brokers of the cluster; the others are found from them.',
      protocol: 'kafka',
      many: true,
      example: 'broker-1.example.net:9092, broker-2.example.net:9092',
    },
  },
  collections: { cluster, brokers, topics, partitions, groups, groupPartitions, logDirs, quorum },
  sweeps: {
    lag: {
      says: 'Metadata, groups, committed offsets and ends, in the one order in which they prove each other',
      emits: ['cluster', 'brokers', 'topics', 'partitions', 'groups', 'groupPartitions'],
      every: { watched: 5, background: 20 },
    },
    health: {
      says: 'Disks, the quorum of controllers, and the settings that judgements rest on',
      emits: ['logDirs', 'quorum'],
      every: { watched: 15, background: 60 },
    },
  },
  reads: { messages },
  actions: {},
})
