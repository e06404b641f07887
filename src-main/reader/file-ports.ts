// What opening a file needs in the reader: a locked engine for its footers, and one for its questions.
import type { DuckDBInstance } from '@duckdb/node-api'
import { own } from '../../shared/model/own.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { systems } from '../../shared/systems/index.ts'
import { collectionOf } from '../snapshots/column-masks.ts'
import { checkFooters } from '../snapshots/footers.ts'
import type { OpenPorts } from '../snapshots/open.ts'
import { openFile } from '../store/open-file.ts'
import { openLockedEngine } from './locked-engine.ts'

/** All that this version can show. */
export const known: AnySystems = { ...systems, [own.id]: own }

/** @param folder where the file is unpacked; the engines reach nothing else. */
export function filePorts(folder: string, declarations: AnySystems = known): OpenPorts {
  /** Open and unused by questions so far: the first questions get it. */
  let spare: Promise<DuckDBInstance> | undefined
  const engines = new Set<DuckDBInstance>()
  async function engine(): Promise<DuckDBInstance> {
    const opened = await openLockedEngine(folder)
    engines.add(opened)
    return opened
  }
  return {
    declarations,
    footers: async (tables) => {
      spare ??= engine()
      const connection = await (await spare).connect()
      try {
        const asks = tables.map(({ file, rows, entry }) => ({ file, rows, collection: collectionOf(declarations, entry) }))
        return await checkFooters(connection, asks)
      } finally {
        connection.closeSync()
      }
    },
    openFile: async (from, of) => {
      const own = await (spare ?? engine())
      spare = undefined
      const queries = await openFile(own, from, of)
      return {
        ...queries,
        close: async () => {
          await queries.close()
          engines.delete(own)
          own.closeSync()
        },
      }
    },
    close: async () => {
      for (const one of engines) one.closeSync()
      engines.clear()
    },
  }
}
