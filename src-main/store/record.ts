/** One record: its cells, how well it is known, its history in words of change, its neighbours. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Cell, Change, Neighbour, RecordAnswer } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { reasonWords } from '../../shared/model/known.ts'
import { cellOf, dateOf, labelOf, reasonOf, reasonsOf, rowColumns, type StoredRow, storedRow } from './cells.ts'
import { fetchRow, fetchRows, type Values } from './fetching.ts'
import { lineOf } from './line.ts'
import { seenNow, urnOfRow, withSeen } from './rows.ts'
import { connectionSql, coveredBefore, placeOf, type Source, storedOf } from './source.ts'
import { columnList, moment, quoted } from './sql-text.ts'
import { fieldOf, type Table } from './tables.ts'

/** Changes and neighbours listed at most. */
const most = 200

/** Which connection knows a record best by a moment: the one whose version of it is the newest. */
export async function newestOf(
  c: DuckDBConnection,
  source: Source,
  table: Table,
  key: string,
  numbers: readonly number[],
  at: Date | undefined,
): Promise<{ readonly connection: number; readonly scope: string } | undefined> {
  const [connection, scope] = await fetchRow(
    c,
    `select _connection, _scope from ${source.versions(table)} where _key = $1 and ${connectionSql(numbers)} ${
      at === undefined ? '' : `and _from <= ${moment(at)}`
    } order by _to desc, _from desc limit 1`,
    [key],
  )
  return connection === undefined ? undefined : { connection: Number(connection), scope: String(scope) }
}

interface Version {
  readonly from: Date
  readonly to?: Date
  readonly ended?: string
  readonly unseen?: ReturnType<typeof reasonOf>
  readonly cells: Readonly<Record<string, Cell>>
}
async function versionsOf(
  c: DuckDBConnection,
  source: Source,
  table: Table,
  connection: number,
  key: string,
  at: Date | undefined,
): Promise<readonly Version[]> {
  const names = [...table.keys, ...table.versions]
  const rows = await fetchRows(
    c,
    `select _from, _to, _uv, _unseen, _ended, ${columnList(names)} from ${source.versions(table)} where _connection = ${connection} and _key = $1 ${
      at === undefined ? '' : `and _from <= ${moment(at)}`
    } order by _from desc limit ${most}`,
    [key],
  )
  return rows.toReversed().map(([from, to, uv, unseen, ended, ...values]: Values) => {
    const reasons = reasonsOf(uv)
    const until = dateOf(to)
    const past = until !== undefined && (at === undefined || until.getTime() <= at.getTime())
    const reason = reasonOf(unseen)
    return {
      from: dateOf(from) ?? new Date(0),
      ...(past ? { to: until } : {}),
      ...(past && typeof ended === 'string' ? { ended } : {}),
      ...(reason === undefined ? {} : { unseen: reason }),
      cells: Object.fromEntries(names.map((name, i) => [name, cellOf(fieldOf(table, name), values[i], reasons[name])])),
    }
  })
}

function same(a: Cell | undefined, b: Cell | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b
  return JSON.stringify(a) === JSON.stringify(b)
}
/** Fields that differ between two versions. */
export function changedFields(
  before: Readonly<Record<string, Cell>> | undefined,
  after: Readonly<Record<string, Cell>> | undefined,
): Change['fields'] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  const fields: Record<string, { from?: Cell; to?: Cell }> = {}
  for (const name of names) {
    const from = before?.[name]
    const to = after?.[name]
    if (!same(from, to)) fields[name] = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  }
  return fields
}

/** Versions as changes, oldest first; each lies after the last round that saw what was before it. */
async function historyOf(
  c: DuckDBConnection,
  source: Source,
  table: Table,
  place: { readonly connection: number; readonly scope: string },
  versions: readonly Version[],
): Promise<readonly Change[]> {
  const changes: Change[] = []
  const after = (at: Date) => coveredBefore(c, source, table, place.connection, place.scope, at)
  for (const [i, version] of versions.entries()) {
    const before = versions[i - 1]
    const joined = before?.to !== undefined && before.ended === undefined && before.to.getTime() === version.from.getTime()
    const last = await after(version.from)
    const head = { at: version.from, ...(last === undefined ? {} : { after: last }) }
    if (!joined) changes.push({ ...head, what: 'appeared', fields: changedFields(undefined, version.cells) })
    else {
      const fields = changedFields(before.cells, version.cells)
      const why = version.unseen === undefined ? undefined : (version.unseen.note ?? reasonWords[version.unseen.unknown].sentence)
      if (version.unseen !== undefined) changes.push({ ...head, what: 'unseen', fields, ...(why === undefined ? {} : { why }) })
      else changes.push({ ...head, what: before.unseen === undefined ? 'changed' : 'seen-again', fields })
    }
    if (version.to !== undefined && version.ended !== undefined) {
      const seen = await after(version.to)
      changes.push({ at: version.to, ...(seen === undefined ? {} : { after: seen }), what: 'ended', fields: {}, why: version.ended })
    }
  }
  return changes
}

/** Records joined by refs either way, at the same moment and of the same connection. */
async function neighboursOf(
  c: DuckDBConnection,
  source: Source,
  table: Table,
  row: StoredRow,
  at: Date | undefined,
): Promise<readonly Neighbour[]> {
  const found: Neighbour[] = []
  const look = async (other: Table, pairs: readonly (readonly [theirs: string, mine: string])[], by: string) => {
    const values = pairs.map(([, mine]) => row.cells[table.fields.indexOf(mine)])
    if (values.some((value) => value === undefined || (typeof value === 'object' && !(value instanceof Date)))) return
    const tests = pairs.map(([theirs], i) => `${quoted(theirs)}::varchar = $${i + 1}::varchar`)
    const relation = await source.rows(c, other, at, false)
    const rows = await fetchRows(
      c,
      `select ${rowColumns(other)} from ${relation} where _connection = ${row.connection} and ${tests.join(' and ')} order by _key limit ${most}`,
      values.map((value) => (value instanceof Date ? value.toISOString() : String(value))),
    )
    for (const values of rows) {
      const neighbour = storedRow(other, values)
      const urn = urnOfRow(source, other, neighbour)
      if (!found.some((known) => known.urn === urn && known.by === by))
        found.push({ urn, system: other.system, collection: other.name, label: labelOf(other, neighbour.cells), by })
    }
  }
  for (const { to, by } of table.collection.refs ?? []) {
    const other = source.tables.get(`${table.system}.${to}`)
    if (other !== undefined)
      await look(
        other,
        other.keys.map((theirs, i) => [theirs, by[i] ?? ''] as const),
        by.join(', '),
      )
  }
  for (const other of source.tables.values()) {
    if (other.system !== table.system) continue
    for (const { to, by } of other.collection.refs ?? [])
      if (to === table.name)
        await look(
          other,
          by.map((theirs, i) => [theirs, table.keys[i] ?? ''] as const),
          by.join(', '),
        )
  }
  return found
}

/** See `Queries.record`. not-found: never seen before that moment. */
export async function recordAt(source: Source, urn: string, at: Date | undefined): Promise<Omit<RecordAnswer, 'findings'>> {
  const { table, key, numbers } = placeOf(source, urn)
  return source.read(async (c) => {
    const place = await newestOf(c, source, table, key, numbers, at)
    const missing = new AppError(
      'not-found',
      `${table.collection.title}: ${key} was never seen${at === undefined ? '' : ' before that moment'}.`,
      { system: table.system },
    )
    const relation = await source.rows(c, table, at)
    const [now] = await fetchRows(
      c,
      `select ${rowColumns(table)} from ${relation} where _key = $1 and ${place === undefined ? connectionSql(numbers) : `_connection = ${place.connection}`} limit 1`,
      [key],
    )
    const open = now === undefined ? undefined : storedRow(table, now)
    const connection = open?.connection ?? place?.connection
    if (connection === undefined) throw missing
    const versions = await versionsOf(c, source, table, connection, key, at)
    const last = versions.at(-1)
    if (open === undefined && last === undefined) throw missing
    const scope = open?.scope ?? place?.scope ?? ''
    const history = await historyOf(c, source, table, { connection, scope }, versions)
    const cells = open?.cells ?? table.fields.map((name) => last?.cells[name] ?? cellOf(fieldOf(table, name), null, undefined))
    const watches = await source.watches(c, table, at)
    const [known] = open === undefined ? [] : await withSeen(c, source, table, [open])
    const ended = open === undefined && last?.to !== undefined ? { at: last.to, why: last.ended ?? 'gone' } : undefined
    return {
      urn,
      system: table.system,
      collection: table.name,
      label: labelOf(table, cells),
      connection: storedOf(source, connection).connection,
      columns: table.fields,
      cells,
      seen: known === undefined ? { at: history.at(-1)?.after ?? last?.from ?? new Date(0) } : seenNow(known, watches, at ?? source.now()),
      ...(ended === undefined ? {} : { ended }),
      history,
      neighbours: await neighboursOf(c, source, table, known ?? { connection, key, scope, since: new Date(0), cells }, at),
      ...(await lineOf(c, source, table, { connection, key, cells }, at)),
    }
  })
}
