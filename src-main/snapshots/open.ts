// Opens a snapshot: bounds first, then the manifest, then its tables, each checked against its hash before it is used, into a folder
// of its own. Series and documents follow in the background; a damaged part loses its records and nothing else.
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Manifest, SourceAnswer } from '../../shared/contract/control.ts'
import type { ReadBatch } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import {
  COVERAGE_ENTRY,
  INSTANCES_ENTRY,
  MANIFEST_ENTRY,
  MIMETYPE_ENTRY,
  parseEntryName,
  READS_INDEX_ENTRY,
} from '../../shared/snapshot/entry-names.ts'
import { parseManifest } from '../../shared/snapshot/manifest.ts'
import type { Queries } from '../store/store-types.ts'
import { type Archive, openArchive } from './archive.ts'
import { collectionOf } from './column-masks.ts'
import { withDamage } from './damage.ts'
import type { Footer } from './footers.ts'
import { readsIndexSchema, replayRead } from './recorded-reads.ts'
import { fileSays } from './says.ts'

export type FileQueries = Queries & { close(): Promise<void> }
export interface OpenPorts {
  readonly declarations: AnySystems
  /** Questions over a folder of checked tables; called again when more of them are there. */
  openFile(folder: string, declarations: AnySystems): Promise<FileQueries>
  /** What tables say of themselves, in order; see `checkFooters`. */
  footers(
    tables: readonly { readonly file: string; readonly rows: number | undefined; readonly entry: string }[],
  ): Promise<readonly Footer[]>
  /** For tests: the size that is unpacked before the first answer. */
  readonly atOnceBytes?: number
  /** Ends what `footers` needed. */
  close?(): Promise<void>
}
export interface OpenedFile {
  answer(): SourceAnswer
  readonly queries: Queries
  replay(asked: {
    readonly connection: string
    readonly read: string
    readonly input: Readonly<Record<string, unknown>>
  }): Promise<ReadBatch>
  /** Settles when every entry was checked. */
  readonly checked: Promise<void>
  /** Ends its questions and removes the folder. */
  close(): Promise<void>
}

/** Tables up to this size in all are unpacked before the first answer; of larger files the series follow in the background. */
const AT_ONCE_BYTES = 64 * 1024 * 1024
type Table = Manifest['entries'][number]

/**
 * @param folder does not exist yet; removed at close.
 * @throws AppError refused, unsupported (needs a newer reader), not-found, too-large, disk-full.
 */
export async function openSnapshot(source: string, path: string, folder: string, ports: OpenPorts): Promise<OpenedFile> {
  const archive = await openArchive(path)
  try {
    const { manifest, ignored } = parseManifest(await readManifest(archive))
    await mkdir(folder, { mode: 0o700 })
    return await new Opening(source, path, folder, ports, archive, manifest, ignored).open()
  } catch (thrown) {
    archive.close()
    await ports.close?.()
    await rm(folder, { recursive: true, force: true })
    throw thrown
  }
}

async function readManifest(archive: Archive): Promise<unknown> {
  const bytes = await archive.read(MANIFEST_ENTRY)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new AppError('refused', 'This file is not opened: its manifest is not JSON.', {
      hint: 'It is damaged. Ask its sender for it again.',
    })
  }
}

class Opening {
  readonly #source: string
  readonly #path: string
  readonly #folder: string
  readonly #ports: OpenPorts
  readonly #archive: Archive
  readonly #manifest: Manifest
  readonly #ignored: string[]
  /** Damaged entries, and the collections that lost records by them. */
  readonly #damaged = new Set<string>()
  readonly #blind = new Set<string>()
  readonly #running = new Set<Promise<unknown>>()
  #state: 'partly' | 'verified' = 'partly'
  #closed = false
  #all: Promise<void> = Promise.resolve()
  #queries: FileQueries | undefined

  constructor(
    source: string,
    path: string,
    folder: string,
    ports: OpenPorts,
    archive: Archive,
    manifest: Manifest,
    ignored: readonly string[],
  ) {
    this.#source = source
    this.#path = path
    this.#folder = folder
    this.#ports = ports
    this.#archive = archive
    this.#manifest = manifest
    this.#ignored = [...ignored]
  }

  async open(): Promise<OpenedFile> {
    const { wanted, rest } = this.#sort()
    const size = wanted.reduce((sum, entry) => sum + entry.bytes, 0)
    const isSeries = (entry: Table): boolean => parseEntryName(entry.name).holds === 'series'
    const late = size > (this.#ports.atOnceBytes ?? AT_ONCE_BYTES) ? wanted.filter(isSeries) : []
    await this.#unpack(wanted.filter((entry) => !late.includes(entry)))
    for (const name of [INSTANCES_ENTRY, COVERAGE_ENTRY]) {
      if (this.#damaged.has(name) || !wanted.some((entry) => entry.name === name)) {
        throw new AppError(
          'refused',
          `This file is not opened: ${name} is damaged or missing, so what nobody saw could not be told from what was not there.`,
          { hint: 'Ask its sender for it again.' },
        )
      }
    }
    this.#queries = await this.#ports.openFile(this.#folder, this.#ports.declarations)

    const waiting = new Set(late.map((entry) => collectionName(entry.name)))
    this.#all = late.length === 0 ? Promise.resolve() : this.#unpackLate(late, waiting)
    const checked = this.#all.then(() => this.#hashRest(rest)).catch(() => undefined)
    return {
      answer: () => this.#answer(),
      queries: withDamage(this.#asked(waiting), this.#blind),
      replay: (asked) => this.#replay(asked),
      checked,
      close: async () => {
        this.#closed = true
        await checked
        await Promise.allSettled(this.#running)
        await this.#queries?.close()
        await this.#ports.close?.()
        this.#archive.close()
        await rm(this.#folder, { recursive: true, force: true })
      },
    }
  }

  /** Tables that are read (known collections, coverage …) and the rest, which is only checked. */
  #sort(): { readonly wanted: readonly Table[]; readonly rest: readonly Table[] } {
    const { declarations } = this.#ports
    for (const { system, name } of this.#manifest.collections) {
      if (declarations[system]?.collections[name] === undefined) this.#ignored.push(`${system}.${name}`)
    }
    const listed = new Set([MIMETYPE_ENTRY, MANIFEST_ENTRY])
    const wanted: Table[] = []
    const rest: Table[] = []
    for (const entry of this.#manifest.entries) {
      if (listed.has(entry.name)) continue
      listed.add(entry.name)
      if (this.#archive.bytes(entry.name) !== entry.bytes) this.#lose(entry.name)
      else if (
        entry.name.endsWith('.parquet') &&
        (parseEntryName(entry.name).holds === 'table' || collectionOf(declarations, entry.name) !== undefined)
      )
        wanted.push(entry)
      else rest.push(entry)
    }
    for (const name of this.#archive.names) if (!listed.has(name)) this.#ignored.push(name)
    return { wanted, rest }
  }

  async #unpack(entries: readonly Table[]): Promise<void> {
    const whole: { readonly file: string; readonly rows: number | undefined; readonly entry: string }[] = []
    for (const { name, rows, sha256 } of entries) {
      const file = join(this.#folder, name)
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const found = await this.#archive.unpack(name, file).catch((thrown: unknown) => {
        if (thrown instanceof AppError && thrown.data.code !== 'refused') throw thrown
        return undefined
      })
      if (found === sha256) whole.push({ file, rows, entry: name })
      else await this.#drop(file, name)
    }
    const footers = await this.#ports.footers(whole)
    for (const [i, { file, entry }] of whole.entries()) {
      const footer = footers[i]
      if (footer === undefined || footer.fault !== undefined) await this.#drop(file, entry)
      else for (const column of footer.unknownColumns) this.#ignore(`${collectionName(entry)}: ${column}`)
    }
  }

  async #drop(file: string, entry: string): Promise<void> {
    await rm(file, { force: true })
    this.#lose(entry)
  }

  #ignore(name: string): void {
    if (!this.#ignored.includes(name)) this.#ignored.push(name)
  }

  async #unpackLate(late: readonly Table[], waiting: Set<string>): Promise<void> {
    for (const entry of late) {
      if (this.#closed) return
      await this.#unpack([entry])
    }
    const before = this.#queries
    this.#queries = await this.#ports.openFile(this.#folder, this.#ports.declarations)
    waiting.clear()
    const ended = Promise.allSettled(this.#running).then(() => before?.close())
    void this.#track(ended).catch(() => undefined)
  }

  async #hashRest(rest: readonly Table[]): Promise<void> {
    for (const entry of rest) {
      if (this.#closed) return
      const sha256 = await this.#archive.hash(entry.name).catch(() => undefined)
      if (sha256 !== entry.sha256) this.#lose(entry.name)
    }
    this.#state = 'verified'
  }

  #lose(name: string): void {
    this.#damaged.add(name)
    const content = parseEntryName(name)
    if ('system' in content) this.#blind.add(`${content.system}.${content.collection}`)
  }

  #answer(): SourceAnswer {
    const damaged = [...this.#damaged]
    return {
      source: this.#source,
      path: this.#path,
      manifest: this.#manifest,
      verified: damaged.length > 0 ? 'damaged' : this.#state,
      damaged,
      ignored: this.#ignored,
      says: fileSays(this.#manifest, damaged),
    }
  }

  /** The questions, each waiting for the series it needs. */
  #asked(waiting: ReadonlySet<string>): Queries {
    const ask = async <T>(collection: string | undefined, question: (queries: Queries) => Promise<T>): Promise<T> => {
      if (waiting.size > 0 && (collection === undefined || waiting.has(collection))) await this.#all
      if (this.#queries === undefined || this.#closed) throw new AppError('cancelled', 'The file was closed.')
      return await this.#track(question(this.#queries))
    }
    const free = ''
    const ofUrn = (text: string): string => {
      const urn = parseUrn(text)
      return urn === undefined ? free : `${urn.system}.${urn.collection}`
    }
    return {
      page: (it, at) => ask(`${it.system}.${it.collection}`, (q) => q.page(it, at)),
      record: (urn, at) => ask(ofUrn(urn), (q) => q.record(urn, at)),
      series: (it) => ask(ofUrn(it.urn), (q) => q.series(it)),
      coverage: (it) => ask(free, (q) => q.coverage(it)),
      freshness: (system, collection, at) => ask(free, (q) => q.freshness(system, collection, at)),
      diff: (it, from, to) =>
        ask(it.system === undefined || it.collection === undefined ? undefined : `${it.system}.${it.collection}`, (q) =>
          q.diff(it, from, to),
        ),
      names: (text, limit, at) => ask(free, (q) => q.names(text, limit, at)),
      namesIn: (text, limit, at) => ask(free, (q) => q.namesIn(text, limit, at)),
      rows: (system, collection, it, at) => ask(`${system}.${collection}`, (q) => q.rows(system, collection, it, at)),
      heldBetween: (system, collection, from, to) => ask(free, (q) => q.heldBetween(system, collection, from, to)),
      past: (system, collection, ...it) => ask(`${system}.${collection}`, (q) => q.past(system, collection, ...it)),
      span: () => ask(free, (q) => q.span()),
    }
  }

  async #replay(asked: Parameters<OpenedFile['replay']>[0]): Promise<ReadBatch> {
    const read = async (name: string): Promise<unknown> => {
      const entry = this.#manifest.entries.find((one) => one.name === name)
      if (entry === undefined || this.#archive.bytes(name) === undefined)
        throw new AppError('not-found', 'This read was not recorded in the file.')
      if ((await this.#archive.hash(name)) !== entry.sha256) {
        this.#lose(name)
        throw new AppError('protocol', 'This recorded read is damaged.', { hint: 'Ask the sender for the file again.' })
      }
      return JSON.parse((await this.#archive.read(name)).toString('utf8'))
    }
    const listed = this.#manifest.entries.some((one) => one.name === READS_INDEX_ENTRY)
    const index = listed ? readsIndexSchema.parse(await read(READS_INDEX_ENTRY)) : []
    return await replayRead(index, asked, this.#ports.declarations, read)
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }
}

function collectionName(entry: string): string {
  const content = parseEntryName(entry)
  return 'system' in content ? `${content.system}.${content.collection}` : entry
}
