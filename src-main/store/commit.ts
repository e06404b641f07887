/** A round becomes visible: set statements over the staged rows, first into the file in one transaction, then into the present. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { fetchRow } from './fetching.ts'
import { absentSql, differs, type Proof } from './proof.ts'
import { columnList, moment, openEnd, Parameters, quoted } from './sql-text.ts'
import { type Staging, stagedColumns } from './staging.ts'
import { liveNames, nulls, type Table } from './tables.ts'

/** One collection of a round, ready to be compared with the present. */
export interface Job {
  readonly table: Table
  readonly connection: number
  readonly at: Date
  readonly staged: Staging
  readonly filled?: Staging
  readonly proof: Proof
  /** The last round before this one that covered all of it. */
  readonly wholeBefore?: Date
  /** The first id that is free. */
  readonly nextId: number
  /** True when this round writes all measures down, so that a past moment is found without a long look back. */
  readonly keyFrame: boolean
}
export interface Compared {
  readonly job: Job
  readonly changed: string
  readonly absent: string
  readonly ids: string
  readonly fresh: number
}

const reasons = ['_uv', '_us', '_ul'] as const

/** The staged rows with their derived fields, as one relation. */
function stagedSql({ table, staged, filled }: Job): string {
  const put = `s._key, s._scope, ${stagedColumns(table, staged.names, 's')}`
  if (filled === undefined)
    return `select ${[put, 's._uv', 's._us', 's._ul', ...nulls(table, table.derived)].join(', ')} from ${staged.name} s`
  const merged = reasons.map(
    (name) =>
      `case when s.${name} is null then f.${name} when f.${name} is null then s.${name} else json_merge_patch(s.${name}, f.${name})::varchar end as ${name}`,
  )
  return `select ${put}, ${merged.join(', ')}, ${stagedColumns(table, filled.names, 'f')} from ${staged.name} s left join ${filled.name} f on f._key = s._key`
}

/** Finds what is new, changed, gone, unseen or seen again, into temporary tables. Changes nothing else. */
export async function compare(c: DuckDBConnection, job: Job): Promise<Compared> {
  const { table, connection, staged } = job
  const changed = `${staged.name}_changed`
  const absent = `${staged.name}_absent`
  const ids = `${staged.name}_ids`
  const version = `n._id is null or n._unseen is not null or n._uv is distinct from s._uv${table.versions.length > 0 ? ` or ${differs(table.versions, 'n', 's')}` : ''}`
  const series = table.series.length === 0 ? 'false' : `n._id is null or n._us is distinct from s._us or ${differs(table.series, 'n', 's')}`
  const latest = `n._ul is distinct from s._ul${table.latest.length > 0 ? ` or ${differs(table.latest, 'n', 's')}` : ''}`
  await c.run(
    `create temp table ${changed} as select n._id, n._since, n._id is null as _new, ${version} as _version, ${series} as _point,
     s._key, s._scope, s._uv, s._us, s._ul, ${columnList(table.fields, 's')}
     from (${stagedSql(job)}) s left join ${table.live} n on n._connection = ${connection} and n._key = s._key
     where ${job.proof.rows ? 'true' : `_version or _point or ${latest}`}`,
  )
  const parameters = new Parameters()
  const { state, why } = absentSql(job.proof, table, parameters)
  await c.run(
    `create temp table ${absent} as select * from (select *, ${why} as _why from (select n.*, ${state} as _state from ${table.live} n
     anti join ${staged.name} s on s._key = n._key where n._connection = ${connection}))
     where _state = 'gone' or (_state = 'unseen' and _unseen is distinct from _why) or (_state = 'seen' and _unseen is not null)`,
    parameters.values,
  )
  await c.run(
    `create temp table ${ids} as select x._key, x._scope, coalesce(k._id, ${job.nextId} - 1 + row_number() over ())::integer as _id, k._id is null as _fresh, ${columnList(table.keys, 'x')}
     from ${changed} x left join ${table.keyTable} k on k._connection = ${connection} and k._key = x._key where x._new`,
  )
  const [fresh] = await fetchRow(c, `select count(*)::integer from ${ids}`)
  if (Number(fresh) > 0) await c.run(`update ${changed} x set _id = i._id from ${ids} i where x._new and i._key = x._key`)
  return { job, changed, absent, ids, fresh: Number(fresh) }
}

/** Writes the compared round into the file (inside the caller's transaction). */
export async function writeHistory(c: DuckDBConnection, compared: Compared): Promise<void> {
  const { job, changed, absent, ids } = compared
  const { table, connection } = job
  const at = moment(job.at)
  if (compared.fresh > 0)
    await c.run(
      `insert into ${table.keyTable}(_id, _connection, _key, _scope, ${columnList(table.keys)}) select _id, ${connection}, _key, _scope, ${columnList(table.keys)} from ${ids} where _fresh`,
    )
  await c.run(
    `update ${table.history} h set _to = ${at}, _ended = x._why from (select _id, null as _why from ${changed} where _version and not _new
     union all select _id, case when _state = 'gone' then _why end from ${absent}) x where h._id = x._id and h._to = ${openEnd}`,
  )
  const versions = table.versions.map((name) => `, ${quoted(name)}`).join('')
  await c.run(
    `insert into ${table.history}(_id, _from, _to, _uv, _unseen${versions}) select _id, ${at}, ${openEnd}, _uv, null${versions} from ${changed} where _version
     union all select _id, ${at}, ${openEnd}, _uv, case when _state = 'unseen' then _why end${versions} from ${absent} where _state <> 'gone'`,
  )
  if (table.series.length === 0) return
  const [raw] = table.tiers
  const measures = columnList(table.series)
  const into = `insert into ${raw}(_t, _connection, _id, _us, _key_frame, ${measures})`
  await c.run(`${into} select ${at}, ${connection}, _id, _us, false, ${measures} from ${changed} where _point`)
  if (!job.keyFrame) return
  await c.run(
    `${into} select ${at}, ${connection}, _id, _us, true, ${measures} from ${table.live} n where n._connection = ${connection}
     and n._id not in (select _id from ${changed} where _point) and n._id not in (select _id from ${absent} where _state = 'gone')`,
  )
  await c.run('insert into main._key_frames values ($1::timestamp_ms, $2::usmallint, $3, 0)', [job.at.toISOString(), connection, table.id])
}

/** Brings the present up to the compared round. */
export async function writePresent(c: DuckDBConnection, { job, changed, absent }: Compared): Promise<void> {
  const { table, connection } = job
  const at = moment(job.at)
  await c.run(`delete from ${table.live} where _id in (select _id from ${changed} union all select _id from ${absent})`)
  const fields = columnList(table.fields)
  await c.run(
    `insert into ${table.live}(${liveNames(table)}) select _id, ${connection}, _key, _scope, case when _version then ${at} else _since end, ${at}, null, _uv, _us, _ul, ${table.search}, ${fields} from ${changed}`,
  )
  const before = job.wholeBefore === undefined ? '_seen' : `greatest(_seen, ${moment(job.wholeBefore)})`
  await c.run(
    `insert into ${table.live}(${liveNames(table)}) select _id, _connection, _key, _scope, ${at},
     case when _state = 'seen' then ${at} when _unseen is null then ${before} else _seen end,
     case when _state = 'unseen' then _why end, _uv, _us, _ul, _search, ${fields} from ${absent} where _state <> 'gone'`,
  )
}

/** Forgets the temporary tables of a comparison. */
export async function dropCompared(c: DuckDBConnection, staging: string): Promise<void> {
  for (const name of ['_changed', '_absent', '_ids', '_fill', '']) await c.run(`drop table if exists temp.${staging}${name}`)
}
