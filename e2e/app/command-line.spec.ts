// The command line on files and profiles: each command runs as a person would run it, readers and all.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withHost } from '../../src-main/cli/host-client.ts'
import { runCli } from '../../src-main/cli/run-cli.ts'
import { known } from '../../src-main/reader/file-ports.ts'
import { knock } from '../../src-main/served/profile-door.ts'
import { serve } from '../../src-main/served/serve.ts'
import { writeSnapshot } from '../../src-main/snapshots/write.ts'
import { brokerUrn, recordedFrom, recordedStore, roundAt } from '../support/recorded-store.ts'

let folder = ''
let night = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
  night = join(folder, 'night.lsnap')
  const store = await recordedStore(join(folder, 'recorded'), { rounds: 12, brokers: 3 })
  const ports = {
    declarations: known,
    app: { name: 'Landscope', version: '0.1.0' },
    exportSpan: store.exportSpan,
    coverage: (from: Date, to: Date) => store.coverage({ from, to }),
    key: async () => Buffer.alloc(32),
    workRoot: join(folder, 'recorded', 'work'),
  }
  await writeSnapshot(
    { path: night, title: 'Night \u001b[31m', from: recordedFrom, to: roundAt(11), redaction: 'internal' },
    ports,
    new AbortController().signal,
  )
  await store.close()
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly json: () => Record<string, unknown>
}
/** A person who lets a command go on, or one who ends it as soon as it can be ended. */
const goesOn = (): Promise<void> => new Promise(() => {})
const endsIt = async (): Promise<void> => undefined
const run = (...words: string[]): Promise<Ran> => runUntil(goesOn, ...words)
async function runUntil(stopped: () => Promise<void>, ...words: string[]): Promise<Ran> {
  const [outs, errs]: [string[], string[]] = [[], []]
  const streams = { out: (text: string): void => void outs.push(text), err: (text: string): void => void errs.push(text) }
  const code = await runCli(words, streams, stopped)
  const out = outs.join('')
  return { code, out, err: errs.join(''), json: () => JSON.parse(out) as Record<string, unknown> }
}

function httpStatus(socketPath: string): Promise<number | undefined> {
  return new Promise((told, reject) => {
    get({ socketPath, path: '/' }, (response) => told(response.resume().statusCode)).once('error', reject)
  })
}

describe('landscope', () => {
  it('inspects a file: the manifest, and that all of it is whole', async () => {
    const { code, json } = await run('inspect', night, '--json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({ verified: 'verified', damaged: [], manifest: { version: '1.0', collections: expect.any(Array) } })
  })

  it('inspects a damaged file with exit code 1 and names what is damaged', async () => {
    const bytes = readFileSync(night)
    const at = bytes.indexOf(Buffer.from('PAR1'), bytes.indexOf('records/kafka.brokers.parquet'))
    bytes[at + 20] = (bytes[at + 20] ?? 0) ^ 1
    writeFileSync(join(folder, 'damaged.lsnap'), bytes)
    const { code, json } = await run('inspect', join(folder, 'damaged.lsnap'), '--json')
    expect(code).toBe(1)
    expect(json()).toMatchObject({ verified: 'damaged', damaged: ['records/kafka.brokers.parquet'] })
  })

  it('never sends an escape of a file to the terminal', async () => {
    const { out } = await run('inspect', night)
    expect(out).toContain('Night \\u001b[31m')
    expect(out).not.toContain('\u001b')
  })

  it('prints records of a file at a moment, with how they are known', async () => {
    const { code, json } = await run(
      'records',
      'kafka.brokers',
      '--source',
      night,
      '--at',
      '2026-01-02T01:02:05Z',
      '--sort',
      '-broker',
      '--json',
    )
    expect(code).toBe(0)
    const { rows, coverage } = json() as { rows: Record<string, unknown>[]; coverage: Record<string, unknown>[] }
    expect(rows.map((row) => row.broker)).toEqual(['3', '2', '1'])
    expect(rows[1]).toMatchObject({ urn: brokerUrn(2), contact: 'refusing', failures: { unknown: 'not-recorded' } })
    expect(coverage).toMatchObject([{ connection: 'east', complete: true, at: '2026-01-02T01:02:00.000Z' }])
  })

  it('filters, limits and says how many there are', async () => {
    const { json } = await run(
      'records',
      'kafka.brokers',
      '--source',
      night,
      '--at',
      '01:02:05',
      '--where',
      'contact:answering',
      '--limit',
      '1',
      '--json',
    )
    expect(json()).toMatchObject({ rows: [{ contact: 'answering' }], total: 2 })
  })

  it('checks a file: all that held in it, or what held at a moment, by exit code', async () => {
    const all = await run('check', '--source', night, '--json')
    expect(all.code).toBe(1)
    expect(all.json()).toMatchObject({
      total: 1,
      findings: [{ rule: 'BROKER_MISSING', text: 'broker-2.corp.example does not answer', closed: '2026-01-02T01:02:40.000Z' }],
    })
    expect((await run('check', '--source', night, '--at', '2026-01-02T01:02:00Z', '--json')).code).toBe(1)
    const before = await run('check', '--source', night, '--at', '2026-01-02T01:00:30Z', '--json')
    expect(before.code).toBe(0)
    expect(before.json()).toMatchObject({ findings: [] })
    expect((await run('check', '--source', night, '--at', '2026-01-02T05:00:00Z')).code).toBe(2)
  })

  it('says that it could not look, not that nothing is wrong, of a time when nobody watched', async () => {
    const profile = join(folder, 'watched now and then')
    await (await recordedStore(profile, { rounds: 3, brokers: 3 })).close()
    const looked = (at: string): Promise<Ran> => run('check', '--profile', profile, '--at', at)
    expect(await looked('2026-01-02T01:00:30Z')).toMatchObject({ code: 0, out: 'nothing found\n' })
    expect(await looked('2026-01-02T00:59:00Z')).toMatchObject({ code: 2, err: expect.stringContaining('nothing is known') })
    expect(await looked('2026-01-02T02:00:00Z')).toMatchObject({ code: 2, err: expect.stringContaining('East (no answer for') })
  })

  it('keeps connections, lists them and forgets them; without any it cannot look', async () => {
    const profile = join(folder, 'profile')
    const empty = await run('check', '--profile', profile)
    expect(empty).toMatchObject({ code: 2, err: expect.stringContaining('No connection') })
    expect((await run('connections', 'add', 'kafka', '127.0.0.1:1', '--title', 'Nobody', '--profile', profile)).out).toBe('kafka\n')
    expect((await run('connections', 'add', 'cassandra', 'x:1', '--profile', profile)).code).toBe(2)
    expect((await run('connections', 'list', '--profile', profile, '--json')).json()).toMatchObject({
      connections: [{ profile: { id: 'kafka', title: 'Nobody' } }],
    })
    expect((await run('connections', 'test', 'kafka', '--profile', profile)).code).toBe(1)
    expect(await run('check', '--profile', profile)).toMatchObject({ code: 2, err: expect.stringContaining('unreachable') })
    expect((await run('connections', 'remove', 'kafka', '--profile', profile)).code).toBe(0)
    expect(await run('connections', 'remove', 'kafka', '--profile', profile)).toMatchObject({
      code: 2,
      err: expect.stringContaining('not-found'),
    })
  })

  it('captures what the profile holds into a file that opens', async () => {
    const profile = join(folder, 'captured')
    await run('connections', 'add', 'kafka', '127.0.0.1:1', '--profile', profile)
    const out = join(folder, 'captured.lsnap')
    const { code, json } = await run('capture', '--out', out, '--profile', profile, '--redaction', 'share', '--json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({ path: out, redaction: 'share' })
    expect((await run('inspect', out, '--json')).json()).toMatchObject({
      verified: 'verified',
      manifest: { redaction: { profile: 'share' } },
    })
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('leaves a capture that is ended, also where another Landscope writes it, and no file', async () => {
    const profile = join(folder, 'ended')
    const owner = await serve({ profile })
    try {
      await run('connections', 'add', 'kafka', '127.0.0.1:1', '--profile', profile)
      const out = join(folder, 'ended.lsnap')
      expect(await runUntil(endsIt, 'capture', '--out', out, '--profile', profile, '--wait', '1')).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('cancelled'),
      })
    } finally {
      await owner.close()
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('ended.'))).toEqual([])
  })

  it('serves and says where in one JSON line', async () => {
    const profile = join(folder, 'served')
    const { code, json, out } = await runUntil(endsIt, 'serve', '--profile', profile, '--json')
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(1)
    expect(json().url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/)
    expect(existsSync(profile)).toBe(true)
  })

  it('asks the Landscope that has the profile open, and sees what that one sees', async () => {
    const profile = join(folder, 'open elsewhere')
    const owner = await serve({ profile })
    try {
      expect((await run('connections', 'add', 'kafka', '127.0.0.1:1', '--title', 'Theirs', '--profile', profile)).out).toBe('kafka\n')
      expect((await run('connections', 'list', '--profile', profile, '--json')).json()).toMatchObject({
        connections: [{ profile: { id: 'kafka', title: 'Theirs' } }],
      })
      const out = join(folder, 'of the owner.lsnap')
      expect((await run('capture', '--out', out, '--profile', profile, '--wait', '1')).code).toBe(0)
      expect((await run('inspect', out)).code).toBe(0)
    } finally {
      await owner.close()
    }
    expect((await run('connections', 'list', '--profile', profile, '--json')).json()).toMatchObject({
      connections: [{ profile: { title: 'Theirs' } }],
    })
  })

  it('lets nobody else through the door of a profile, and no question that is none', async () => {
    const profile = join(folder, 'guarded')
    const owner = await serve({ profile })
    try {
      expect(statSync(join(profile, 'door')).mode & 0o777).toBe(0o700)
      const answer = await httpStatus(join(profile, 'door', 'socket'))
      expect(answer).toBe(404)
      const asking = await knock(profile)
      expect(asking).toBeDefined()
      asking?.send('this is no frame')
      expect((await run('connections', 'list', '--profile', profile)).code).toBe(0)
      asking?.close()
    } finally {
      await owner.close()
    }
  })

  it('ends with one line when the owner ends in the middle of its work', async () => {
    const profile = join(folder, 'short lived')
    const owner = await serve({ profile })
    const asked = withHost({ profile }, async (client) => {
      await client.connections.list({})
      await owner.close()
      return await client.connections.list({})
    })
    await expect(asked).rejects.toMatchObject({ data: { code: 'unreachable' } })
  })

  it('asks nobody through a door that others could have made', async () => {
    const profile = join(folder, 'not ours')
    mkdirSync(join(profile, 'door'), { recursive: true, mode: 0o755 })
    const owner = await serve({ profile })
    try {
      expect(await knock(profile)).toBeUndefined()
      expect(existsSync(join(profile, 'door', 'socket'))).toBe(false)
    } finally {
      await owner.close()
    }
  })

  it('clears away what a host that was killed had unpacked', async () => {
    const profile = join(folder, 'killed')
    const left = join(profile, 'work', 'landscope-reader-x')
    mkdirSync(left, { recursive: true })
    writeFileSync(join(left, 'part.parquet'), 'somebody else’s records')
    expect((await run('connections', 'list', '--profile', profile)).code).toBe(0)
    expect(existsSync(left)).toBe(false)
  })

  it('works alone where an owner died and left its door behind', async () => {
    const profile = join(folder, 'left behind')
    mkdirSync(join(profile, 'door'), { recursive: true, mode: 0o700 })
    writeFileSync(join(profile, 'door', 'socket'), '')
    expect((await run('connections', 'list', '--profile', profile)).code).toBe(0)
    const owner = await serve({ profile })
    try {
      expect(await run('connections', 'add', 'kafka', '127.0.0.1:1', '--profile', profile)).toMatchObject({ code: 0, out: 'kafka\n' })
    } finally {
      await owner.close()
    }
  })
})
