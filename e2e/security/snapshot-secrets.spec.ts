// S16, S17 for snapshots: what connectors put into the Store by mistake (a URL with a password in an error, a configuration in an
// exception) is in no file, in no form, whatever its profile; and a shared file holds no host either.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../shared/contract/control.ts'
import { known } from '../../src-main/reader/file-ports.ts'
import { projectKey } from '../../src-main/snapshots/project-key.ts'
import { writeSnapshot } from '../../src-main/snapshots/write.ts'
import type { Store } from '../../src-main/store/store-types.ts'
import { findCanaries, plantedCanaries } from '../support/find-canaries.ts'
import { brokerHost, recordedConnection, recordedFrom, recordedStore, roundAt } from '../support/recorded-store.ts'

const planted = plantedCanaries(20)
const canaries = planted.map((one) => one.canary)
let folder = ''
let profile = ''
let store: Store
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
  profile = join(folder, 'profile')
  const note = planted
    .filter((one) => one.place !== 'record-value')
    .map((one) => (one.place === 'exception' ? one.text : `${one.name}=${one.text}`))
    .join('\n')
  store = await recordedStore(profile, { rounds: 9, brokers: 3, note: `\n${note}` })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

async function write(redaction: 'internal' | 'share' | 'strict'): Promise<{ readonly path: string; readonly manifest: Manifest }> {
  const bodies = planted.filter((one) => one.place === 'record-value').map((one) => [1n, one.text])
  return await writeSnapshot(
    { path: join(folder, `${redaction}.lsnap`), title: planted[0]?.text ?? '', from: recordedFrom, to: roundAt(8), redaction },
    {
      declarations: known,
      app: { name: 'Landscope', version: '0.1.0' },
      exportSpan: (into, from, to) => store.exportSpan(into, from, to),
      coverage: (from, to) => store.coverage({ from, to }),
      key: () => projectKey(profile),
      reads: async () => [
        {
          system: 'kafka',
          connection: recordedConnection.connection,
          read: 'messages',
          input: { topic: 'orders' },
          at: roundAt(8),
          complete: true,
          columns: ['offset', 'value'],
          rows: bodies as [bigint, string][],
        },
      ],
      moments: [{ at: roundAt(5).toISOString(), name: planted[18]?.text ?? '', by: 'incident' }],
      workRoot: join(profile, 'work'),
    },
    new AbortController().signal,
  )
}

describe('secrets', () => {
  it('stand in the Store that the files are made of, so that their absence means something', async () => {
    const found = await findCanaries(profile, canaries)
    expect(new Set(found.map((one) => one.canary)).size).toBeGreaterThanOrEqual(10)
  })

  it.each(['internal', 'share', 'strict'] as const)('are in no file of the profile %s: 20 planted, 0 found', async (redaction) => {
    const { path, manifest } = await write(redaction)
    expect(await findCanaries(path, canaries)).toEqual([])
    expect(manifest.redaction.counts.secret).toBeGreaterThan(0)
  })

  it('nor are hosts in a shared one', async () => {
    const { path } = await write('share')
    expect(await findCanaries(path, [brokerHost(1), brokerHost(2), brokerHost(3), 'corp.example'])).toEqual([])
  })
})
