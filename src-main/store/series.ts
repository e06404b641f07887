/** Curves: at most so many points, each the last value of its bucket with its extremes, and the spans nobody watched. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Point, SeriesAnswer, SeriesAsk } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { type Unknown, unknown } from '../../shared/model/known.ts'
import type { Sample } from '../triage/judging.ts'
import { cellOf, dateOf, reasonOf, reasonsOf } from './cells.ts'
import { spansOf } from './coverage.ts'
import { fetchRows, type Values } from './fetching.ts'
import { newestOf } from './record.ts'
import { connectionNumbers, connectionSql, coverageLinesOf, placeOf, type Source, tableNamed } from './source.ts'
import { columnList, joinTexts, moment, quoted } from './sql-text.ts'
import { fieldOf, type Table } from './tables.ts'

function seriesField(table: Table, name: string): string {
  if (!table.series.includes(name))
    throw new AppError('bad-request', `${table.id}.${name} has no past as a curve.`, { system: table.system })
  return name
}
function value(cell: unknown): number | bigint | undefined {
  return typeof cell === 'number' || typeof cell === 'bigint' ? cell : undefined
}

interface Raw {
  readonly at: Date
  readonly reasons: Readonly<Record<string, Unknown>>
  readonly cells: Readonly<
    Record<string, readonly [last: number | bigint | undefined, min: number | bigint | undefined, max: number | bigint | undefined]>
  >
}
function rawPoint(fields: readonly string[], [t, us, ...values]: Values): Raw {
  const cells = fields.map(
    (name, i) => [name, [value(values[3 * i]), value(values[3 * i + 1]), value(values[3 * i + 2])] as const] as const,
  )
  return { at: dateOf(t) ?? new Date(0), reasons: reasonsOf(us), cells: Object.fromEntries(cells) }
}

/** Points of one field: change points as they are when they fit, else one a bucket with the extremes in it. */
function pointsOf(field: string, raw: readonly Raw[], from: Date, to: Date, limit: number): readonly Point[] {
  const buckets = new Map<number, Raw[]>()
  const width = Math.max(1, Math.ceil((to.getTime() - from.getTime() + 1) / limit))
  for (const point of raw) {
    const at = Math.floor((point.at.getTime() - from.getTime()) / width)
    buckets.set(at, [...(buckets.get(at) ?? []), point])
  }
  const single = raw.length <= limit
  const groups = single ? raw.map((point) => [point]) : [...buckets.values()]
  return groups.map((group) => {
    const last = group.at(-1)
    const lastCell = last?.cells[field]?.[0]
    const all: readonly (number | bigint)[] = group.flatMap((point) => (point.cells[field] ?? []).flatMap((v) => v ?? []))
    const min = all.reduce<number | bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined)
    const max = all.reduce<number | bigint | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined)
    return {
      at: last?.at ?? from,
      value: lastCell ?? last?.reasons[field] ?? unknown('not-recorded'),
      ...(min !== undefined && min !== lastCell ? { min } : {}),
      ...(max !== undefined && max !== lastCell ? { max } : {}),
    }
  })
}

/** Spans in which this record was not looked at, or the looking failed. */
async function gapsOf(
  c: DuckDBConnection,
  source: Source,
  table: Table,
  connection: number,
  key: string,
  scope: string,
  from: Date,
  to: Date,
): Promise<SeriesAnswer['gaps']> {
  const concerns = `system = $1 and collection = $2 and _connection = ${connection} and (scope is null or scope = $3)`
  const parameters = [table.system, table.name, scope]
  // By the newest time, not by a window over all rows: of no rows at all DuckDB makes a row of NULLs then.
  const newest = `_t = (select max(_t) from ${source.coverage} where ${concerns} and _t < ${moment(from)})`
  const before = await coverageLinesOf(c, source.coverage, `${concerns} and ${newest}`, parameters)
  const within = await coverageLinesOf(c, source.coverage, `${concerns} and _t >= ${moment(from)} and _t <= ${moment(to)}`, parameters)
  const gaps = spansOf([...before, ...within], from, to)
    .filter(({ state }) => state === 'nobody-watching' || state === 'failed')
    .map((span) => ({ from: span.from, to: span.to, why: span.why ?? span.state }))
  const unseen = await fetchRows(
    c,
    `select _from, _to, _unseen from ${source.versions(table)} where _connection = ${connection} and _key = $1 and _unseen is not null and _from < ${moment(to)} and _to > ${moment(from)} order by _from`,
    [key],
  )
  const hidden = unseen.map(([start, end, why]) => {
    const reason = reasonOf(why)
    const a = Math.max(dateOf(start)?.getTime() ?? 0, from.getTime())
    const b = Math.min(dateOf(end)?.getTime() ?? to.getTime(), to.getTime())
    return { from: new Date(a), to: new Date(b), why: reason?.note ?? reason?.unknown ?? 'not covered' }
  })
  return [...gaps, ...hidden].sort((a, b) => a.from.getTime() - b.from.getTime())
}

/** See `Queries.series`. bad-request: a field without a curve; not-found: a record never seen. */
export async function seriesOf(source: Source, ask: Omit<SeriesAsk, 'viewing'>): Promise<SeriesAnswer> {
  const { table, key, numbers } = placeOf(source, ask.urn)
  const fields = ask.fields.map((name) => seriesField(table, name))
  return source.read(async (c) => {
    const newest = await newestOf(c, source, table, key, numbers, ask.to)
    if (newest === undefined) throw new AppError('not-found', 'It was never seen.', { system: table.system })
    const mine = `_connection = ${newest.connection} and _key = $1`
    const relation = await source.points(c, table, ask.from, ask.to, { sql: mine, parameters: [key] })
    const columns = fields.map((name) => `${quoted(name)}, ${quoted(`_min_${name}`)}, ${quoted(`_max_${name}`)}`).join(', ')
    const rows = await fetchRows(c, `select _t, _us, ${columns} from ${relation} where ${mine} order by _t`, [key])
    const raw = rows.map((values) => rawPoint(fields, values))
    const before = raw.findLast(({ at }) => at.getTime() <= ask.from.getTime())
    const start: Raw[] = before === undefined ? [] : [lastOnly(before, ask.from)]
    const points = [...start, ...raw.filter(({ at }) => at.getTime() > ask.from.getTime())]
    const answer = fields.map((field) => [field, pointsOf(field, points, ask.from, ask.to, ask.points)] as const)
    return {
      fields: Object.fromEntries(answer),
      gaps: await gapsOf(c, source, table, newest.connection, key, newest.scope, ask.from, ask.to),
    }
  })
}
/** The value that held at `at`, as a point there. */
function lastOnly(point: Raw, at: Date): Raw {
  const cells = Object.entries(point.cells).map(([name, [last]]) => [name, [last, undefined, undefined]] as const)
  return { ...point, at, cells: Object.fromEntries(cells) }
}

/** See `Queries.past`: change points per key, the value at `from` first, under `from`. */
export async function pastOf(
  source: Source,
  at: { readonly system: string; readonly collection: string; readonly connection: string },
  keys: readonly string[],
  fields: readonly string[],
  from: Date,
  to: Date,
): Promise<ReadonlyMap<string, Readonly<Record<string, readonly Sample[]>>>> {
  const table = tableNamed(source, at.system, at.collection)
  const names = fields.map((name) => seriesField(table, name))
  const numbers = connectionNumbers(source, { system: at.system, connection: at.connection })
  const answer = new Map<string, Record<string, Sample[]>>()
  if (keys.length === 0 || names.length === 0) return answer
  return source.read(async (c) => {
    const mine = `${connectionSql(numbers)} and _key in (select unnest(string_split($1::varchar, chr(1))))`
    const parameters = [joinTexts(keys)]
    const relation = await source.points(c, table, from, to, { sql: mine, parameters })
    const rows = await fetchRows(
      c,
      `select _key, _t, _us, ${columnList(names)} from ${relation} where ${mine} order by _key, _t`,
      parameters,
    )
    for (const [key, t, us, ...values] of rows) {
      const reasons = reasonsOf(us)
      const when = new Date(Math.max(dateOf(t)?.getTime() ?? 0, from.getTime()))
      const samples = answer.get(String(key)) ?? Object.fromEntries(names.map((name) => [name, []]))
      answer.set(String(key), samples)
      for (const [i, name] of names.entries())
        addSample(samples[name] ?? [], { at: when, value: cellOf(fieldOf(table, name), values[i], reasons[name]) }, from)
    }
    return answer
  })
}
/** Keeps only what changed; of those at or before the start only the last. */
function addSample(samples: Sample[], sample: Sample, from: Date): void {
  const last = samples.at(-1)
  if (last !== undefined && last.at.getTime() === sample.at.getTime() && sample.at.getTime() === from.getTime()) samples.pop()
  const before = samples.at(-1)
  if (before === undefined || !sameValue(before.value, sample.value)) samples.push(sample)
}
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b)
}
