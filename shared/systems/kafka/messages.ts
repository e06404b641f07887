/** The read `messages`: records at a place in a partition, without joining a group or committing anything. */
import { bytes, count, flag, instant, int64, json, name, oneOf, optional, text } from '../../model/fields.ts'
import { read } from '../../model/system.ts'

/** Longest piece of a key or value that is shown; its full size is always named. */
export const previewBytes = 64 * 1024

export const messages = read({
  title: 'Messages',
  says: 'Records of one partition, as they lie there.',
  shape: 'rows',
  input: {
    topic: name('Topic'),
    partition: int64('Partition'),
    from: oneOf('offset: from there on; around: the records before, at and after it; newest: the last ones', [
      'offset',
      'around',
      'newest',
    ]),
    offset: optional(int64('Offset, for offset and around', { unit: 'offset' })),
    limit: optional(count('How many records at most (100 unless said; 1,000 at most)', 'records')),
  },
  item: {
    offset: int64('Its offset', { unit: 'offset' }),
    place: oneOf('Against the offset asked for', ['before', 'at', 'after']),
    timestamp: instant('Its timestamp'),
    timestampBy: oneOf('Who set it', ['producer', 'broker']),
    fate: oneOf('What a read_committed reader sees of it', ['visible', 'aborted', 'control', 'open transaction']),
    key: text('Its key, as text, JSON or hex'),
    keyBytes: bytes('Size of its key', { keep: 'latest' }),
    value: text('Its value, as text, JSON or hex'),
    valueAs: oneOf('How the value is written here', ['json', 'text', 'hex', 'empty', 'null']),
    valueBytes: bytes('Size of its value', { keep: 'latest' }),
    cut: flag('The value is longer than what is shown'),
    headers: json('Its headers in order: [name, text or hex]'),
    schemaId: int64('Schema id of a value that begins with the registry’s magic byte'),
    codec: text('Compression of its batch'),
    batchBytes: bytes('Size of its batch on the wire', { keep: 'latest' }),
    leaderEpoch: int64('Epoch of the leader that took it'),
  },
  replay: (recorded, asked) => {
    if (recorded.topic !== asked.topic || recorded.partition !== asked.partition || recorded.from !== asked.from) return 'none'
    if (recorded.from === 'newest') return 'none'
    return recorded.offset === asked.offset ? 'all' : 'none'
  },
})
