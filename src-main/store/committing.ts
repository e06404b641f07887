/** Commits of rounds: one time a round, the file first, then the present. Where the file has no room, the present goes on alone. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Tick } from '../../shared/contract/messages.ts'
import type { ErrorData } from '../../shared/model/app-error.ts'
import { type Compared, compare, type Job, writeHistory, writePresent } from './commit.ts'
import type { CoverageLine } from './coverage.ts'
import { isDiskFull, isFatal } from './damage.ts'
import type { Keeping } from './keeping.ts'
import { writeConnection, writeLines } from './lines.ts'
import { frameKey, keyFrameMs, learn, nextVersion, type Present, tickOf } from './present.ts'
import { coverageLines } from './proof.ts'
import { resync } from './resync.ts'
import type { Part } from './round-writer.ts'
import { createStaging, stagedFields } from './staging.ts'
import type { Stored } from './store-types.ts'
import type { Table } from './tables.ts'
import { inTransaction } from './transaction.ts'

export interface Round {
  readonly of: Stored
  readonly sweep: string
  readonly began: Date
  readonly pollMs: number
  /** Collections this sweep fills: those it did not cover have failed when it ends with an error. */
  readonly emits: readonly Table[]
}
/** The number of a connection and instance, given when it is first seen. */
export function numberOf(present: Present, of: Stored): number {
  for (const [number, known] of present.connections)
    if (known.connection === of.connection && known.instance === of.instance && known.system === of.system) return number
  return Math.max(0, ...present.connections.keys()) + 1
}
/** Lines that end the watching of a connection's collections, where it has not ended yet. */
export function closingLines(
  present: Present,
  tables: ReadonlyMap<string, Table>,
  which: (number: number) => boolean,
  at: Date,
  why: string,
): readonly CoverageLine[] {
  const lines: CoverageLine[] = []
  for (const [id, watches] of present.watches) {
    const table = tables.get(id)
    if (table === undefined) continue
    for (const [connection, watch] of watches) {
      if (!which(connection) || watch.closed !== undefined) continue
      const version = nextVersion(present, table)
      lines.push({
        at,
        connection,
        sweep: '',
        system: table.system,
        collection: table.name,
        kind: 'closed',
        began: at,
        complete: false,
        why,
        pollMs: 0,
        version,
      })
    }
  }
  return lines
}

/** The moment of a commit: strictly after the last one of this connection, whatever the clock says. */
export function commitTime(present: Present, connection: string, at: Date): Date {
  return new Date(Math.max(at.getTime(), (present.lastCommits.get(connection) ?? Number.NEGATIVE_INFINITY) + 1))
}

async function jobOf(c: DuckDBConnection, present: Present, number: number, at: Date, part: Part): Promise<Job> {
  const { table, proof } = part
  part.staged ??= await createStaging(c, table, part.name, stagedFields(table))
  const watch = present.watches.get(table.id)?.get(number)
  const slot = Math.floor(at.getTime() / keyFrameMs)
  return {
    table,
    connection: number,
    at,
    staged: part.staged,
    ...(part.filled === undefined ? {} : { filled: part.filled }),
    proof,
    ...(watch?.whole === undefined ? {} : { wholeBefore: watch.whole }),
    nextId: present.nextIds.get(table.id) ?? 1,
    keyFrame: table.series.length > 0 && present.frames.get(frameKey(number, table.id)) !== slot,
  }
}

/** Stores a round; answers a tick for every collection about which anything, if only its age, is known anew. */
export function commitRound(
  keeping: Keeping,
  round: Round,
  parts: ReadonlyMap<string, Part>,
  wanted: Date,
  error: ErrorData | undefined,
): Promise<readonly Tick[]> {
  const { db, present, tables } = keeping
  return db.write(async (c) => {
    const at = commitTime(present, round.of.connection, wanted)
    const number = numberOf(present, round.of)
    const lines = roundLines(keeping, round, parts, number, at, error)
    const earlier = closingLines(
      present,
      tables,
      (n) => n !== number && present.connections.get(n)?.connection === round.of.connection,
      at,
      'another server answers at this address',
    )
    const compared: Compared[] = []
    for (const part of parts.values()) {
      const covered = lines.some((line) => line.system === part.table.system && line.collection === part.table.name)
      if (part.refused === undefined && covered) compared.push(await compare(c, await jobOf(c, present, number, at, part)))
    }
    const known = present.connections.get(number)
    const renamed = known === undefined || known.title !== round.of.title
    const room = await keeping.hasRoom()
    if (!room && keeping.stoppedSince === undefined) keeping.stopped(at)
    const kept = keeping.stoppedSince === undefined
    if (kept) {
      await orStop(c, keeping, at, async () => {
        if (renamed) await writeConnection(c, number, round.of, at)
        for (const one of compared) await writeHistory(c, one)
        await writeLines(c, [...earlier, ...lines])
      })
    }
    await inTransaction(c, async () => {
      for (const one of compared) await writePresent(c, one)
    })
    present.connections.set(number, round.of)
    present.lastCommits.set(round.of.connection, at.getTime())
    learn(present, [...earlier, ...lines])
    for (const { job, fresh } of compared) {
      present.nextIds.set(job.table.id, job.nextId + fresh)
      if (job.keyFrame) present.frames.set(frameKey(number, job.table.id), Math.floor(at.getTime() / keyFrameMs))
    }
    const ticks = raise(present, tables, [...earlier, ...lines])
    if (room && !kept && (await orStop(c, keeping, at, () => resync(c, keeping, at, lines)))) keeping.resumed()
    await keeping.after(c)
    return ticks
  })
}

function roundLines(
  keeping: Keeping,
  round: Round,
  parts: ReadonlyMap<string, Part>,
  number: number,
  at: Date,
  error: ErrorData | undefined,
): readonly CoverageLine[] {
  const lines: CoverageLine[] = []
  const head = (table: Table) => ({
    at,
    connection: number,
    sweep: round.sweep,
    system: table.system,
    collection: table.name,
    began: round.began,
    pollMs: round.pollMs,
    version: nextVersion(keeping.present, table),
  })
  for (const { table, proof, refused, staged } of parts.values()) {
    const nothing = !proof.whole && !proof.sameWhole && proof.scopes.size + proof.sameScopes.size === 0
    if (nothing && staged !== undefined) proof.rows = true
    if (refused !== undefined) lines.push({ ...head(table), kind: 'failed', complete: false, why: refused.data.message })
    else lines.push(...coverageLines(proof, head(table), error))
  }
  if (error !== undefined) {
    for (const table of round.emits) {
      const said = lines.some((line) => line.system === table.system && line.collection === table.name)
      if (!said) lines.push({ ...head(table), kind: 'failed', complete: false, why: error.message })
    }
  }
  return lines
}

/** Raises the versions of the collections of some lines and answers their ticks. */
export function raise(present: Present, tables: ReadonlyMap<string, Table>, lines: readonly CoverageLine[]): readonly Tick[] {
  const ids = new Set(lines.map((line) => `${line.system}.${line.collection}`))
  return [...ids].flatMap((id) => {
    const table = tables.get(id)
    if (table === undefined) return []
    present.versions.set(id, nextVersion(present, table))
    return [tickOf(present, table)]
  })
}

/** Writes to the file; a full disk stops history and nothing else. True when it was written. */
export async function orStop(c: DuckDBConnection, keeping: Keeping, at: Date, work: () => Promise<void>): Promise<boolean> {
  try {
    await inTransaction(c, work)
    return true
  } catch (thrown) {
    if (!isDiskFull(thrown)) throw thrown
    keeping.stopped(at)
    if (isFatal(thrown)) throw thrown
    return false
  }
}
