// Snapshots put together by hand from tables and texts, honest unless told otherwise: for tests of what opening does with them.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Manifest } from '../../shared/contract/control.ts'
import { MIMETYPE } from '../../shared/snapshot/versions.ts'
import { essentialTables, type MadeTable, makeExport } from './exported-span.ts'
import { type MadeEntry, type MadeZip, makeZip } from './made-zip.ts'

export interface MadeSnapshot {
  /** Coverage and instances are added where they are not among them. */
  readonly tables?: readonly MadeTable[]
  /** Entries beside the tables, named in the manifest. */
  readonly documents?: Readonly<Record<string, string>>
  /** Entries the manifest does not know. */
  readonly unlisted?: readonly MadeEntry[]
  /** Changes the manifest before it is written: it is JSON, so anything goes. */
  readonly manifest?: (honest: Manifest) => unknown
  /** The manifest's text instead. */
  readonly manifestText?: string
  /** Changes an entry's bytes before its hash is taken. */
  readonly forge?: (name: string, bytes: Buffer) => Buffer
  /** Changes an entry's bytes after its hash was taken. */
  readonly spoil?: (name: string, bytes: Buffer) => Buffer | undefined
  readonly zip?: MadeZip
}
export const mimetypeEntry: MadeEntry = { name: 'mimetype', data: MIMETYPE }

/** An honest manifest over these entries. */
export function madeManifest(entries: Manifest['entries'], collections: Manifest['collections'] = []): Manifest {
  return {
    format: 'lsnap',
    version: '1.0',
    minReader: '1.0',
    id: 'made',
    createdAt: '2026-01-02T03:04:05.000Z',
    app: { name: 'Landscope', version: '0.1.0' },
    title: 'Made by a test',
    from: '2026-01-02T01:00:00.000Z',
    to: '2026-01-02T02:00:00.000Z',
    zone: 'UTC',
    redaction: { profile: 'internal', counts: {} },
    moments: [],
    instances: [],
    collections,
    entries,
  }
}

/** The bytes of a snapshot. */
export async function makeSnapshot(made: MadeSnapshot = {}): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'landscope-made-'))
  try {
    const given = made.tables ?? []
    const tables = [...given, ...essentialTables.filter((one) => !given.some((other) => other.entry === one.entry))]
    const exported = await makeExport(folder, tables)
    const rowsOf = new Map(tables.map((table) => [table.entry, table.rows.length]))
    const forge = made.forge ?? ((_name: string, bytes: Buffer): Buffer => bytes)
    const contents = new Map<string, Buffer>([
      ...exported.files.map((name): [string, Buffer] => [name, forge(name, readFileSync(join(folder, name)))]),
      ...Object.entries(made.documents ?? {}).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]),
    ])
    const listed = [...contents].map(([name, bytes]) => {
      const rows = rowsOf.get(name)
      return {
        name,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        ...(rows === undefined ? {} : { rows }),
      }
    })
    const honest = madeManifest(
      listed,
      exported.collections.map(({ files, ...one }) => ({ ...one, entries: files })),
    )
    const manifest = made.manifestText ?? JSON.stringify(made.manifest?.(honest) ?? honest)
    const entries = [...contents].flatMap(([name, bytes]): MadeEntry[] => {
      const data = made.spoil === undefined ? bytes : made.spoil(name, bytes)
      return data === undefined ? [] : [{ name, data }]
    })
    return makeZip(
      [mimetypeEntry, { name: 'manifest.json', data: manifest, deflate: true }, ...entries, ...(made.unlisted ?? [])],
      made.zip,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
