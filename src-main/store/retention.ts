/** What is kept, and for how long: an hour of points as they came, a day by the minute, a week by ten minutes; a week of versions. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { dateOf } from './cells.ts'
import { fetchRow, fetchRows } from './fetching.ts'
import { logBytes } from './space.ts'
import { columnList, moment, openEnd, quoted } from './sql-text.ts'
import type { Table } from './tables.ts'

const minute = 60_000
const hour = 3_600_000
const day = 86_400_000
/** Ages at which points leave a tier, the steps they are thinned to, and how far apart the next tier's key frames stay. */
const tiers = [
  { keptMs: hour, stepMs: minute, frameMs: hour },
  { keptMs: day, stepMs: 10 * minute, frameMs: 6 * hour },
] as const
const keptMs = 7 * day

/** File bytes that may be in use; beyond them the oldest goes first. */
export const capBytes = 2 * 1024 ** 3

/** What was done up to when, so that each step is a small one. */
export interface Thinned {
  minute: number
  hour: number
}
type Alone = (work: () => Promise<void>) => Promise<void>

/** One measure of a bucket: its last value, and its extremes where they differ from it. */
function bucketSql(name: string, fromRaw: boolean): string {
  const column = quoted(name)
  const last = `arg_max_null(${column}, _t)`
  const low = fromRaw ? `min(${column})` : `min(least(${column}, ${quoted(`_min_${name}`)}))`
  const high = fromRaw ? `max(${column})` : `max(greatest(${column}, ${quoted(`_max_${name}`)}))`
  return `${last} as ${column}, case when ${low} is distinct from ${last} then ${low} end as ${quoted(`_min_${name}`)}, case when ${high} is distinct from ${last} then ${high} end as ${quoted(`_max_${name}`)}`
}

/** Moves points older than `until` from tier `n` into the next one, thinned. */
async function thinTable(c: DuckDBConnection, table: Table, n: 0 | 1, until: Date): Promise<void> {
  const [from, into] = n === 0 ? [table.tiers[0], table.tiers[1]] : [table.tiers[1], table.tiers[2]]
  const { stepMs, frameMs } = tiers[n]
  const old = `_t < ${moment(until)}`
  const [any] = await fetchRow(c, `select 1 from ${from} where ${old} limit 1`)
  if (any === undefined) return
  const measures = columnList(table.series)
  const spread = [...table.series.map((name) => `_min_${name}`), ...table.series.map((name) => `_max_${name}`)].map(quoted).join(', ')
  await c.run(
    `insert into ${into}(_t, _connection, _id, _us, _key_frame, ${table.series.map((name) => [name, `_min_${name}`, `_max_${name}`].map(quoted).join(', ')).join(', ')})
     select max(_t), any_value(_connection), _id, arg_max_null(_us, _t), false, ${table.series.map((name) => bucketSql(name, n === 0)).join(', ')}
     from ${from} where ${old} and not _key_frame group by _id, epoch_ms(_t) // ${stepMs} order by 1`,
  )
  const frames = await fetchRows(
    c,
    `select _connection, _t from main._key_frames f where collection = $1 and tier = ${n} and ${old}
     and not exists (select 1 from main._key_frames k where k.collection = f.collection and k._connection = f._connection and k.tier > ${n} and epoch_ms(k._t) // ${frameMs} = epoch_ms(f._t) // ${frameMs})
     qualify row_number() over (partition by _connection, epoch_ms(_t) // ${frameMs} order by _t) = 1`,
    [table.id],
  )
  for (const [connection, t] of frames) {
    const at = moment(dateOf(t) ?? until)
    const rows = n === 0 ? `${measures}` : `${measures}, ${spread}`
    await c.run(
      `insert into ${into}(_t, _connection, _id, _us, _key_frame, ${rows}) select _t, _connection, _id, _us, true, ${rows} from ${from} where _t = ${at} and _connection = ${Number(connection)} and _key_frame`,
    )
    await c.run(
      `update main._key_frames set tier = ${n + 1} where collection = $1 and _connection = ${Number(connection)} and _t = ${at}`,
      [table.id],
    )
  }
  await c.run(`delete from main._key_frames where collection = $1 and tier = ${n} and ${old}`, [table.id])
  await c.run(`delete from ${from} where ${old}`)
}

async function oldestIn(c: DuckDBConnection, table: string): Promise<number | undefined> {
  const [t] = await fetchRow(c, `select min(_t) from ${table}`)
  return dateOf(t)?.getTime()
}

/** Thins what has grown old, a step at a time; after a pause in steps of an hour, so that nobody waits long. */
async function thin(c: DuckDBConnection, alone: Alone, tables: readonly Table[], now: number): Promise<void> {
  for (const n of [0, 1] as const) {
    const { keptMs: kept, stepMs } = tiers[n]
    const end = Math.floor((now - kept) / stepMs) * stepMs
    const catchUp = n === 0 ? hour : day
    for (const table of tables) {
      const oldest = await oldestIn(c, table.tiers[n])
      if (oldest === undefined) continue
      for (let until = Math.min(end, oldest + catchUp); ; until = Math.min(end, until + catchUp)) {
        await alone(() => thinTable(c, table, n, new Date(until)))
        if (until >= end) break
      }
    }
  }
}

/** Drops what is older than a week: points, ended versions, coverage, and records of connections that nobody watched in that time. */
async function dropOld(c: DuckDBConnection, tables: readonly Table[], before: Date): Promise<void> {
  const old = moment(before)
  const forgotten = `(select _connection from main._coverage group by _connection having max(_t) < ${old})`
  for (const table of tables) {
    await c.run(`delete from ${table.history} where _to < ${old}`)
    await c.run(`delete from ${table.history} h using ${table.keyTable} k where k._id = h._id and k._connection in ${forgotten}`)
    if (table.collection.kind === 'event') await dropOldEvents(c, table, old)
    if (table.series.length > 0) {
      await c.run(`delete from ${table.tiers[2]} where _t < ${old}`)
      await c.run(`delete from main._key_frames where collection = $1 and tier = 2 and _t < ${old}`, [table.id])
    }
    await c.run(`delete from ${table.keyTable} where _id not in (select _id from ${table.history})`)
  }
  await c.run(`delete from main._coverage where _t < ${old}`)
}
/** Events never end by absence: they are forgotten a week after their own end, or after they were last heard of. */
async function dropOldEvents(c: DuckDBConnection, table: Table, old: string): Promise<void> {
  const { ends, starts } = table.collection
  const times = [ends, starts]
    .filter((name) => name !== undefined && table.versions.includes(name))
    .map((name) => `h.${quoted(name ?? '')}`)
  const own = times.length === 0 ? 'true' : `coalesce(${times.join(', ')}, h._from) < ${old}`
  const ids = `(select h._id from ${table.history} h where h._to = ${openEnd} and h._from < ${old} and ${own})`
  await c.run(`delete from ${table.history} where _id in ${ids}`)
}

/** Bytes of the file that hold data. */
export async function usedBytes(c: DuckDBConnection): Promise<number> {
  const [used, block] = await fetchRow(
    c,
    `select used_blocks, block_size from pragma_database_size() where database_name = current_database()`,
  )
  return Number(used) * Number(block)
}

/** Drops the oldest eighth of what is largest in span, until the file is under its cap: ten-minute points, minutes, then versions. */
async function dropToCap(c: DuckDBConnection, alone: Alone, all: readonly Table[], cap: number): Promise<void> {
  const tables = all.filter((table) => table.series.length > 0)
  for (let tries = 0; tries < 24 && (await usedBytes(c)) > cap; tries++) {
    const shrunk =
      (await dropOldest(c, alone, tables, 2)) ||
      (await dropOldest(c, alone, tables, 1)) ||
      (await dropOldest(c, alone, tables, 0)) ||
      (await dropOldestVersions(c, alone, all))
    if (!shrunk) return
    await c.run('checkpoint')
  }
}
async function dropOldest(c: DuckDBConnection, alone: Alone, tables: readonly Table[], n: 0 | 1 | 2): Promise<boolean> {
  const spans = await Promise.all(
    tables.map(async (table) => {
      const [first, last, rows] = await fetchRow(c, `select min(_t), max(_t), count(*) from ${table.tiers[n]}`)
      return { table, first: dateOf(first)?.getTime(), last: dateOf(last)?.getTime(), rows: Number(rows) }
    }),
  )
  const largest = spans.filter(({ rows }) => rows > 0).sort((a, b) => b.rows - a.rows)[0]
  if (largest?.first === undefined || largest.last === undefined) return false
  const until = moment(new Date(largest.first + Math.ceil((largest.last - largest.first) / 8) + 1))
  await alone(async () => {
    await c.run(`delete from ${largest.table.tiers[n]} where _t < ${until}`)
    await c.run(`delete from main._key_frames where collection = $1 and tier = ${n} and _t < ${until}`, [largest.table.id])
  })
  return true
}
async function dropOldestVersions(c: DuckDBConnection, alone: Alone, tables: readonly Table[]): Promise<boolean> {
  let dropped = false
  for (const table of tables) {
    const [first, last] = await fetchRow(c, `select min(_to), max(_to) from ${table.history} where _to < ${openEnd}`)
    const [a, b] = [dateOf(first)?.getTime(), dateOf(last)?.getTime()]
    if (a === undefined || b === undefined) continue
    dropped = true
    await alone(async () => {
      await c.run(`delete from ${table.history} where _to < ${moment(new Date(a + Math.ceil((b - a) / 8) + 1))}`)
    })
  }
  return dropped
}

/** Runs what is due by the clock: a minute is thinned once a minute, the old is dropped and the cap held once an hour. */
export async function retain(
  c: DuckDBConnection,
  alone: Alone,
  path: string,
  all: Iterable<Table>,
  now: Date,
  done: Thinned,
  cap: number = capBytes,
): Promise<void> {
  const tables = [...all]
  const time = now.getTime()
  const thisMinute = Math.floor(time / minute)
  if (thisMinute <= done.minute) return
  done.minute = thisMinute
  const measured = tables.filter((table) => table.series.length > 0)
  await thin(c, alone, measured, time)
  const thisHour = Math.floor(time / hour)
  if (thisHour > done.hour) {
    done.hour = thisHour
    await alone(() => dropOld(c, tables, new Date(time - keptMs)))
    // The present is another database to the engine: a transaction of its own.
    await alone(async () => {
      for (const table of tables)
        await c.run(`delete from ${table.live} where _id not in (select _id from ${table.history} where _to = ${openEnd})`)
    })
  }
  if ((await usedBytes(c)) + (await logBytes(path)) > cap) {
    await c.run('checkpoint')
    await dropToCap(c, alone, tables, cap)
  }
}
