// A20: archives that were made to do harm are refused before anything of them is written.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSnapshot } from '../../src-main/snapshots/open.ts'
import { toySystems } from '../support/exported-span.ts'
import { madeManifest, makeSnapshot, mimetypeEntry } from '../support/made-snapshot.ts'
import { type MadeEntry, type MadeZip, makeZip } from '../support/made-zip.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Opens bytes and answers why they were refused; fails the test when anything was written or read on. */
async function refusal(bytes: Buffer): Promise<string> {
  const path = join(folder, 'file.lsnap')
  writeFileSync(path, bytes)
  const reached = (): Promise<never> => Promise.reject(new Error('it was read on'))
  const opened = openSnapshot('one', path, join(folder, 'private'), { declarations: toySystems, openFile: reached, footers: reached })
  const thrown: unknown = await opened.then(
    () => undefined,
    (why: unknown) => why,
  )
  expect(thrown).toMatchObject({ data: { code: 'refused' } })
  expect(readdirSync(folder)).toEqual(['file.lsnap'])
  return thrown instanceof Error ? thrown.message : ''
}
const manifest: MadeEntry = { name: 'manifest.json', data: JSON.stringify(madeManifest([])) }
const withEntries = (entries: readonly MadeEntry[], zip?: MadeZip): Buffer => makeZip([mimetypeEntry, manifest, ...entries], zip)
const text = (name: string, more: Partial<MadeEntry> = {}): MadeEntry => ({ name, data: 'x', ...more })

describe('hostile archives', () => {
  it('opens the honest form of what is refused below', async () => {
    const path = join(folder, 'file.lsnap')
    writeFileSync(path, await makeSnapshot({ documents: { 'notes/1.txt': 'x' } }))
    const reached = (): Promise<never> => Promise.reject(new Error('it was read on'))
    await expect(
      openSnapshot('one', path, join(folder, 'private'), { declarations: toySystems, openFile: reached, footers: reached }),
    ).rejects.toThrow('it was read on')
  })

  it.each([
    ['leads out of the file', '../x.txt'],
    ['leads out of the file further in', 'a/../../x.txt'],
    ['is absolute', '/etc/cron.d/x.txt'],
    ['has a drive letter', 'C:x.txt'],
    ['has a backslash', '..\\x.txt'],
    ['has a NUL', 'x\u0000.txt'],
    ['is a folder', 'records/'],
    ['is a script', '<script>alert(1)</script>.txt'],
    ['is an archive', 'inner.zip'],
    ['is a snapshot', 'inner.lsnap'],
    ['is a device', 'CON.txt'],
    ['is not in plain letters', 'рecords.txt'],
    ['is too long', `${'x'.repeat(300)}.txt`],
  ])('refuses an entry whose name %s', async (_what, name) => {
    await refusal(withEntries([text(name)]))
  })

  it('refuses a name that only its own header has', async () => {
    expect(await refusal(withEntries([text('good.txt', { localName: '../x.txt' })]))).toContain('otherwise')
  })

  it('refuses a symbolic link, a device and a folder by mode', async () => {
    for (const mode of [0o120777, 0o060644, 0o020644, 0o040755, 0o010644]) {
      expect(await refusal(withEntries([text('link.txt', { data: '/etc/passwd', mode })]))).toContain('link or a device')
    }
  })

  it('refuses a name that is there twice', async () => {
    expect(await refusal(withEntries([text('a.txt'), text('a.txt')]))).toContain('twice')
  })

  it('refuses names that differ only in capitals', async () => {
    expect(await refusal(withEntries([text('Reads/1.json'), text('reads/1.json')]))).toContain('capitals')
  })

  it('refuses an entry inside another entry', async () => {
    expect(await refusal(withEntries([text('a.txt'), text('a.txt/b.txt')]))).toContain('inside')
  })

  it('refuses a million entries by their number alone', async () => {
    const began = performance.now()
    expect(await refusal(withEntries([], { zip64: { entries: 1_000_000n } }))).toContain('1000000')
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  it('refuses a million entries that are really there', async () => {
    const entry = makeZip([text('a/0000000.txt', { data: '' })])
    const [local, head] = [entry.subarray(0, 43), entry.subarray(43, 43 + 59)]
    const locals = Buffer.concat(Array.from({ length: 1_000_000 }, () => local))
    const heads = Buffer.concat(Array.from({ length: 1_000_000 }, () => head))
    const tail = makeZip([], {
      before: Buffer.concat([locals, heads]),
      zip64: { entries: 1_000_000n, directoryOffset: BigInt(locals.length) },
    })
    expect(await refusal(tail)).toContain('entries')
  }, 60_000)

  it('refuses more entries than its number says', async () => {
    expect(await refusal(withEntries([text('a.txt'), text('b.txt')], { claims: { entries: 3 } }))).toContain('directory does not know')
  })

  it('refuses an entry of more than 64 MiB by its size', async () => {
    expect(await refusal(withEntries([text('a.json', { data: Buffer.alloc(66 * 1024 * 1024), deflate: false })]))).toContain('64 MiB')
  })

  it('refuses what unpacks to more than a hundred times its size', async () => {
    expect(await refusal(withEntries([text('a.json', { data: Buffer.alloc(10 * 1024 * 1024), deflate: true })]))).toContain('100 times')
  })

  it('refuses entries that share their bytes (a bomb of overlapping entries)', async () => {
    const shared = text('a.txt', { data: Buffer.alloc(1_000, 97) })
    const at = makeZip([mimetypeEntry, manifest]).indexOf(Buffer.from('PK\u0001\u0002'))
    expect(await refusal(withEntries([shared, text('b.txt', { data: '', localName: 'b.txt', claims: { offset: at } })]))).toMatch(
      /overlaps|otherwise/,
    )
  })

  it('never looks into a nested archive: it is refused by its name, and stays closed under another', async () => {
    const bomb = makeZip([{ name: 'bomb.json', data: deflateRawSync(Buffer.alloc(50 * 1024 * 1024)) }])
    await refusal(withEntries([{ name: 'bomb.zip', data: bomb }]))
    const opened = await makeSnapshot({ unlisted: [{ name: 'bomb.json', data: bomb }] })
    writeFileSync(join(folder, 'file.lsnap'), opened)
    const reached = (): Promise<never> => Promise.reject(new Error('it was read on'))
    await expect(
      openSnapshot('one', join(folder, 'file.lsnap'), join(folder, 'private'), {
        declarations: toySystems,
        openFile: reached,
        footers: reached,
      }),
    ).rejects.toThrow('it was read on')
  })

  it.each<[string, Partial<MadeEntry>]>([
    ['a size smaller than it is', { data: 'x'.repeat(5_000), deflate: true, claims: { size: 10 } }],
    ['a packed size larger than the file', { claims: { packed: 50_000_000, size: 50_000_000 } }],
    ['a place behind the file', { claims: { offset: 900_000_000 } }],
    ['a place in the middle of another entry', { claims: { offset: 5 } }],
    ['another size in its own header', { localClaims: { size: 7 } }],
    ['another way of packing in its own header', { localClaims: { method: 8 } }],
    ['an unknown way of packing', { method: 12 }],
    ['that it is stored, with two sizes', { data: 'xx', claims: { size: 1 } }],
  ])('refuses a directory that claims %s', async (_what, more) => {
    await refusal(withEntries([text('a.txt', more)]))
  })

  it('refuses encrypted entries, weak and strong', async () => {
    expect(await refusal(withEntries([text('a.txt', { flags: 1, deflate: true })]))).toContain('encrypted')
    expect(await refusal(withEntries([text('a.txt', { flags: 0x41 })]))).toContain('encrypt')
  })

  it.each<[string, MadeZip]>([
    ['a directory far away', { zip64: { entries: 2n, directoryOffset: 2n ** 40n } }],
    ['an end record far away', { zip64: { entries: 2n, locatorOffset: 2n ** 50n } }],
    ['another number of entries', { zip64: { entries: 1n } }],
    ['more entries than there are', { zip64: { entries: 19_000n } }],
  ])('refuses ZIP64 records that lie: %s', async (_what, zip) => {
    await refusal(withEntries([], zip))
  })

  it('refuses a ZIP64 size that is beyond all bounds', async () => {
    const extra = Buffer.alloc(20)
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(16, 2)
    extra.writeBigUInt64LE(2n ** 62n, 4)
    extra.writeBigUInt64LE(2n ** 62n, 12)
    expect(await refusal(withEntries([text('a.txt', { extra, claims: { size: 0xffffffff, packed: 0xffffffff } })]))).toMatch(
      /64 MiB|too large|larger/i,
    )
  })

  it.each<[string, MadeZip]>([
    ['before the first entry', { before: Buffer.from('#!/bin/sh\n') }],
    ['between entries and directory', { between: Buffer.from('hidden') }],
    ['behind the end', { after: Buffer.from('hidden') }],
    ['in a comment', { comment: 'hidden' }],
  ])('refuses data %s', async (_what, zip) => {
    await refusal(withEntries([text('a.txt')], zip))
  })

  it.each<[string, readonly MadeEntry[]]>([
    ['nothing in it', []],
    ['no media type', [manifest]],
    ['its media type not first', [manifest, mimetypeEntry]],
    ['its media type packed', [{ ...mimetypeEntry, deflate: true }, manifest]],
    ['another media type', [{ name: 'mimetype', data: 'application/epub+zip' }, manifest]],
    ['no manifest', [mimetypeEntry]],
    ['a manifest that is not JSON', [mimetypeEntry, { name: 'manifest.json', data: '{' }]],
  ])('refuses a file with %s', async (_what, entries) => {
    await refusal(makeZip(entries))
  })

  it.each([
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('hello, world')],
    ['cut short', (() => withEntries([text('a.txt')]).subarray(0, -30))()],
  ])('refuses a file that is %s', async (_what, bytes) => {
    await refusal(bytes)
  })

  it('refuses a folder, and a link to one', async () => {
    mkdirSync(join(folder, 'target'))
    symlinkSync(join(folder, 'target'), join(folder, 'link.lsnap'))
    const reached = (): Promise<never> => Promise.reject(new Error('it was read on'))
    const ports = { declarations: toySystems, openFile: reached, footers: reached }
    for (const name of ['target', 'link.lsnap']) {
      await expect(openSnapshot('one', join(folder, name), join(folder, 'private'), ports)).rejects.toMatchObject({
        data: { code: 'refused' },
      })
    }
    await expect(openSnapshot('one', join(folder, 'missing'), join(folder, 'private'), ports)).rejects.toMatchObject({
      data: { code: 'not-found' },
    })
  })
})
