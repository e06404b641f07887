/** Opens the Store: the past in one file, the present in memory, one owner. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { errorData } from '../../shared/model/app-error.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { closingLines, commitRound, commitTime, orStop, raise } from './committing.ts'
import { isDiskFull, isFatal } from './damage.ts'
import { openDatabase } from './database.ts'
import { exportTables } from './export.ts'
import { pointsSql, rowsAtSql, versionsSql } from './history.ts'
import type { Keeping } from './keeping.ts'
import { writeLines } from './lines.ts'
import { emptyPresent, learn, loadPresent, saveLatest } from './present.ts'
import { queriesOver } from './queries.ts'
import { retain, type Thinned } from './retention.ts'
import { roundWriter } from './round-writer.ts'
import { type Source, tableNamed, watchesAt } from './source.ts'
import { freeBytes, hasRoom } from './space.ts'
import type { Notice, Store } from './store-types.ts'
import { ensureTables, tablesOf } from './tables.ts'
import { inTransaction } from './transaction.ts'

export interface StoreOptions {
  /** The profile's folder; the file is `store.duckdb` in it. */
  readonly folder: string
  /** Every system whose rounds it takes, Landscope's own among them. */
  readonly systems: readonly AnySystem[]
  readonly now: () => Date
  /** Bytes the file may use (2 GiB); the oldest goes first. */
  readonly capBytes?: number
  /** Free bytes beside a path; tests give another disk. */
  readonly free?: (path: string) => Promise<number>
}

/** busy: the profile is open elsewhere; forbidden, disk-full: the folder cannot be written. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { now, systems } = options
  const tables = tablesOf(systems)
  const present = emptyPresent()
  const notices = new Map<string, Notice>()
  const listeners = new Set<(notices: readonly Notice[]) => void>()
  const tell = (notice: Notice | undefined, id: string) => {
    if (notice === undefined) notices.delete(id)
    else notices.set(id, notice)
    for (const listener of listeners) listener([...notices.values()])
  }
  const prepare = async (c: DuckDBConnection) => {
    await ensureTables(c, tables.values())
    await loadPresent(c, present, tables.values())
  }
  const thinned: Thinned = { minute: 0, hour: 0 }
  const db = await openDatabase(options.folder, now, prepare, (notice) => tell(notice, notice.id))
  const keeping: Keeping = {
    db,
    present,
    tables,
    hasRoom: () => hasRoom(db.path, options.free ?? freeBytes),
    stoppedSince: undefined,
    stopped(at) {
      if (this.stoppedSince !== undefined) return
      this.stoppedSince = at
      tell(
        { id: 'disk-full', says: 'The disk is full: watching goes on, history is not kept until there is room.', since: at },
        'disk-full',
      )
    },
    resumed() {
      this.stoppedSince = undefined
      tell(undefined, 'disk-full')
    },
    async after(c) {
      if (this.stoppedSince !== undefined) return
      try {
        await retain(c, (work) => inTransaction(c, work), db.path, tables.values(), now(), thinned, options.capBytes)
      } catch (thrown) {
        if (isFatal(thrown)) throw thrown
        if (isDiskFull(thrown)) this.stopped(now())
        else tell({ id: 'retention', says: `Old history could not be thinned: ${errorData(thrown).message}`, since: now() }, 'retention')
      }
    },
  }
  /** Writes down that nobody watches some connections any more. */
  const endWatching = (which: (connection: number) => boolean, at: Date, why: string) =>
    db.write(async (c) => {
      const lines = closingLines(present, tables, which, at, why)
      if (lines.length === 0) return []
      if (keeping.stoppedSince === undefined) await orStop(c, keeping, at, () => writeLines(c, lines))
      learn(present, lines)
      return raise(present, tables, lines)
    })
  const lastKnown = Math.max(...present.lastCommits.values(), 0)
  await endWatching(() => true, new Date(lastKnown + 1), 'Landscope was not running')
  for (const id of present.lastCommits.keys()) present.lastCommits.set(id, lastKnown + 1)

  const source: Source = {
    tables,
    connections: present.connections,
    recorded: false,
    now,
    read: (work) => db.read(work),
    rows: async (c, table, at, measures = true) => (at === undefined ? table.live : rowsAtSql(c, table, at, measures)),
    versions: versionsSql,
    points: pointsSql,
    coverage: 'main._coverage',
    watches: async (c, table, at) =>
      at === undefined ? (present.watches.get(table.id) ?? new Map()) : watchesAt(c, 'main._coverage', table, at),
    version: (table) => present.versions.get(table.id) ?? 0,
  }
  let rounds = 0
  return {
    ...queriesOver(source),
    round: (of, sweep, began, pollMs) => {
      const emitted = systems.find(({ id }) => id === of.system)?.sweeps[sweep]?.emits ?? []
      const emits = emitted.map((name) => tableNamed(source, of.system, name))
      rounds += 1
      return roundWriter(
        db,
        (collection) => tableNamed(source, of.system, collection),
        rounds,
        (parts, at, error) => commitRound(keeping, { of, sweep, began, pollMs, emits }, parts, at, error),
      )
    },
    closeConnection: (connection, at) => {
      const when = commitTime(present, connection, at)
      present.lastCommits.set(connection, when.getTime())
      return endWatching((number) => present.connections.get(number)?.connection === connection, when, 'the connection was closed')
    },
    exportSpan: (folder, from, to) =>
      db.read((c) =>
        exportTables(
          c,
          { tables, connections: present.connections, newest: new Date(Math.max(0, ...present.lastCommits.values())) },
          folder,
          from,
          to,
        ),
      ),
    notices: () => [...notices.values()],
    onNotice: (told) => {
      listeners.add(told)
      return () => listeners.delete(told)
    },
    close: async () => {
      const at = new Date(Math.max(now().getTime(), ...[...present.lastCommits.values()].map((last) => last + 1)))
      await endWatching(() => true, at, 'Landscope was closed').catch(() => undefined)
      if (keeping.stoppedSince === undefined)
        await db.write((c) => inTransaction(c, () => saveLatest(c, tables.values()))).catch(() => undefined)
      await db.close()
    },
  }
}
