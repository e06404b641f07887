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
  return from.endsWith('.ts') ? join(dirname(from), '..', sources[name]) : join(builtPrograms(from), `${name}.js`)
}

/** Folder of the built page. From sources it is the one in the checkout, which `npm run build` fills. */
export function pageFolder(from: string = fileURLToPath(import.meta.url)): string {
  return from.endsWith('.ts') ? join(dirname(from), '../../out/renderer') : join(builtPrograms(from), '../renderer')
}

function builtPrograms(from: string): string {
  const folder = dirname(from)
  return basename(folder) === 'chunks' ? dirname(folder) : folder
}
