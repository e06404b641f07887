// Where the programs that the host starts lie: as sources when Node runs them directly, beside one another once they are built.
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const sources = {
  host: 'host/host-entry.ts',
  reader: 'reader/reader-entry.ts',
  worker: 'collecting/worker-entry.ts',
} as const

/** A program that is started by its path. */
export type EntryName = keyof typeof sources

/**
 * Absolute path of a program, for `Worker`, `fork` and `utilityProcess.fork`.
 * @param from file that asks; for tests only. In a build it is `out/main/*.js` or a chunk below it.
 */
export function entryPath(name: EntryName, from: string = fileURLToPath(import.meta.url)): string {
  const folder = dirname(from)
  if (from.endsWith('.ts')) return join(folder, '..', sources[name])
  return join(basename(folder) === 'chunks' ? dirname(folder) : folder, `${name}.js`)
}
