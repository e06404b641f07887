// Captures a span of the Store into a file: export → masks → zip.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Manifest, WriteAsk } from '../../shared/contract/control.ts'
import type { CoverageSpan } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { parseEntryName, REDACTION_ENTRY } from '../../shared/snapshot/entry-names.ts'
import type { MaskKind } from '../../shared/snapshot/mask-kinds.ts'
import { FORMAT_VERSION, MIN_READER } from '../../shared/snapshot/versions.ts'
import type { ExportedTables } from '../store/store-types.ts'
import { type Masked, maskTables } from './mask-tables.ts'
import { keyFingerprint } from './project-key.ts'
import { keyedSource, pseudonyms } from './pseudonyms.ts'
import { type RecordedRead, readsDocuments, withoutBodies } from './recorded-reads.ts'
import { watchedSpans } from './watched-spans.ts'
import { writeZip } from './zip-file.ts'

/** What a capture needs from around it. */
export interface CapturePorts {
  /** Of everything the export may hold, our own collections too. */
  readonly declarations: AnySystems
  readonly app: { readonly name: string; readonly version: string }
  exportSpan(folder: string, from: Date, to: Date): Promise<ExportedTables>
  coverage(from: Date, to: Date): Promise<readonly CoverageSpan[]>
  /** The project's key; see `projectKey`. */
  key(): Promise<Buffer>
  /** Reads to take along, asked for once the tables are there; bodies are withheld here. */
  reads?(signal: AbortSignal): Promise<readonly RecordedRead[]>
  /** Values known to be secret: they are in no file, in no form. */
  readonly secrets?: readonly string[]
  /** Addresses and users of the configured connections, which a text may name although no table does. */
  readonly alsoKnown?: readonly { readonly kind: MaskKind; readonly value: string }[]
  readonly moments?: Manifest['moments']
  readonly now?: () => Date
  /** Where the export is put together; must be a place that the Store may write to. Default: the system's temporary folder. */
  readonly workRoot?: string
}
export interface Captured {
  readonly path: string
  readonly bytes: number
  readonly manifest: Manifest
}

/**
 * Writes `ask.path`. Codes: cancelled (nothing is left), disk-full, bad-request for a span that ends before it begins.
 * @param progress parts done and parts in all.
 */
export async function writeSnapshot(
  ask: WriteAsk,
  ports: CapturePorts,
  signal: AbortSignal,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<Captured> {
  if (ask.from.getTime() >= ask.to.getTime()) throw new AppError('bad-request', 'The span to record ends before it begins.')
  const root = ports.workRoot ?? tmpdir()
  await mkdir(root, { recursive: true })
  const work = await mkdtemp(join(root, 'landscope-capture-'))
  try {
    return await capture(ask, ports, work, signal, progress)
  } catch (thrown) {
    throw signal.aborted ? new AppError('cancelled', 'The capture was stopped; no file was written.', { cause: thrown }) : thrown
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function capture(
  ask: WriteAsk,
  ports: CapturePorts,
  work: string,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<Captured> {
  const key = await ports.key()
  const made = pseudonyms(keyedSource(key))
  const exported = await ports.exportSpan(work, ask.from, ask.to)
  signal.throwIfAborted()
  const total = exported.files.length + 2
  let done = 1
  progress(done, total)
  const into = join(work, 'masked')
  const masked = await maskTables({
    folder: work,
    into,
    entries: exported.files,
    declarations: ports.declarations,
    profile: ask.redaction,
    pseudonyms: made,
    secrets: ports.secrets ?? [],
    alsoKnown: ports.alsoKnown ?? [],
    signal,
    onTable: () => {
      done += 1
      progress(done, total)
    },
  })
  const reads = await ports.reads?.(signal)
  const documents = [
    ...readsDocuments((reads ?? []).map((one) => withoutBodies(one, ports.declarations, key))).map(({ name, text }) => ({
      name,
      text: masked.text(text),
    })),
    ...schemas(ports.declarations, exported),
  ]
  const counts = { ...made.counts(), secret: masked.withheld.reduce((sum, one) => sum + one.count, 0) }
  const redaction = {
    profile: ask.redaction,
    ...(ask.redaction === 'internal' ? {} : { keyFingerprint: keyFingerprint(key) }),
    counts,
  }
  const bodies = (reads ?? []).length > 0 ? ['bodies of records'] : []
  documents.push({ name: REDACTION_ENTRY, text: json({ ...redaction, withheld: masked.withheld, leftOut: bodies }) })

  const createdAt = ports.now?.() ?? new Date()
  const tables = await Promise.all(
    masked.tables.map(async ({ name, rows }) => ({
      name,
      rows,
      bytes: (await stat(join(into, name))).size,
      sha256: await hashFile(join(into, name)),
    })),
  )
  const manifest: Manifest = {
    format: 'lsnap',
    version: FORMAT_VERSION,
    minReader: MIN_READER,
    id: randomUUID(),
    createdAt: createdAt.toISOString(),
    app: ports.app,
    title: masked.text(ask.title),
    from: ask.from.toISOString(),
    to: ask.to.toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    redaction,
    moments: (ports.moments ?? []).map((one) => ({ ...one, name: masked.text(one.name), by: masked.text(one.by) })),
    instances: await instances(ask, ports, exported, masked),
    collections: collections(exported, masked),
    entries: [
      ...tables,
      ...documents.map(({ name, text }) => ({
        name,
        bytes: Buffer.byteLength(text),
        sha256: createHash('sha256').update(text).digest('hex'),
      })),
    ],
  }
  await writeZip(
    ask.path,
    [{ name: 'manifest.json', text: json(manifest) }, ...documents, ...tables.map(({ name }) => ({ name, file: join(into, name) }))],
    createdAt,
    signal,
  )
  progress(total, total)
  return { path: ask.path, bytes: (await stat(ask.path)).size, manifest }
}

async function instances(ask: WriteAsk, ports: CapturePorts, exported: ExportedTables, masked: Masked): Promise<Manifest['instances']> {
  const spans = await ports.coverage(ask.from, ask.to)
  return exported.instances
    .filter((one) => one.system !== 'landscope')
    .map((one) => {
      const watched = watchedSpans(spans, one.connection) ?? { from: ask.to, to: ask.to, gaps: [] }
      const text = (at: Date): string => at.toISOString()
      return {
        id: masked.instance(one.instance),
        connection: masked.text(one.connection),
        system: one.system,
        title: masked.text(one.title),
        watchedFrom: text(watched.from),
        watchedTo: text(watched.to),
        gaps: watched.gaps.map((gap) => ({ from: text(gap.from), to: text(gap.to) })),
      }
    })
}

function collections(exported: ExportedTables, masked: Masked): Manifest['collections'] {
  return exported.collections.map(({ system, name }) => {
    const mine = masked.tables.filter((table) => {
      const content = parseEntryName(table.name)
      return 'system' in content && content.system === system && content.collection === name
    })
    const rows = mine.filter((table) => parseEntryName(table.name).holds === 'records').reduce((sum, table) => sum + table.rows, 0)
    return { system, name, rows, entries: mine.map((table) => table.name) }
  })
}

/** The declarations the tables were written by, so that a later reader can tell what a column meant. */
function schemas(declarations: AnySystems, exported: ExportedTables): readonly { readonly name: string; readonly text: string }[] {
  const used = new Set(exported.collections.map((one) => one.system))
  return Object.values(declarations)
    .filter((system) => used.has(system.id))
    .map((system) => ({
      name: `schema/${system.id}.json`,
      text: json({ id: system.id, title: system.title, collections: system.collections }),
    }))
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
