/** The present: whole rows in memory, rebuilt from the file at every opening; it goes on when the file cannot be written. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Tick } from '../../shared/contract/messages.ts'
import { dateOf } from './cells.ts'
import { type CoverageLine, fold, unwatched, type Watch } from './coverage.ts'
import { fetchRow, fetchRows } from './fetching.ts'
import { rowsAtSql } from './history.ts'
import { watchesAt } from './source.ts'
import { columnList, quoted } from './sql-text.ts'
import type { Stored } from './store-types.ts'
import { liveNames, type Table } from './tables.ts'

/** What the Store holds beside its tables. */
export interface Present {
  readonly connections: Map<number, Stored>
  /** Collection id → connection number → what is known of knowing it. */
  readonly watches: Map<string, Map<number, Watch>>
  readonly versions: Map<string, number>
  readonly nextIds: Map<string, number>
  /** Connection id → the time of its last commit. */
  readonly lastCommits: Map<string, number>
  /** `connection collection` → ten-minute slot of its last key frame. */
  readonly frames: Map<string, number>
}
export function emptyPresent(): Present {
  return { connections: new Map(), watches: new Map(), versions: new Map(), nextIds: new Map(), lastCommits: new Map(), frames: new Map() }
}

/** Milliseconds between key frames. */
export const keyFrameMs = 600_000

async function loadTable(c: DuckDBConnection, present: Present, table: Table): Promise<void> {
  const rows = await rowsAtSql(c, table, undefined, true)
  await c.run(`delete from ${table.live}`)
  await c.run(`insert into ${table.live}(${liveNames(table)}) select ${liveNames(table)} from ${rows}`)
  await c.run(
    `update ${table.live} l set _seen = x.t from (select n._id, coalesce(max(v._t), any_value(n._since)) as t from ${table.live} n
     left join main._coverage v on v._connection = n._connection and v.system = $1 and v.collection = $2 and v._t < n._since
     and (v.kind in ('all', 'except') or (v.kind = 'scope' and v.scope = n._scope)) where n._unseen is not null group by n._id) x where x._id = l._id`,
    [table.system, table.name],
  )
  await loadSaved(c, table)
  const [last] = await fetchRow(c, `select coalesce(max(_id), 0) from ${table.keyTable}`)
  present.nextIds.set(table.id, Math.max(present.nextIds.get(table.id) ?? 1, Number(last) + 1))
  const known = await watchesAt(c, 'main._coverage', table, undefined)
  const kept = present.watches.get(table.id) ?? new Map<number, Watch>()
  for (const [connection, watch] of known) if (!kept.has(connection)) kept.set(connection, watch)
  present.watches.set(table.id, kept)
}

/** Last values of fields that have no history: written down at a clean close, read once, then forgotten (they would be stale later). */
async function loadSaved(c: DuckDBConnection, table: Table): Promise<void> {
  if (table.latest.length === 0) return
  const has = await fetchRows(
    c,
    `select column_name from duckdb_columns() where database_name = current_database() and schema_name = 'main' and table_name = $1`,
    [`${table.id}:saved`],
  )
  const names = new Set(has.map(([name]) => String(name)))
  if (names.size === 0) return
  const common = table.latest.filter((name) => names.has(name))
  const sets = ['_ul', ...common.map(quoted)].map((name) => `${name} = s.${name}`)
  await c.run(`update ${table.live} l set ${sets.join(', ')} from ${table.saved} s where s._id = l._id`)
  await c.run(`drop table ${table.saved}`)
}
export async function saveLatest(c: DuckDBConnection, tables: Iterable<Table>): Promise<void> {
  for (const table of tables) {
    if (table.latest.length > 0)
      await c.run(`create or replace table ${table.saved} as select _id, _ul, ${columnList(table.latest)} from ${table.live}`)
  }
}

/** Rebuilds the present from the file. What is already known in this process (numbers, versions, knowing) is kept. */
export async function loadPresent(c: DuckDBConnection, present: Present, tables: Iterable<Table>): Promise<void> {
  const connections = await fetchRows(c, 'select _connection, connection, system, instance, title from main._connections')
  for (const [number, connection, system, instance, title] of connections)
    present.connections.set(Number(number), {
      connection: String(connection),
      system: String(system),
      instance: String(instance),
      title: String(title),
    })
  const commits = await fetchRows(c, 'select _connection, max(_t) from main._coverage group by _connection')
  for (const [number, t] of commits) {
    const id = present.connections.get(Number(number))?.connection
    const at = dateOf(t)?.getTime() ?? 0
    if (id !== undefined) present.lastCommits.set(id, Math.max(present.lastCommits.get(id) ?? 0, at))
  }
  const frames = await fetchRows(c, 'select _connection, collection, max(_t) from main._key_frames group by all')
  for (const [number, collection, t] of frames)
    present.frames.set(frameKey(Number(number), String(collection)), Math.floor((dateOf(t)?.getTime() ?? 0) / keyFrameMs))
  const [version] = await fetchRow(c, 'select coalesce(max(version), 0) from main._coverage')
  for (const table of tables) {
    present.versions.set(table.id, Math.max(present.versions.get(table.id) ?? 0, Number(version)) + 1)
    // A profile in which nobody was ever connected has nothing to load: the first start is not kept waiting for it.
    if (connections.length > 0) await loadTable(c, present, table)
  }
}
export function frameKey(connection: number, collection: string): string {
  return `${connection} ${collection}`
}

/** Folds new lines of coverage into what is known now. */
export function learn(present: Present, lines: readonly CoverageLine[]): void {
  for (const line of lines) {
    const id = `${line.system}.${line.collection}`
    const watches = present.watches.get(id) ?? new Map<number, Watch>()
    watches.set(line.connection, fold(watches.get(line.connection) ?? unwatched, line))
    present.watches.set(id, watches)
  }
}
/** The next version of a collection: never one that was given before. */
export function nextVersion(present: Present, table: Table): number {
  return (present.versions.get(table.id) ?? 0) + 1
}
export function tickOf(present: Present, table: Table): Tick {
  return { system: table.system, collection: table.name, version: present.versions.get(table.id) ?? 0 }
}
