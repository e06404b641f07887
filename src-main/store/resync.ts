/** After a time without room: the file is brought up to the present at once, and the time between is said to be missing. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { CoverageLine } from './coverage.ts'
import type { Keeping } from './keeping.ts'
import { writeConnection, writeLines } from './lines.ts'
import { differs } from './proof.ts'
import { columnList, moment, openEnd, quoted } from './sql-text.ts'
import type { Table } from './tables.ts'

async function resyncTable(c: DuckDBConnection, table: Table, at: Date): Promise<void> {
  const t = moment(at)
  const keys = columnList(table.keys)
  await c.run(
    `insert into ${table.keyTable}(_id, _connection, _key, _scope, ${keys}) select _id, _connection, _key, _scope, ${keys} from ${table.live} n
     where not exists (select 1 from ${table.keyTable} k where k._id = n._id)`,
  )
  const changed = table.versions.length > 0 ? ` or ${differs(table.versions, 'h', 'n')}` : ''
  await c.run(
    `update ${table.history} h set _to = ${t}, _ended = x._why from (select h._id, case when n._id is null then 'gone' end as _why from ${table.history} h
     left join ${table.live} n on n._id = h._id where h._to = ${openEnd} and (n._id is null or h._uv is distinct from n._uv or h._unseen is distinct from n._unseen${changed})) x
     where h._id = x._id and h._to = ${openEnd}`,
  )
  const versions = table.versions.map((name) => `, ${quoted(name)}`).join('')
  await c.run(
    `insert into ${table.history}(_id, _from, _to, _uv, _unseen${versions}) select _id, ${t}, ${openEnd}, _uv, _unseen${versions} from ${table.live} n
     where not exists (select 1 from ${table.history} h where h._id = n._id and h._to = ${openEnd})`,
  )
  if (table.series.length === 0) return
  const measures = columnList(table.series)
  await c.run(
    `insert into ${table.tiers[0]}(_t, _connection, _id, _us, _key_frame, ${measures}) select ${t}, _connection, _id, _us, false, ${measures} from ${table.live}`,
  )
  await c.run(`insert into main._key_frames select distinct ${t}, _connection, '${table.id.replaceAll("'", "''")}', 0 from ${table.live}`)
}

/** Writes the present down under `at`, with the lines of the round that found room again. Inside the caller's transaction. */
export async function resync(c: DuckDBConnection, keeping: Keeping, at: Date, lines: readonly CoverageLine[]): Promise<void> {
  const { present, tables, stoppedSince } = keeping
  const when = new Date(Math.max(at.getTime(), ...present.lastCommits.values()))
  for (const [number, of] of present.connections) await writeConnection(c, number, of, when)
  for (const table of tables.values()) await resyncTable(c, table, when)
  const missed: CoverageLine[] = []
  for (const [id, watches] of present.watches) {
    const table = tables.get(id)
    if (table === undefined || stoppedSince === undefined) continue
    for (const connection of watches.keys())
      missed.push({
        at: stoppedSince,
        connection,
        sweep: '',
        system: table.system,
        collection: table.name,
        kind: 'failed',
        began: stoppedSince,
        complete: false,
        why: 'history was not kept: the disk was full',
        pollMs: 0,
        version: present.versions.get(id) ?? 0,
      })
  }
  await writeLines(c, [...missed, ...lines])
  for (const connection of present.lastCommits.keys()) present.lastCommits.set(connection, when.getTime())
}
