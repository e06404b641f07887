// A Store of maps, as small as the rules of coverage: rows inside what a round covered and not in it have ended; nothing else has.
import type { Tick } from '../../../shared/contract/messages.ts'
import { AppError, type ErrorData } from '../../../shared/model/app-error.ts'
import type { AnyCollection } from '../../../shared/model/collection.ts'
import type { AnySystem } from '../../../shared/model/system.ts'
import { formatKey } from '../../../shared/model/urn.ts'
import { decode } from '../../store/columns.ts'
import type { CoveredData, RoundWriter, Store, Stored } from '../../store/store-types.ts'
import type { AnyRow } from '../../triage/judging.ts'

export interface Committed {
  readonly stored: Stored
  readonly sweep: string
  readonly at: Date
  readonly ms: number
  readonly error?: ErrorData
  readonly rows: Readonly<Record<string, readonly AnyRow[]>>
  readonly covered: readonly { readonly collection: string; readonly covered: CoveredData; readonly same: boolean }[]
}
export interface FakeStore extends Pick<Store, 'round' | 'closeConnection'> {
  readonly commits: Committed[]
  readonly ticks: Tick[]
  readonly closed: string[]
  open: number
  /** Names or key texts of the records that hold now. */
  held(connection: string, collection: string): readonly string[]
  /** Makes the next commits fail with this. */
  failing: AppError | undefined
}

const keyOf = (collection: AnyCollection, row: AnyRow): string => formatKey(collection.key.map((name) => String(row[name])))
function inside(covered: CoveredData, row: AnyRow): boolean {
  if (covered === 'all') return true
  if (covered === 'rows') return false
  if ('scopes' in covered) return covered.scopes.some((scope) => Object.entries(scope).every(([name, value]) => row[name] === value))
  return !Object.entries(covered.where).some(([name, values]) => values.includes(row[name]))
}

export function createFakeStore(system: AnySystem, nowMs: () => number): FakeStore {
  const held = new Map<string, Map<string, AnyRow>>()
  let version = 0
  const of = (connection: string, name: string): Map<string, AnyRow> => {
    const key = `${connection} ${name}`
    const found = held.get(key) ?? new Map<string, AnyRow>()
    held.set(key, found)
    return found
  }
  const collectionOf = (name: string): AnyCollection => {
    const found = system.collections[name]
    if (found === undefined) throw new AppError('internal', `no collection ${name}`)
    return found
  }
  const fake: FakeStore = {
    commits: [],
    ticks: [],
    closed: [],
    open: 0,
    failing: undefined,
    held: (connection, name) => [...of(connection, name).keys()].sort(),
    closeConnection: async (connection) => {
      fake.closed.push(connection)
      return []
    },
    round: (stored, sweep): RoundWriter => {
      const staged = new Map<string, Map<string, AnyRow>>()
      const covered: { collection: string; covered: CoveredData; same: boolean }[] = []
      fake.open += 1
      const rowsOf = (name: string): Map<string, AnyRow> => {
        const found = staged.get(name) ?? new Map<string, AnyRow>()
        staged.set(name, found)
        return found
      }
      return {
        stage: async (name, columns) => {
          const collection = collectionOf(name)
          for (const row of decode(collection.fields, columns)) {
            const key = keyOf(collection, row)
            if (rowsOf(name).has(key)) throw new AppError('protocol', `two rows of ${name} have the key ${key}`)
            rowsOf(name).set(key, row)
          }
        },
        cover: (collection, c) => void covered.push({ collection, covered: c, same: false }),
        same: (collection, c) => void covered.push({ collection, covered: c, same: true }),
        lacks: () => {},
        ended: () => {},
        staged: async function* (name) {
          yield [...rowsOf(name).values()]
        },
        fill: async () => {},
        abort: async () => {
          fake.open -= 1
        },
        commit: async (at, error) => {
          fake.open -= 1
          if (fake.failing !== undefined) throw fake.failing
          for (const c of covered) {
            if (c.same || collectionOf(c.collection).kind === 'event') continue
            const rows = of(stored.connection, c.collection)
            for (const [key, row] of [...rows]) if (inside(c.covered, row) && !staged.get(c.collection)?.has(key)) rows.delete(key)
          }
          const ticks: Tick[] = []
          for (const [name, rows] of staged) {
            for (const [key, row] of rows) of(stored.connection, name).set(key, row)
            version += 1
            ticks.push({ system: stored.system, collection: name, version })
          }
          fake.ticks.push(...ticks)
          fake.commits.push({
            stored,
            sweep,
            at,
            ms: nowMs(),
            ...(error === undefined ? {} : { error }),
            rows: Object.fromEntries([...staged].map(([name, rows]) => [name, [...rows.values()]])),
            covered,
          })
          return ticks
        },
      }
    },
  }
  return fake
}
