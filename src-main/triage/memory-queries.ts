/** Queries over hand-made rows, for tests of judgement: what holds now, series, how each collection is watched. */
import type { CoverageSpan, Freshness } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { isUnknown, type Unknown } from '../../shared/model/known.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { formatKey, formatUrn } from '../../shared/model/urn.ts'
import type { JudgeRow, Queries, Stored } from '../store/store-types.ts'
import type { AnyRow, Sample } from './judging.ts'

export interface MemoryQueries extends Queries {
  /** All rows of a collection of a connection, from `at` on. */
  put(of: Stored, collection: string, rows: readonly AnyRow[], at: Date, complete?: boolean): void
  /** These records were not covered by the last round. */
  unsee(of: Stored, collection: string, keys: readonly string[], why: Unknown): void
  /** The collection is older than two polls. */
  age(of: Stored, collection: string): void
  setCoverage(spans: readonly CoverageSpan[]): void
}

export function memoryQueries(systems: AnySystems): MemoryQueries {
  const held = new Map<string, Map<string, JudgeRow>>()
  const fresh = new Map<string, Map<string, Freshness>>()
  const curves = new Map<string, Map<string, Sample[]>>()
  let spans: readonly CoverageSpan[] = []
  const none = (): never => {
    throw new AppError('unsupported', 'memory only')
  }
  const name = (system: string, collection: string): string => `${system}.${collection}`
  const keyTexts = (of: Stored, collection: string, row: AnyRow): string[] =>
    (systems[of.system]?.collections[collection]?.key ?? []).map((field) => String(row[field]))

  return {
    put: (of, collection, rows, at, complete = true) => {
      const all = held.get(name(of.system, collection)) ?? new Map<string, JudgeRow>()
      held.set(name(of.system, collection), all)
      for (const [urn, r] of all) if (r.connection === of.connection) all.delete(urn)
      for (const row of rows) {
        const key = keyTexts(of, collection, row)
        const urn = formatUrn({ system: of.system, instance: of.instance, collection, key })
        all.set(urn, { urn, key: formatKey(key), connection: of.connection, row, seenAt: at })
        for (const [field, value] of Object.entries(row)) {
          const id = `${of.connection} ${name(of.system, collection)} ${formatKey(key)}`
          const mine = curves.get(id) ?? new Map<string, Sample[]>()
          curves.set(id, mine)
          const points = mine.get(field) ?? []
          mine.set(field, points)
          if (points.at(-1)?.value !== value) points.push({ at, value })
        }
      }
      const connections = fresh.get(name(of.system, collection)) ?? new Map<string, Freshness>()
      fresh.set(name(of.system, collection), connections)
      connections.set(of.connection, { connection: of.connection, title: of.title, at, complete, stale: false })
    },
    unsee: (of, collection, keys, why) => {
      const all = held.get(name(of.system, collection))
      for (const [urn, r] of all ?? []) if (r.connection === of.connection && keys.includes(r.key)) all?.set(urn, { ...r, unseen: why })
    },
    age: (of, collection) => {
      const was = fresh.get(name(of.system, collection))?.get(of.connection)
      if (was !== undefined) fresh.get(name(of.system, collection))?.set(of.connection, { ...was, stale: true })
    },
    setCoverage: (all) => {
      spans = all
    },
    rows: async (system, collection, ask) =>
      [...(held.get(name(system, collection))?.values() ?? [])].filter(
        (r) =>
          (ask.connection === undefined || r.connection === ask.connection) &&
          (ask.keys === undefined || ask.keys.includes(r.key)) &&
          Object.entries(ask.where ?? {}).every(([field, test]) => passes(r.row[field], test)),
      ),
    past: async (system, collection, connection, keys, fields, from, to) =>
      new Map(
        keys.map((key) => {
          const mine = curves.get(`${connection} ${name(system, collection)} ${key}`)
          const between = (points: readonly Sample[]): readonly Sample[] => {
            const first = points.findLastIndex((p) => p.at <= from)
            return points.slice(Math.max(0, first)).filter((p) => p.at <= to)
          }
          return [key, Object.fromEntries(fields.map((field) => [field, between(mine?.get(field) ?? [])]))]
        }),
      ),
    freshness: async (system, collection) => [...(fresh.get(name(system, collection))?.values() ?? [])],
    coverage: async (ask) =>
      spans.filter((s) => s.collection === ask.collection && s.connection === ask.connection && s.to >= ask.from && s.from <= ask.to),
    heldBetween: async () => [],
    record: none,
    page: none,
    series: none,
    diff: none,
    names: none,
    namesIn: none,
    span: async () => undefined,
  }
}

function passes(value: unknown, test: unknown): boolean {
  if (value === undefined || isUnknown(value)) return false
  if (typeof test !== 'object' || test === null || test instanceof Date) return value === test
  if ('in' in test && Array.isArray(test.in)) return test.in.includes(value)
  const { min, max } = test as { readonly min?: never; readonly max?: never }
  return (min === undefined || (value as never) >= min) && (max === undefined || (value as never) <= max)
}
