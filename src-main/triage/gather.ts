/** Gathers what a judge asked for: neighbours, the past of series fields, and since when its collection is watched without a hole. */
import type { CoverageSpan, Freshness } from '../../shared/contract/messages.ts'
import { known, type Unknown, unknown } from '../../shared/model/known.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { formatKey, formatUrn } from '../../shared/model/urn.ts'
import type { JudgeRow, Queries, Stored } from '../store/store-types.ts'
import type { AnyRow, AnySee, Sample, Watched } from './judging.ts'
import { joinsBetween, neighbourIndex } from './neighbours.ts'

/** One connection at one moment, as judges see it. Its answers are kept, so that ten checks of one round ask the Store once. */
export interface Ground {
  readonly queries: Queries
  readonly of: Stored
  readonly system: AnySystem
  readonly now: Date
  /** The moment looked at in a file or in the past; absent: live. */
  readonly at?: Date
  readonly windowMs: number
  readonly pollMs: number
  readonly kept: Map<string, Promise<unknown>>
}
/** What a judge needs beside its record. */
export interface Wants {
  readonly on: string
  readonly also?: readonly string[]
  readonly past?: readonly string[]
}
/** Records of the round that is not stored yet, by collection: they stand in for the stored ones. */
export type Staged = ReadonlyMap<string, readonly AnyRow[]>

/** Above so many records their neighbours are read whole instead of by key. */
const manyRows = 500
const keysAtOnce = 2_000

async function keep<T>(ground: Ground, key: string, ask: () => Promise<T>): Promise<T> {
  const asked = ground.kept.get(key)
  if (asked !== undefined) return (await asked) as T
  const asking = ask()
  ground.kept.set(key, asking)
  return asking
}

/** The canonical key text of a record. */
export function keyText(system: AnySystem, collection: string, row: AnyRow): string {
  return formatKey(keyTexts(system, collection, row))
}
function keyTexts(system: AnySystem, collection: string, row: AnyRow): readonly string[] {
  return (system.collections[collection]?.key ?? []).map((field) => {
    const value = known(row[field])
    return value instanceof Date ? value.toISOString() : String(value ?? '')
  })
}
/** The URN of a record of this connection. */
export function urnOf(ground: Pick<Ground, 'of' | 'system'>, collection: string, row: AnyRow): string {
  return formatUrn({ system: ground.system.id, instance: ground.of.instance, collection, key: keyTexts(ground.system, collection, row) })
}

/** A record that the last round did not cover, as a neighbour sees it: its key stands, all else is unknown for that reason. */
export function veiled(system: AnySystem, collection: string, row: AnyRow, why: Unknown): AnyRow {
  const key = new Set(system.collections[collection]?.key ?? [])
  return Object.fromEntries(Object.entries(row).map(([field, value]) => [field, key.has(field) ? value : why]))
}

/** The longest run without a hole that ends with the last round; a hole is more than two polls nobody covered. */
export function watchedRun(spans: readonly CoverageSpan[], now: Date, pollMs: number): Watched {
  const seen = spans
    .filter((s) => s.state === 'complete' || s.state === 'partial')
    .toSorted((a, b) => b.to.getTime() - a.to.getTime() || b.from.getTime() - a.from.getTime())
  const newest = seen[0]
  if (newest === undefined) return { since: now, last: now, pollMs }
  let since = newest.from
  for (const span of seen) {
    if (since.getTime() - span.to.getTime() > 2 * pollMs) break
    if (span.from < since) since = span.from
  }
  return { since, last: newest.to, pollMs }
}

/** How this connection's part of a collection is known; undefined: never asked. */
export function freshnessOf(ground: Ground, collection: string): Promise<Freshness | undefined> {
  return keep(ground, `freshness ${collection}`, async () => {
    const all = await ground.queries.freshness(ground.system.id, collection, ground.at)
    return all.find((f) => f.connection === ground.of.connection)
  })
}

/** Since when a collection of this connection is watched, looked for over two windows. */
export function watched(ground: Ground, collection: string): Promise<Watched> {
  return keep(ground, `watched ${collection}`, async () => {
    const from = new Date(ground.now.getTime() - 2 * ground.windowMs)
    const spans = await ground.queries.coverage({
      system: ground.system.id,
      connection: ground.of.connection,
      collection,
      from,
      to: ground.now,
    })
    const run = watchedRun(spans, ground.now, ground.pollMs)
    return { ...run, last: (await freshnessOf(ground, collection))?.at ?? run.last }
  })
}

/** Prepares what `wants` names for these records; the answer makes the `see` of any of them. */
export async function gather(
  ground: Ground,
  wants: Wants,
  rows: readonly AnyRow[],
  staged: Staged = new Map(),
): Promise<(row: AnyRow) => AnySee> {
  const beside = new Map<string, (row: AnyRow) => readonly AnyRow[]>()
  for (const also of wants.also ?? []) beside.set(also, await besides(ground, wants.on, also, rows, staged.get(also)))
  const curves = await pasts(ground, wants, rows, staged.has(wants.on))
  const run = await watched(ground, wants.on)
  const of = { connection: ground.of.connection, instance: ground.of.instance, title: ground.of.title }
  return (row) => ({
    now: ground.now,
    windowMs: ground.windowMs,
    watched: staged.has(wants.on) ? { since: run.since, last: ground.now, pollMs: ground.pollMs } : run,
    of,
    urn: (collection, record) => urnOf(ground, collection, record),
    rows: (collection) => beside.get(collection)?.(row) ?? [],
    past: (field) => curves(row, field),
  })
}

async function besides(ground: Ground, on: string, also: string, rows: readonly AnyRow[], fresh: readonly AnyRow[] | undefined) {
  const joins = joinsBetween(ground.system.collections, on, also)
  if (fresh !== undefined) return neighbourIndex(fresh, joins)
  const whole = () => keep(ground, `rows ${also}`, () => readRows(ground, also))
  const narrow = rows.length <= manyRows && joins.every((join) => join.theirs.length > 0)
  if (!narrow) return neighbourIndex(await whole(), joins)
  const parts: (readonly AnyRow[])[] = []
  for (const join of joins) {
    const where = Object.fromEntries(
      join.theirs.map((theirs, i) => [theirs, { in: [...new Set(rows.flatMap((row) => known(row[join.mine[i] ?? '']) ?? []))] }]),
    )
    parts.push(await readRows(ground, also, where))
  }
  const each = new Map(parts.flat().map((row) => [keyText(ground.system, also, row), row]))
  return neighbourIndex([...each.values()], joins)
}

async function readRows(ground: Ground, collection: string, where?: Readonly<Record<string, { in: unknown[] }>>): Promise<AnyRow[]> {
  const ask = { connection: ground.of.connection, ...(where === undefined ? {} : { where }) }
  const found: readonly JudgeRow[] = await ground.queries.rows(ground.system.id, collection, ask, ground.at)
  const old = (await freshnessOf(ground, collection))?.stale === true ? unknown('unanswered', 'older than two polls') : undefined
  return found.map((r) => {
    const why = r.unseen ?? old
    return why === undefined ? r.row : veiled(ground.system, collection, r.row, why)
  })
}

async function pasts(ground: Ground, wants: Wants, rows: readonly AnyRow[], isStaged: boolean) {
  const fields = wants.past ?? []
  if (fields.length === 0 || rows.length === 0) return (): readonly Sample[] => []
  const from = new Date(ground.now.getTime() - ground.windowMs)
  const keys = rows.map((row) => keyText(ground.system, wants.on, row))
  const found = new Map<string, Readonly<Record<string, readonly Sample[]>>>()
  for (let at = 0; at < keys.length; at += keysAtOnce) {
    const some = keys.slice(at, at + keysAtOnce)
    const part = await ground.queries.past(ground.system.id, wants.on, ground.of.connection, some, fields, from, ground.now)
    for (const [key, curves] of part) found.set(key, curves)
  }
  return (row: AnyRow, field: string): readonly Sample[] => {
    const samples = found.get(keyText(ground.system, wants.on, row))?.[field] ?? []
    const value = row[field]
    if (!isStaged || value === undefined || samples.at(-1)?.value === value) return samples
    return [...samples, { at: ground.now, value }]
  }
}
