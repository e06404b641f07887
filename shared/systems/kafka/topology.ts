/** What a cluster is made of: brokers, topics, partitions, disks, controllers. */
import { collection } from '../../model/collection.ts'
import { address, bytes, count, duration, flag, host, instant, int64, list, name, oneOf, path, ratio, text } from '../../model/fields.ts'
import { contacts, contactWords, dirStates, dirWords, replicaStates, replicaWords } from './words.ts'

export const cluster = collection({
  kind: 'state',
  title: 'Clusters',
  says: 'The cluster as a whole, as its own metadata and our sockets see it.',
  key: ['cluster'],
  fields: {
    cluster: text("The cluster's own id"),
    brokersListed: count('Brokers the cluster lists as alive', 'brokers'),
    brokersAnswering: count('Brokers that answered us in this round', 'brokers'),
    controller: text('Broker id of the active controller, from DescribeQuorum (metadata names a random broker)'),
    topics: count('Topics this account may see', 'topics'),
    partitions: count('Partitions of those topics', 'partitions'),
    groups: count('Groups that brokers listed in this round', 'groups'),
    groupsUnseen: count('Brokers whose groups could not be asked for in this round', 'brokers'),
    offline: count('Partitions without a leader', 'partitions'),
    underMinIsr: count('Partitions that refuse writes of acks=all, in topics whose min.insync.replicas is known', 'partitions'),
    underReplicated: count('Partitions with fewer in-sync replicas than replicas', 'partitions'),
  },
  show: {
    label: 'cluster',
    columns: ['cluster', 'brokersListed', 'brokersAnswering', 'controller', 'topics', 'groups', 'offline', 'underMinIsr'],
  },
})

export const brokers = collection({
  kind: 'state',
  title: 'Brokers',
  says: 'One broker: what the cluster says of it, and what our own sockets saw.',
  key: ['broker'],
  fields: {
    broker: text('Its node id'),
    host: host('The host it advertises'),
    address: address('host:port it advertises'),
    rack: text('Its rack; empty where it names none'),
    listed: flag('The cluster lists it as alive; false where replicas are assigned to it and it is missing'),
    contact: oneOf('What our own sockets saw of it in this round', contacts),
    failures: count('Failed attempts in a row since its last answer', 'attempts', { keep: 'latest' }),
    failingSince: instant('When the first of those attempts failed', { keep: 'versions' }),
    lastAnswer: instant('Its last answer to us'),
    lastError: text('The last failure, in words', { keep: 'versions' }),
    leads: count('Partitions it leads', 'partitions'),
    replicas: count('Replicas assigned to it', 'replicas'),
    outOfSync: count('Replicas assigned to it that are not in sync', 'replicas'),
    coordinates: count('Groups it coordinates (it is the one that lists them)', 'groups'),
    controller: flag('It is the active controller'),
  },
  show: {
    label: 'broker',
    status: 'contact',
    sort: 'broker',
    columns: ['broker', 'contact', 'listed', 'address', 'rack', 'leads', 'outOfSync', 'coordinates'],
  },
  words: { contact: contactWords },
})

export const topics = collection({
  kind: 'state',
  title: 'Topics',
  says: 'One topic, summed over its partitions.',
  key: ['topic'],
  fields: {
    topic: name('Its name'),
    state: oneOf('The worst of its partitions', replicaStates),
    topicId: text('Its id: another one under the same name is another topic'),
    internal: flag('Kafka keeps its own books in it'),
    partitions: count('Partitions', 'partitions', { keep: 'versions' }),
    replication: count('Replicas of each partition', 'replicas', { keep: 'versions' }),
    offline: count('Partitions without a leader', 'partitions', { keep: 'versions' }),
    underMinIsr: count('Partitions that refuse writes of acks=all', 'partitions', { keep: 'versions' }),
    underReplicated: count('Partitions with fewer in-sync replicas than replicas', 'partitions', { keep: 'versions' }),
    records: int64('High watermarks minus log starts; at most so many records, over partitions that answered', { unit: 'records' }),
    recordsAtLeast: flag('Some partitions did not answer, so that `records` is a lower bound', { keep: 'latest' }),
    produced: int64('Sum of high watermarks, over partitions that answered', { keep: 'series', unit: 'records' }),
    readers: count('Groups with a committed offset in it', 'groups', { keep: 'versions' }),
    minIsr: count('min.insync.replicas', 'replicas', { keep: 'versions' }),
    retention: duration('retention.ms; -1 for ever', { keep: 'versions' }),
    cleanup: text('cleanup.policy: delete, compact or both', { keep: 'versions' }),
  },
  show: {
    label: 'topic',
    status: 'state',
    sort: 'topic',
    columns: ['topic', 'state', 'partitions', 'records', 'readers', 'replication', 'minIsr', 'retention'],
  },
  words: { state: replicaWords },
})

export const partitions = collection({
  kind: 'state',
  title: 'Partitions',
  says: 'One partition: who leads it, who is in sync, where it begins and ends.',
  key: ['topic', 'partition'],
  within: ['topic'],
  refs: [
    { to: 'topics', by: ['topic'] },
    { to: 'brokers', by: ['leader'] },
  ],
  fields: {
    topic: name('Its topic'),
    partition: int64('Its number'),
    state: oneOf('What it can still do', replicaStates),
    leader: text('Broker that leads it; unknown when nobody does'),
    leaderEpoch: int64('How often leadership changed'),
    replicas: list('Brokers it is assigned to, in order of preference'),
    isr: list('Brokers in sync with the leader'),
    offlineReplicas: list('Brokers of it that are offline'),
    minIsr: count('min.insync.replicas of its topic', 'replicas', { keep: 'versions' }),
    earliest: int64('First offset that still exists', { keep: 'series', unit: 'offset' }),
    end: int64('High watermark: where the next committed record will be', { keep: 'series', unit: 'offset' }),
    lastStable: int64('Last stable offset: read_committed readers see up to here', { unit: 'offset' }),
    txnBlocked: int64('Offsets behind an open transaction', { unit: 'records' }),
    error: text('Kafka error of its metadata or offsets; empty for none', { keep: 'versions' }),
  },
  show: {
    label: 'partition',
    status: 'state',
    sort: 'partition',
    columns: ['topic', 'partition', 'state', 'leader', 'isr', 'earliest', 'end'],
  },
  words: { state: replicaWords },
})

export const logDirs = collection({
  kind: 'state',
  title: 'Disks',
  says: 'A log directory of a broker.',
  key: ['broker', 'path'],
  within: ['broker'],
  refs: [{ to: 'brokers', by: ['broker'] }],
  fields: {
    broker: text('Whose disk'),
    path: path('Where it is mounted on that broker'),
    state: oneOf('Whether the broker can use it', dirStates),
    error: text('Why not; empty when it can', { keep: 'versions' }),
    total: bytes('Size of the volume'),
    usable: bytes('Free on the volume'),
    used: ratio('Used part of the volume'),
    size: bytes('Size of the replicas in it'),
    replicas: count('Replicas in it', 'replicas'),
  },
  show: { label: 'path', status: 'state', sort: '-used', columns: ['broker', 'path', 'state', 'used', 'usable', 'size', 'replicas'] },
  words: { state: dirWords },
})

export const quorum = collection({
  kind: 'state',
  title: 'Quorum nodes',
  says: 'A node of the KRaft quorum that keeps the metadata.',
  key: ['node'],
  fields: {
    node: text('Its node id'),
    role: oneOf('Voters decide, observers follow', ['leader', 'voter', 'observer']),
    endOffset: int64('End of its metadata log', { unit: 'offset' }),
    behind: int64("Behind the leader's log", { unit: 'records' }),
    lastCaughtUp: instant('When it last had all of the log, by the leader'),
    lastFetch: instant('When it last asked the leader'),
    epoch: int64('Epoch of the leader', { keep: 'versions' }),
  },
  show: { label: 'node', status: 'role', sort: 'node' },
  words: {
    role: {
      leader: { word: 'the active controller', health: 'ok' },
      voter: { word: 'a voter', health: 'ok' },
      observer: { word: 'an observer', health: 'ok' },
    },
  },
})
