/** What differs between two viewings. Of one source: in its database; of two: record by record. */
import type { Cell, DiffAnswer, DiffAsk } from '../../shared/contract/messages.ts'
import { unknown } from '../../shared/model/known.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import type { JudgeRow } from '../store/store-types.ts'
import { declarations, declared, type Lens, recordName } from './lens.ts'

type DiffRow = DiffAnswer['rows'][number]
const whats = ['appeared', 'vanished', 'changed', 'unseen'] as const

/** bad-request: no such system or collection. Ordered by collection, then appeared, vanished, changed, unseen. */
export async function answerDiff(from: Lens, to: Lens, { from: _, to: __, ...ask }: DiffAsk): Promise<DiffAnswer> {
  if (ask.system !== undefined) declared(ask.system, ask.collection)
  if (from.queries === to.queries) return from.queries.diff(ask, from.at, to.at)
  const rows: DiffRow[] = []
  const counts: Record<string, DiffAnswer['counts'][string]> = {}
  const systems = ask.system === undefined ? Object.values(declarations) : [declared(ask.system)]
  for (const system of systems) {
    for (const collection of ask.collection === undefined ? Object.keys(system.collections) : [ask.collection]) {
      const found = await differing(from, to, system, collection)
      if (found.length === 0) continue
      const count = { appeared: 0, vanished: 0, changed: 0, unseen: 0 }
      for (const { what } of found) count[what] += 1
      counts[`${system.id}.${collection}`] = count
      rows.push(...found.toSorted((a, b) => whats.indexOf(a.what) - whats.indexOf(b.what)))
    }
  }
  return { total: rows.length, counts, rows: rows.slice(ask.offset, ask.offset + ask.limit) }
}

async function differing(from: Lens, to: Lens, system: AnySystem, collection: string): Promise<readonly DiffRow[]> {
  const { fields = {}, key = [], kind = 'state' } = system.collections[collection] ?? {}
  if (kind === 'event') return []
  const compared = Object.entries(fields).flatMap(([name, f]) => (f.keep === 'versions' && !key.includes(name) ? [name] : []))
  const [before, after] = await Promise.all([sideOf(from, system.id, collection), sideOf(to, system.id, collection)])
  const rows: DiffRow[] = []
  for (const urn of new Set([...before.rows.keys(), ...after.rows.keys()])) {
    const [a, b] = [before.rows.get(urn), after.rows.get(urn)]
    const changed = compared.filter((f) => a !== undefined && b !== undefined && text(a.row[f]) !== text(b.row[f]))
    const what =
      !before.knows(urn) || !after.knows(urn)
        ? 'unseen'
        : a === undefined
          ? 'appeared'
          : b === undefined
            ? 'vanished'
            : changed.length > 0
              ? 'changed'
              : undefined
    if (what === undefined) continue
    rows.push({
      urn,
      label: recordName(urn).key.join(' '),
      system: system.id,
      collection,
      what,
      fields: what === 'changed' ? Object.fromEntries(changed.map((f) => [f, { from: cell(a, f), to: cell(b, f) }])) : {},
    })
  }
  return rows
}

/** One side: its records, and whether it knows of a record that it is there or not. Not knowing is no difference. */
interface Side {
  readonly rows: ReadonlyMap<string, JudgeRow>
  readonly knows: (urn: string) => boolean
}
async function sideOf({ queries, connections, at }: Lens, system: string, collection: string): Promise<Side> {
  const [rows, fresh] = await Promise.all([queries.rows(system, collection, {}, at), queries.freshness(system, collection, at)])
  const byUrn = new Map(rows.map((r) => [r.urn, r]))
  const stale = new Map(fresh.map((f) => [f.connection, f.stale]))
  const whole = new Set(fresh.flatMap((f) => (f.complete && !f.stale ? [f.connection] : [])))
  const instances = new Set(connections.flatMap((c) => (c.system === system && whole.has(c.connection) ? [c.instance] : [])))
  return {
    rows: byUrn,
    knows: (urn) => {
      const row = byUrn.get(urn)
      if (row === undefined) return instances.has(recordName(urn).instance)
      return row.unseen === undefined && stale.get(row.connection) === false
    },
  }
}

const cell = (of: JudgeRow | undefined, field: string): Cell => of?.row[field] ?? unknown('not-recorded')
const text = (value: unknown): string => JSON.stringify(value, (_k, v: unknown) => (typeof v === 'bigint' ? String(v) : v)) ?? ''
