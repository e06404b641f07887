// Opens a stranger's archive: its central directory is held against the bounds before a single byte of it is written anywhere.
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { AppError } from '../../shared/model/app-error.ts'
import { MANIFEST_ENTRY, MIMETYPE_ENTRY, nameFault } from '../../shared/snapshot/entry-names.ts'
import { limits } from '../../shared/snapshot/limits.ts'
import { MIMETYPE } from '../../shared/snapshot/versions.ts'

const STORED = 0
const DEFLATED = 8
const END_RECORD = 22
/** End record and locator of ZIP64. */
const END_RECORDS_64 = 56 + 20
const DESCRIPTOR_FLAG = 0x8
/** A descriptor behind an entry's data, with and without ZIP64. */
const LONGEST_DESCRIPTOR = 24

export interface Archive {
  readonly names: readonly string[]
  /** Bytes of an entry unpacked, as the directory says; undefined where there is no such entry. */
  bytes(name: string): number | undefined
  /** An entry's content. Throws `refused` where its data is not what the directory says. */
  read(name: string): Promise<Buffer>
  /** Unpacks an entry into a new file and answers the SHA-256 of its content. Throws as `read`. */
  unpack(name: string, into: string): Promise<string>
  /** SHA-256 of an entry's content. Throws as `read`. */
  hash(name: string): Promise<string>
  close(): void
}

function refused(why: string): AppError {
  return new AppError('refused', `This file is not opened: ${why}.`, {
    hint: 'It is damaged or was made to do harm. Ask its sender for it again.',
  })
}
const shown = (name: string): string => JSON.stringify(name.slice(0, 80))

/** Throws `refused` with the reason, `not-found`, `too-large`. */
export async function openArchive(path: string): Promise<Archive> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new AppError('not-found', `There is no file ${path}.`, { hint: 'Check the path.' })
  if (!found.isFile()) throw refused('it is not a regular file')
  if (found.size > limits.totalBytes) throw new AppError('too-large', 'This file is larger than 8 GiB.', { hint: 'Record a shorter span.' })

  const zip = await openPromise(path, { autoClose: false, strictFileNames: true, validateEntrySizes: true }).catch((thrown: unknown) => {
    throw refused(reasonOf(thrown))
  })
  try {
    const entries = await readDirectory(zip)
    return archiveOf(zip, entries)
  } catch (thrown) {
    zip.close()
    throw thrown instanceof AppError ? thrown : refused(reasonOf(thrown))
  }
}

function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/\.$/, '')
    .slice(0, 200)
}

async function readDirectory(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > limits.entries) throw refused(`it says it holds ${zip.entryCount} entries, and ${limits.entries} are the most`)
  if (zip.comment !== '') throw refused('it has a comment')
  const start = Number(zip.readEntryCursor)
  const entries = new Map<string, Entry>()
  const folded = new Set<string>()
  let total = 0
  for await (const entry of zip.eachEntry()) {
    checkEntry(entry)
    const name = entry.fileName
    const lower = name.toLowerCase()
    if (entries.has(name)) throw refused(`the entry ${shown(name)} is in it twice`)
    if (folded.has(lower)) throw refused(`two entries differ from ${shown(name)} only in capitals`)
    entries.set(name, entry)
    folded.add(lower)
    total += entry.uncompressedSize
    if (total > limits.totalBytes) throw refused('it unpacks to more than 8 GiB')
  }
  for (const name of folded) {
    const parts = name.split('/')
    for (let i = 1; i < parts.length; i += 1)
      if (folded.has(parts.slice(0, i).join('/'))) throw refused(`${shown(name)} lies inside an entry`)
  }
  // The directory must fill the file up to the end records: nothing hides behind or between them.
  const rest = zip.fileSize - Number(zip.readEntryCursor)
  if (rest !== END_RECORD && rest !== END_RECORD + END_RECORDS_64) throw refused('there is data that its directory does not know')
  await checkLocalHeaders(zip, [...entries.values()], start)
  return entries
}

function checkEntry(entry: Entry): void {
  const name = entry.fileName
  const fault = nameFault(name, limits.nameLength)
  if (fault !== undefined) throw refused(`${fault}: ${shown(name)}`)
  if (entry.isEncrypted()) throw refused(`the entry ${shown(name)} is encrypted`)
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw refused(`the entry ${shown(name)} is packed in an unknown way`)
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000
  if (kind !== 0 && kind !== 0o100000) throw refused(`the entry ${shown(name)} is a link or a device`)
  if (entry.uncompressedSize > limits.entryBytes) throw refused(`the entry ${shown(name)} unpacks to more than 64 MiB`)
  if (entry.compressionMethod === STORED && entry.compressedSize !== entry.uncompressedSize)
    throw refused(`the sizes of ${shown(name)} contradict each other`)
  if (entry.uncompressedSize > entry.compressedSize * limits.deflateRatio)
    throw refused(`the entry ${shown(name)} unpacks to more than ${limits.deflateRatio} times its size`)
}

/** Each entry's own header must say what the directory says, and no two entries may share bytes. */
async function checkLocalHeaders(zip: ZipFile, entries: readonly Entry[], directoryStart: number): Promise<void> {
  let at = 0
  let slack = 0
  for (const entry of [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)) {
    const name = entry.fileName
    const gap = entry.relativeOffsetOfLocalHeader - at
    if (gap < 0) throw refused(`the entry ${shown(name)} overlaps another`)
    if (gap > slack) throw refused(`there is data before ${shown(name)} that its directory does not know`)
    const local = await zip.readLocalFileHeaderPromise(entry, {})
    if (!('fileName' in local)) continue
    const described = (local.generalPurposeBitFlag & DESCRIPTOR_FLAG) !== 0
    const sizes = local.compressedSize === entry.compressedSize && local.uncompressedSize === entry.uncompressedSize
    const wide = local.compressedSize === 0xffffffff || local.uncompressedSize === 0xffffffff
    if (!local.fileName.equals(entry.fileNameRaw)) throw refused(`the directory calls ${shown(name)} what calls itself otherwise`)
    if (local.compressionMethod !== entry.compressionMethod || (local.generalPurposeBitFlag & 1) !== 0 || (!described && !wide && !sizes)) {
      throw refused(`the directory contradicts the entry ${shown(name)}`)
    }
    at = local.fileDataStart + entry.compressedSize
    slack = described ? LONGEST_DESCRIPTOR : 0
    if (at > directoryStart) throw refused(`the entry ${shown(name)} ends behind the directory's begin`)
  }
  if (directoryStart - at > slack) throw refused('there is data before its directory that the directory does not know')
}

async function archiveOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>): Promise<Archive> {
  const entryOf = (name: string): Entry => {
    const entry = entries.get(name)
    if (entry === undefined) throw new AppError('not-found', `This file has no entry ${shown(name)}.`)
    return entry
  }
  /** Sends an entry's content into `into`; answers its hash. What is longer than the directory says is cut off as an error by yauzl. */
  const pump = async (name: string, into: Writable): Promise<string> => {
    const entry = entryOf(name)
    const hash = createHash('sha256')
    try {
      const stream = await zip.openReadStreamPromise(entry)
      stream.on('data', (chunk: Buffer) => hash.update(chunk))
      await pipeline(stream, into)
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC')
        throw new AppError('disk-full', 'The disk is full: the file cannot be unpacked.')
      throw refused(`the entry ${shown(name)} cannot be unpacked: ${reasonOf(thrown)}`)
    }
    return hash.digest('hex')
  }
  const read = async (name: string): Promise<Buffer> => {
    const chunks: Buffer[] = []
    const write = (chunk: Buffer, _encoding: BufferEncoding, done: () => void): void => {
      chunks.push(chunk)
      done()
    }
    await pump(name, new Writable({ write }))
    return Buffer.concat(chunks)
  }

  const [first] = entries.keys()
  const mimetype = entries.get(MIMETYPE_ENTRY)
  if (first !== MIMETYPE_ENTRY || mimetype === undefined || mimetype.uncompressedSize > 200)
    throw refused('it does not begin with its media type')
  if (mimetype.compressionMethod !== STORED || mimetype.relativeOffsetOfLocalHeader !== 0)
    throw refused('it does not begin with its media type')
  if ((await read(MIMETYPE_ENTRY)).toString() !== MIMETYPE) throw refused('it is another kind of file')
  const manifest = entries.get(MANIFEST_ENTRY)
  if (manifest === undefined) throw refused('it has no manifest')
  if (manifest.uncompressedSize > limits.manifestBytes) throw refused('its manifest is larger than 16 MiB')

  return {
    names: [...entries.keys()],
    bytes: (name) => entries.get(name)?.uncompressedSize,
    read,
    unpack: (name, into) => pump(name, createWriteStream(into, { flags: 'wx', mode: 0o600 })),
    hash: (name) => pump(name, new Writable({ write: (_chunk, _encoding, done) => done() })),
    close: () => zip.close(),
  }
}
