// Kafka's slots: the numbers of a group, its partitions, the record it stands at, and the command lines that show the same.
import { isUnknown, type Known, reasonWords, type Unknown } from '../../../shared/model/known.ts'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import { contactWords } from '../../../shared/systems/kafka/words.ts'
import { formatDuration, formatMoment, formatNumber, formatUnknown } from '../../ui/values/format.ts'
import { type EvidenceAsk, type EvidenceItem, type FactText, related, type Screens, screens } from '../screens.ts'

const word = <T>(value: Known<T>, text: (known: T) => string): string => (isUnknown(value) ? `? ${formatUnknown(value).word}` : text(value))
const ago = (now: Date, at: Date): string => formatDuration(now.getTime() - at.getTime())

/** `46–47 min`: the unit once where both have it. */
function range(a: string, b: string): string {
  const unit = / (ms|s|min)$/.exec(b)?.[0]
  return unit !== undefined && a.endsWith(unit) ? `${a.slice(0, -unit.length)}–${b}` : `${a}–${b}`
}

/** The record at an offset, with the one before and the one after. */
function around(topic: string, partition: bigint, offset: Known<bigint>): EvidenceAsk | undefined {
  if (isUnknown(offset)) return undefined
  return {
    title: `${topic}-${partition}, the record before, at and after ${formatNumber(offset)}`,
    read: 'messages',
    input: { topic, partition, from: 'around', offset },
  }
}

const partitionsOfGroup = related(kafka, 'groups', 'groupPartitions', {
  title: 'Partitions',
  columns: ['partition', 'kind', 'committed', 'end', 'lag', 'standsSince'],
  sort: '-lag',
  bar: 'lag',
  where: (row) => ({ group: row.group }),
  sum: (row) => {
    if (isUnknown(row.lag)) return undefined
    const all = [row.counted, row.uncounted].reduce<number>((sum, n) => sum + (isUnknown(n) ? 0 : n), 0)
    const counted = isUnknown(row.counted) ? all : row.counted
    return `Sum: ${row.atLeast === true ? 'at least ' : ''}${formatNumber(row.lag)}. ${counted} of ${all} partitions counted.`
  },
  evidence: (row) => around(row.topic, row.partition, row.committed),
})

function groupFacts(row: Parameters<typeof partitionsOfGroup.where>[0], now: Date): readonly FactText[] {
  const rate = (value: Known<number>): string => word(value, (v) => formatNumber(Math.round(v * 10) / 10))
  return [
    {
      value: word(row.standsSince, (at) => ago(now, at)),
      says: 'commit age, the longest',
      ...(isUnknown(row.standsSince) ? {} : { health: 'critical' as const }),
    },
    {
      value: word(row.firstUnread, ({ from, to }) =>
        from === undefined
          ? 'nothing unread'
          : to === undefined || from.getTime() === to.getTime()
            ? ago(now, from)
            : range(ago(now, to), ago(now, from)),
      ),
      says: 'age of the first unread record',
    },
    { value: word(row.timeToLoss, formatDuration), says: 'until retention takes it' },
    {
      value: word(row.lag, (lag) => `${row.atLeast === true ? '≥ ' : ''}${formatNumber(lag)}`),
      says: `records behind${isUnknown(row.uncounted) || row.uncounted === 0 ? '' : `, ${formatNumber(row.uncounted)} unknown`}`,
    },
    {
      value:
        isUnknown(row.produceRate) && isUnknown(row.consumeRate)
          ? rate(row.produceRate)
          : `${rate(row.produceRate)} in · ${rate(row.consumeRate)} out`,
      says: 'records a second, written and committed',
    },
    { value: isUnknown(row.eta) ? `? ${formatUnknown(row.eta).word}` : formatDuration(row.eta), says: 'until caught up at this rate' },
  ]
}

/** A record as evidence: where, when, how large, and its text. */
function messageItem(item: Readonly<Record<string, unknown>>): EvidenceItem {
  const { offset, place, timestamp, value, valueBytes, valueAs, schemaId, fate, key } = item
  const head = [
    typeof offset === 'bigint' ? formatNumber(offset) : '',
    typeof schemaId === 'bigint' ? `schema ${schemaId}` : '',
    typeof valueBytes === 'bigint' ? `${formatNumber(valueBytes)} B` : '',
    typeof valueAs === 'string' && valueAs !== 'json' ? `not JSON: ${valueAs}` : '',
    typeof fate === 'string' && fate !== 'visible' ? fate : '',
    typeof key === 'string' && key !== '' ? `key ${key}` : '',
  ]
  return {
    head: head.filter((part) => part !== ''),
    ...(timestamp instanceof Date ? { at: timestamp } : {}),
    body: typeof value === 'string' ? value : isUnknown(value) ? missingBody(value) : '',
    here: place === 'at',
  }
}

/** Why a value is not there, instead of an empty place. */
function missingBody({ unknown: why, note }: Unknown): string {
  const { word, sentence } = reasonWords[why]
  return `(${word}: ${sentence}${note === undefined ? '' : ` ${note}`})`
}

const quote = (text: string): string => (/^[\w.,:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
/** Where no address is known, a place to fill in that cannot be mistaken for one. */
const brokersOf = (addresses: readonly string[]): string => (addresses.length === 0 ? 'BOOTSTRAP-SERVERS' : quote(addresses.join(',')))

export const kafkaScreens: Screens = screens(kafka, {
  tabs: ['groups', 'topics', 'brokers', 'partitions', 'groupPartitions', 'logDirs', 'quorum', 'cluster'],
  records: {
    groups: {
      facts: groupFacts,
      curves: [{ title: 'Behind, records', fields: ['lag'] }],
      related: [partitionsOfGroup],
      command: (row, addresses) =>
        `kafka-consumer-groups --bootstrap-server ${brokersOf(addresses)} --describe --group ${quote(row.group)}`,
    },
    groupPartitions: {
      curves: [
        { title: 'Behind, records', fields: ['lag'] },
        { title: 'Committed and end', fields: ['committed', 'end'] },
      ],
      evidence: (row) => around(row.topic, row.partition, row.committed),
      command: (row, addresses) =>
        isUnknown(row.committed)
          ? undefined
          : `kcat -b ${brokersOf(addresses)} -t ${quote(row.topic)} -p ${row.partition} -o ${row.committed} -c 1`,
    },
    topics: {
      curves: [{ title: 'Written, records', fields: ['produced'] }],
      related: [
        related(kafka, 'topics', 'partitions', {
          title: 'Partitions',
          columns: ['partition', 'state', 'leader', 'isr', 'earliest', 'end'],
          sort: 'partition',
          where: (row) => ({ topic: row.topic }),
        }),
        related(kafka, 'topics', 'groupPartitions', {
          title: 'Readers',
          columns: ['group', 'partition', 'status', 'committed', 'lag', 'standsSince'],
          sort: '-lag',
          bar: 'lag',
          where: (row) => ({ topic: row.topic }),
          evidence: (row) => around(row.topic, row.partition, row.committed),
        }),
      ],
      command: (row, addresses) => `kafka-topics --bootstrap-server ${brokersOf(addresses)} --describe --topic ${quote(row.topic)}`,
    },
    brokers: {
      facts: (row, now) => [
        { value: word(row.listed, (listed) => (listed ? 'listed as alive' : 'missing from the list')), says: 'the cluster says' },
        {
          value: word(row.contact, (contact) => contactWords[contact].word),
          says: isUnknown(row.failingSince) ? 'we see' : `we see, since ${formatMoment(row.failingSince, now)}`,
        },
        { value: word(row.leads, formatNumber), says: 'partitions it leads' },
        { value: word(row.outOfSync, formatNumber), says: 'replicas out of sync' },
        { value: word(row.coordinates, formatNumber), says: 'groups it coordinates' },
      ],
      curves: [{ title: 'Leads, replicas out of sync', fields: ['leads', 'outOfSync'] }],
      related: [
        related(kafka, 'brokers', 'partitions', {
          title: 'Partitions it leads',
          columns: ['partition', 'topic', 'state', 'isr', 'end'],
          where: (row) => ({ leader: row.broker }),
        }),
        related(kafka, 'brokers', 'logDirs', {
          title: 'Disks',
          columns: ['path', 'state', 'used', 'usable', 'size'],
          where: (row) => ({ broker: row.broker }),
        }),
      ],
    },
    partitions: {
      curves: [{ title: 'End', fields: ['end'] }],
      related: [
        related(kafka, 'partitions', 'groupPartitions', {
          title: 'Readers',
          columns: ['group', 'status', 'kind', 'committed', 'lag', 'standsSince'],
          sort: '-lag',
          bar: 'lag',
          where: (row) => ({ topic: row.topic, partition: row.partition }),
          evidence: (row) => around(row.topic, row.partition, row.committed),
        }),
      ],
      evidence: (row) =>
        isUnknown(row.end)
          ? undefined
          : {
              title: 'The newest records',
              read: 'messages',
              input: { topic: row.topic, partition: row.partition, from: 'newest', limit: 3 },
            },
    },
  },
  item: (read, item) => (read === 'messages' ? messageItem(item) : undefined),
})
