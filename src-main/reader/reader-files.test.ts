import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toySystems } from '../../e2e/support/exported-span.ts'
import { makeSnapshot } from '../../e2e/support/made-snapshot.ts'
import { openedTables } from '../../e2e/support/opened-tables.ts'
import { waitFor } from '../../e2e/support/process.ts'
import { readerFiles } from './reader-files.ts'
import type { FromReader, ReaderLink, ToReader } from './reader-messages.ts'
import { serveReader } from './serve-reader.ts'

let folder = ''
let temporary: string | undefined
const ends: (() => Promise<void>)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
  temporary = process.env.TMPDIR
  mkdirSync(join(folder, 'tmp'))
  process.env.TMPDIR = join(folder, 'tmp')
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  if (temporary === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = temporary
  rmSync(folder, { recursive: true, force: true })
})

/** A reader in this process that can be killed, and that holds back or dies on what a test says. */
interface FakeReader extends ReaderLink {
  readonly heard: ToReader[]
}
function fakeReaders(on: (message: ToReader, reader: FakeReader, n: number) => 'answer' | 'hold' = () => 'answer') {
  const started: FakeReader[] = []
  const start = async (): Promise<ReaderLink> => {
    const told: ((message: FromReader) => void)[] = []
    const gone: (() => void)[] = []
    let alive = true
    const handle = serveReader(
      () => ({
        declarations: toySystems,
        openFile: openedTables().openFile,
        footers: async (tables) => tables.map(() => ({ unknownColumns: [] })),
      }),
      (message) => {
        if (alive) for (const one of told) one(structuredClone(message))
      },
    )
    const n = started.length
    const reader: FakeReader = {
      heard: [],
      send: (message) => {
        reader.heard.push(message)
        if (alive && on(message, reader, n) === 'answer') handle(structuredClone(message))
      },
      onMessage: (one) => told.push(one),
      onGone: (one) => gone.push(one),
      kill: () => {
        if (!alive) return
        alive = false
        queueMicrotask(() => {
          for (const one of gone) one()
        })
      },
    }
    started.push(reader)
    return reader
  }
  return { started, start }
}
async function file(name = 'a.lsnap'): Promise<string> {
  const path = join(folder, name)
  writeFileSync(path, await makeSnapshot({ documents: { 'notes/1.txt': 'x' } }))
  return path
}
function clientOf(readers: ReturnType<typeof fakeReaders>, deadlineMs?: number) {
  const client = readerFiles(readers.start, deadlineMs === undefined ? {} : { deadlineMs })
  ends.push(client.closeAll)
  return client
}
const page = { system: 'toy', collection: 'groups', offset: 0, limit: 10 }

describe('readerFiles', () => {
  it('starts nothing before a file is opened, and one process for all files', async () => {
    const readers = fakeReaders()
    const client = clientOf(readers)
    expect(readers.started).toHaveLength(0)
    const [one, two] = [await client.open(await file('a.lsnap')), await client.open(await file('b.lsnap'))]
    expect(one.answer().source).not.toBe(two.answer().source)
    expect(readers.started).toHaveLength(1)
    expect(client.list()).toEqual([one, two])
  })

  it('asks an open file and answers not-found for one that is closed', async () => {
    const client = clientOf(fakeReaders())
    const opened = await client.open(await file())
    const { source } = opened.answer()
    expect(await opened.queries.page(page)).toMatchObject({ empty: 'none-exist' })
    expect(opened.to).toEqual(new Date('2026-01-02T02:00:00Z'))
    expect(await client.close(source)).toBe(true)
    expect(await client.close(source)).toBe(false)
    expect(client.get(source)).toBeUndefined()
    await expect(opened.queries.page(page)).rejects.toMatchObject({ data: { code: 'not-found' } })
  })

  it('says verified once the background check is through, and verifies a file without leaving it open', async () => {
    const client = clientOf(fakeReaders())
    const path = await file()
    expect((await client.verify(path)).verified).toBe('verified')
    expect(client.list()).toEqual([])
    const told: string[] = []
    client.onChange((source) => told.push(source))
    const opened = await client.open(path)
    expect(await client.open(path)).toBe(opened)
    await waitFor('the check to end', () => opened.answer().verified === 'verified')
    expect(told).toContain(opened.answer().source)
    expect((await client.verify(path)).source).toBe(opened.answer().source)
  })

  it('passes refusals on as they are', async () => {
    const client = clientOf(fakeReaders())
    writeFileSync(join(folder, 'bad.lsnap'), 'no archive')
    await expect(client.open(join(folder, 'bad.lsnap'))).rejects.toMatchObject({ data: { code: 'refused' } })
  })

  it('rejects what was under way when the process died, as retryable, and opens the files again', async () => {
    const readers = fakeReaders((message, _reader, n) => (message.do === 'ask' && n === 0 ? 'hold' : 'answer'))
    const client = clientOf(readers)
    const opened = await client.open(await file())
    const asked = opened.queries.page(page)
    await waitFor('the question to arrive', () => readers.started[0]?.heard.some((one) => one.do === 'ask') === true)
    readers.started[0]?.kill()
    await expect(asked).rejects.toMatchObject({ data: { code: 'busy', retryable: true } })
    expect(await opened.queries.page(page)).toMatchObject({ empty: 'none-exist' })
    expect(readers.started).toHaveLength(2)
  })

  it('ends a process that does not answer in time', async () => {
    const readers = fakeReaders((message, _reader, n) => (message.do === 'ask' && n === 0 ? 'hold' : 'answer'))
    const client = clientOf(readers, 200)
    const { source } = (await client.open(await file())).answer()
    await expect(client.get(source)?.queries.page(page)).rejects.toMatchObject({ data: { code: 'timeout', retryable: true } })
    expect(await client.get(source)?.queries.page(page)).toMatchObject({ empty: 'none-exist' })
  })

  it('gives a file up that kills every process that reads it, and goes on with the others', async () => {
    const readers = fakeReaders((message, reader) => {
      const kills = message.do === 'ask' && message.question === 'span'
      if (kills) reader.kill()
      return kills ? 'hold' : 'answer'
    })
    const client = clientOf(readers)
    const bad = await client.open(await file('bad.lsnap'))
    const good = await client.open(await file('good.lsnap'))
    for (let n = 0; n < 3; n += 1) await expect(bad.queries.span()).rejects.toMatchObject({ data: { code: 'busy' } })
    await expect(bad.queries.span()).rejects.toMatchObject({ data: { code: 'refused' } })
    expect(await good.queries.page(page)).toMatchObject({ empty: 'none-exist' })
  })

  it('does not hang when the process dies while it opens files again', async () => {
    const readers = fakeReaders((message, reader, n) => {
      const kills = message.do === 'open' && n === 1
      if (kills) reader.kill()
      return kills ? 'hold' : 'answer'
    })
    const client = clientOf(readers)
    const { source } = (await client.open(await file())).answer()
    readers.started[0]?.kill()
    await waitFor('a third process', () => readers.started.length === 3)
    await waitFor(
      'an answer',
      async () =>
        (await client
          .get(source)
          ?.queries.page(page)
          .catch(() => undefined)) !== undefined,
    )
  })

  it('leaves no folder behind, neither after a death nor at its end', async () => {
    const readers = fakeReaders()
    const client = clientOf(readers)
    const { source } = (await client.open(await file())).answer()
    const folders = (): readonly string[] => readdirSync(join(folder, 'tmp')).flatMap((root) => readdirSync(join(folder, 'tmp', root)))
    expect(folders()).toHaveLength(1)
    readers.started[0]?.kill()
    await waitFor(
      'the file to answer again',
      async () =>
        (await client
          .get(source)
          ?.queries.page(page)
          .catch(() => undefined)) !== undefined,
    )
    expect(folders()).toHaveLength(1)
    await client.closeAll()
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
    await expect(client.open(await file())).rejects.toMatchObject({ data: { code: 'cancelled' } })
  })
})
