// What opening a file needs in the reader: a locked engine for its footers, and one for its questions.
import type { DuckDBInstance } from '@duckdb/node-api'
import { own } from '../../shared/model/own.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { systems } from '../../shared/systems/index.ts'
import { collectionOf } from '../snapshots/column-masks.ts'
import { checkFooter } from '../snapshots/footers.ts'
import type { OpenPorts } from '../snapshots/open.ts'
import { openFile } from '../store/open-file.ts'
import { openLockedEngine } from './locked-engine.ts'

/** All that this version can show. */
export const known: AnySystems = { ...systems, [own.id]: own }

/** @param folder where the file is unpacked; the engines reach nothing else. */
export function filePorts(folder: string, declarations: AnySystems = known): OpenPorts {
  let footers: Promise<DuckDBInstance> | undefined
  return {
    declarations,
    footer: async (file, rows, entry) => {
      footers ??= openLockedEngine(folder)
      const connection = await (await footers).connect()
      try {
        return await checkFooter(connection, file, rows, collectionOf(declarations, entry))
      } finally {
        connection.closeSync()
      }
    },
    openFile: async (from, of) => {
      const engine = await openLockedEngine(from)
      const queries = await openFile(engine, from, of).catch((thrown: unknown) => {
        engine.closeSync()
        throw thrown
      })
      return {
        ...queries,
        close: async () => {
          await queries.close()
          engine.closeSync()
        },
      }
    },
    close: async () => {
      const engine = await footers?.catch(() => undefined)
      engine?.closeSync()
    },
  }
}
