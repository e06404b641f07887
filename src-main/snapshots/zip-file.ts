// Writes the archive: first `mimetype`, tables stored, texts deflated; beside its place, flushed, then renamed, so that there is the
// old file or the new one and never half of either.
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { deflateRawSync } from 'node:zlib'
import { ZipFile } from 'yazl'
import { AppError } from '../../shared/model/app-error.ts'
import { MIMETYPE_ENTRY } from '../../shared/snapshot/entry-names.ts'
import { limits } from '../../shared/snapshot/limits.ts'
import { MIMETYPE } from '../../shared/snapshot/versions.ts'

export type ZipEntry = { readonly name: string; readonly file: string } | { readonly name: string; readonly text: string }

/** Throws `cancelled` when `signal` aborts, `disk-full`, or what the disk says; nothing is left behind then. */
export async function writeZip(path: string, entries: readonly ZipEntry[], mtime: Date, signal: AbortSignal): Promise<void> {
  const unfinished = `${path}.tmp`
  const zip = new ZipFile()
  const options = { mtime, mode: 0o100644, forceDosTimestamp: true }
  zip.addBuffer(Buffer.from(MIMETYPE), MIMETYPE_ENTRY, { ...options, compress: false })
  for (const entry of entries) {
    if ('file' in entry) zip.addFile(entry.file, entry.name, { ...options, compress: false })
    else {
      const bytes = Buffer.from(entry.text)
      // a text that repeats itself without end would break our own bound on ratios
      const compress = deflateRawSync(bytes).length * (limits.deflateRatio / 2) > bytes.length
      zip.addBuffer(bytes, entry.name, { ...options, compress })
    }
  }
  try {
    const failed = new Promise<never>((_, reject) => {
      zip.on('error', reject)
    })
    zip.end()
    await Promise.race([pipeline(zip.outputStream, createWriteStream(unfinished, { mode: 0o600 }), { signal }), failed])
    await sync(unfinished)
    signal.throwIfAborted()
    await rename(unfinished, path)
    await sync(dirname(path))
  } catch (thrown) {
    await rm(unfinished, { force: true })
    throw asAppError(thrown, signal)
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function asAppError(thrown: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new AppError('cancelled', 'The capture was stopped; no file was written.')
  if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT')) {
    return new AppError('disk-full', 'The disk is full: no file was written.', {
      hint: 'Free some space or choose another folder.',
      cause: thrown,
    })
  }
  return thrown
}
