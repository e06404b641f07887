/** One round of one sweep on its way into the Store. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Tick, WhereText } from '../../shared/contract/messages.ts'
import { AppError, type ErrorData } from '../../shared/model/app-error.ts'
import type { Unknown } from '../../shared/model/known.ts'
import type { AnyRow } from '../triage/judging.ts'
import { cellOf, reasonsOf } from './cells.ts'
import { dropCompared } from './commit.ts'
import type { Database } from './database.ts'
import { fetchRow, fetchRows } from './fetching.ts'
import { addCover, emptyProof, type Proof } from './proof.ts'
import { Parameters } from './sql-text.ts'
import { appendRows, checkColumns, createStaging, filledFields, type Staging, stagedColumns, stagedFields } from './staging.ts'
import type { Columns, CoveredData, RoundWriter } from './store-types.ts'
import { fieldOf, type Table } from './tables.ts'
import { exceptSql, whereSql } from './where.ts'

/** What a round holds of one collection until it is committed. */
export interface Part {
  readonly table: Table
  readonly proof: Proof
  readonly name: string
  staged?: Staging
  filled?: Staging
  /** Set when the connector broke the rules: nothing of this collection is kept. */
  refused?: AppError
}
export type CommitRound = (parts: ReadonlyMap<string, Part>, at: Date, error: ErrorData | undefined) => Promise<readonly Tick[]>

/** Rows decoded at a time. */
const slice = 2_000

async function readStaged(c: DuckDBConnection, part: Part, staged: Staging, from: number): Promise<readonly AnyRow[]> {
  const { table } = part
  const rows = await fetchRows(
    c,
    `select _uv, _us, _ul, ${stagedColumns(table, staged.names, 's')} from ${staged.name} s where s.rowid >= ${from} and s.rowid < ${from + slice} order by s.rowid`,
  )
  return rows.map(([uv, us, ul, ...values]) => {
    const reasons = { ...reasonsOf(uv), ...reasonsOf(us), ...reasonsOf(ul) }
    return Object.fromEntries(staged.names.map((name, i) => [name, cellOf(fieldOf(table, name), values[i], reasons[name])]))
  })
}

/** A writer for a round; `number` makes its temporary tables its own, `commit` makes it visible. */
export function roundWriter(db: Database, tableNamed: (collection: string) => Table, number: number, commit: CommitRound): RoundWriter {
  const parts = new Map<string, Part>()
  let over = false
  function part(collection: string): Part {
    if (over) throw new AppError('bad-request', 'This round is over.')
    const table = tableNamed(collection)
    const known = parts.get(table.id)
    const made = known ?? { table, proof: emptyProof(), name: `round_${number}_${parts.size}` }
    parts.set(table.id, made)
    return made
  }
  /** Any fault while rows come in refuses the collection: half of it would end the other half. */
  async function refusing(of: Part, work: () => Promise<void>): Promise<void> {
    if (of.refused !== undefined) throw of.refused
    try {
      await work()
    } catch (thrown) {
      of.refused = thrown instanceof AppError ? thrown : new AppError('internal', `${of.table.id} could not be staged`, { cause: thrown })
      throw of.refused
    }
  }
  async function forget(): Promise<void> {
    over = true
    await db.write(async (c) => {
      const faults: unknown[] = []
      for (const part of parts.values()) await forgetPart(c, part).catch((thrown: unknown) => faults.push(thrown))
      if (faults.length > 0) throw faults[0]
    })
  }
  return {
    stage: async (collection: string, rows: Columns) => {
      const of = part(collection)
      await refusing(of, async () => {
        const names = stagedFields(of.table)
        checkColumns(of.table, rows, names)
        await db.write(async (c) => {
          of.staged ??= await createStaging(c, of.table, of.name, names)
          await appendRows(c, of.table, of.staged, rows)
        })
      })
    },
    fill: async (collection: string, rows: Columns) => {
      const of = part(collection)
      await refusing(of, async () => {
        const derived = filledFields(of.table)
        checkColumns(of.table, rows, of.table.keys, [...of.table.keys, ...derived])
        await db.write(async (c) => {
          of.filled ??= await createStaging(c, of.table, `${of.name}_fill`, derived)
          await appendRows(c, of.table, of.filled, rows)
        })
      })
    },
    staged: async function* (collection: string) {
      const of = part(collection)
      const { staged } = of
      if (staged === undefined) return
      const [count] = await db.write((c) => fetchRow(c, `select count(*)::integer from ${staged.name}`))
      for (let from = 0; from < Number(count); from += slice) yield await db.write((c) => readStaged(c, of, staged, from))
    },
    cover: (collection: string, covered: CoveredData) => cover(part(collection), covered, false),
    same: (collection: string, covered: CoveredData) => cover(part(collection), covered, true),
    lacks: (collection: string, why: Unknown) => {
      part(collection).proof.lacks = why
    },
    ended: (collection: string, where: WhereText, why: string) => {
      const of = part(collection)
      whereSql(of.table, where, new Parameters())
      of.proof.ended.push({ where, why })
    },
    commit: async (at: Date, error?: ErrorData) => {
      if (over) throw new AppError('bad-request', 'This round is over.')
      over = true
      try {
        return await commit(parts, at, error)
      } finally {
        await forget().catch(() => undefined)
      }
    },
    abort: forget,
  }
}

async function forgetPart(c: DuckDBConnection, { name, staged, filled }: Part): Promise<void> {
  try {
    staged?.loader.end()
    filled?.loader.end()
  } finally {
    await dropCompared(c, name)
  }
}

/** Adds a cover; a wrong field or value is a bad-request here, not at the commit. */
function cover(of: Part, covered: CoveredData, same: boolean): void {
  if (typeof covered === 'object' && 'except' in covered) exceptSql(of.table, covered.where, new Parameters())
  addCover(of.proof, of.table, covered, same)
}
