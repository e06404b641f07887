// Writes a golden snapshot of the present format: `node e2e/support/make-golden.ts src-main/snapshots/golden/VERSION.lsnap`. A golden
// file is written once, when a format is released, and never again: its test opens it for ever.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { known } from '../../src-main/reader/file-ports.ts'
import { writeSnapshot } from '../../src-main/snapshots/write.ts'
import { recordedConnection, recordedFrom, recordedStore, roundAt } from './recorded-store.ts'

const [path] = process.argv.slice(2)
if (path === undefined) throw new Error('where to?')
const folder = mkdtempSync(join(tmpdir(), 'landscope-golden-'))
try {
  const store = await recordedStore(folder, { rounds: 12, brokers: 3 })
  await writeSnapshot(
    { path: resolve(path), title: 'Broker 2 refuses for a minute', from: recordedFrom, to: roundAt(11), redaction: 'share' },
    {
      declarations: known,
      app: { name: 'Landscope', version: '0.1.0' },
      exportSpan: (into, from, to) => store.exportSpan(into, from, to),
      coverage: (from, to) => store.coverage({ from, to }),
      key: async () => Buffer.from('a key for the golden file only !'),
      reads: async () => [
        {
          system: 'kafka',
          connection: recordedConnection.connection,
          read: 'messages',
          input: { topic: 'orders', partition: 3n, from: 'around', offset: 9_007_199_254_740_993n },
          at: roundAt(11),
          complete: true,
          columns: ['offset', 'timestamp', 'value', 'valueBytes'],
          rows: [[9_007_199_254_740_993n, roundAt(6), 'the body of a record', 20n]],
        },
      ],
      moments: [{ at: roundAt(5).toISOString(), name: 'Broker 2 refuses', by: 'incident' }],
      now: () => roundAt(11),
      workRoot: join(folder, 'work'),
    },
    new AbortController().signal,
  )
  await store.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
