/** The manifest of a snapshot: what the file is, when it was watched, what is in it and what was withheld. It is hostile until parsed. */
import { z } from 'zod'
import type { Manifest } from '../contract/control.ts'
import { AppError } from '../model/app-error.ts'
import { limits } from './limits.ts'
import { compareToReader, FORMAT_VERSION } from './versions.ts'

const words = z.string().max(2_000)
const time = z.iso.datetime()
const version = z.string().regex(/^\d{1,4}\.\d{1,4}$/)
const id = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/)
const bytes = z.number().int().min(0).max(limits.totalBytes)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const entryName = z.string().max(limits.nameLength)
const rows = z.number().int().min(0)

const head = z.object({ format: z.literal('lsnap'), version, minReader: version })

/** Keys beyond these are left out and named by `parseManifest`. */
export const manifestSchema = z.object({
  ...head.shape,
  id: z.string().max(100),
  createdAt: time,
  app: z.object({ name: words, version: words }),
  title: words,
  from: time,
  to: time,
  zone: z.string().max(100),
  redaction: z.object({
    profile: z.string().max(50),
    keyFingerprint: z.string().max(100).optional(),
    counts: z.record(z.string().max(100), z.number().int().min(0)),
  }),
  moments: z.array(z.object({ at: time, name: words, by: words })).max(10_000),
  instances: z
    .array(
      z.object({
        id: words,
        connection: words,
        system: id,
        title: words,
        watchedFrom: time,
        watchedTo: time,
        gaps: z.array(z.object({ from: time, to: time })).max(10_000),
      }),
    )
    .max(1_000),
  collections: z.array(z.object({ system: id, name: id, rows, entries: z.array(entryName).max(limits.entries) })).max(5_000),
  entries: z.array(z.object({ name: entryName, bytes, sha256, rows: rows.optional() })).max(limits.entries),
  parent: sha256.optional(),
})

/**
 * A manifest from the JSON value of `manifest.json`, with the keys this version does not know.
 * @throws AppError `unsupported` for a file that demands a newer reader; `refused` for one that is not a manifest.
 */
export function parseManifest(value: unknown): { readonly manifest: Manifest; readonly ignored: readonly string[] } {
  const versions = head.safeParse(value)
  if (!versions.success) throw new AppError('refused', 'This is not a Landscope snapshot: its manifest has no format and version.')
  const { version: written, minReader } = versions.data
  if (compareToReader(written, minReader) === 'refused') {
    throw new AppError('unsupported', `This file was written in format ${written} and needs a Landscope that reads ${minReader}.`, {
      hint: `Open it with a newer Landscope; this one reads format ${FORMAT_VERSION}.`,
    })
  }
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AppError(
      'refused',
      `The manifest of this file is not valid: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 300),
    )
  }
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const { parent, ...rest } = parsed.data
  const { keyFingerprint, ...redaction } = rest.redaction
  return {
    manifest: {
      ...rest,
      redaction: keyFingerprint === undefined ? redaction : { ...redaction, keyFingerprint },
      entries: rest.entries.map(({ rows: count, ...entry }) => (count === undefined ? entry : { ...entry, rows: count })),
      ...(parent === undefined ? {} : { parent }),
    },
    ignored: keys.filter((key) => !(key in manifestSchema.shape)).map((key) => `manifest: ${key.slice(0, 100)}`),
  }
}
