// Reads that a capture takes along: the facts around a piece of evidence (offset, size, time, hash), never a body unless asked; and
// their replay from a file.
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Cell, ReadBatch } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Field, Fields } from '../../shared/model/fields.ts'
import { isUnknown, unknown } from '../../shared/model/known.ts'
import type { AnySystems } from '../../shared/model/system.ts'

/** A read as it was run for a capture. */
export interface RecordedRead {
  readonly system: string
  readonly connection: string
  readonly read: string
  /** Absolute, so that it can be replayed. */
  readonly input: Readonly<Record<string, unknown>>
  readonly at: Date
  /** False where the read was cut short. */
  readonly complete: boolean
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (Cell | null)[])[]
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])
const indexed = z.object({
  system: z.string().max(100),
  connection: z.string().max(2_000),
  read: z.string().max(200),
  input: z.record(z.string().max(200), scalar),
  at: z.iso.datetime(),
  complete: z.boolean(),
  entry: z.string().max(200),
  columns: z.array(z.string().max(200)).max(500),
})
/** `reads/index.json`. */
export const readsIndexSchema = z.array(indexed).max(10_000)
export type ReadsIndex = z.infer<typeof readsIndexSchema>

/** Kinds whose texts come from a record itself; all others are facts about it. */
const isBody = (field: Field | undefined): boolean => field === undefined || ['text', 'json', 'list'].includes(field.kind)

/** Bodies become *withheld*, with a hash under the project's key in `note`: equal bodies stay equal, no body can be guessed from it. */
export function withoutBodies(recorded: RecordedRead, declarations: AnySystems, key: Buffer): RecordedRead {
  const item: Fields = declarations[recorded.system]?.reads[recorded.read]?.item ?? {}
  const hash = (text: string): string => createHmac('sha256', key).update(text).digest('hex').slice(0, 16)
  const withheld = (cell: Cell | null): Cell | null => {
    if (cell === null || isUnknown(cell)) return cell
    return unknown('withheld', `hash ${hash(typeof cell === 'string' ? cell : JSON.stringify(cell, plainJson))}`)
  }
  return {
    ...recorded,
    rows: recorded.rows.map((row) => row.map((cell, i) => (isBody(item[recorded.columns[i] ?? '']) ? withheld(cell) : cell))),
  }
}

/** 64-bit numbers as exact text; instants are ISO 8601 by themselves. */
export function plainJson(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/** The documents of recorded reads: the index and one file of rows each. */
export function readsDocuments(reads: readonly RecordedRead[]): readonly { readonly name: string; readonly text: string }[] {
  if (reads.length === 0) return []
  const index = reads.map(({ rows: _, ...rest }, i) => ({ ...rest, entry: `reads/${i + 1}.json` }))
  const text = (value: unknown): string => `${JSON.stringify(value, plainJson)}\n`
  return [
    { name: 'reads/index.json', text: text(index) },
    ...reads.map(({ rows }, i) => ({ name: `reads/${i + 1}.json`, text: text(rows) })),
  ]
}

function decode(field: Field | undefined, value: unknown): Cell | null {
  if (value === null || isUnknown(value) || field === undefined) return value as Cell | null
  if (field.column === 'BIGINT' && typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (field.column === 'BIGINT' && typeof value === 'string' && /^-?\d{1,19}$/.test(value)) return BigInt(value)
  if (field.column === 'TIMESTAMP_MS' && typeof value === 'string') {
    const at = new Date(value)
    return Number.isNaN(at.getTime()) ? unknown('unrecognised', value.slice(0, 200)) : at
  }
  return value as Cell
}
function decodeInput(fields: Fields, input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, decode(fields[name], value)]))
}
const canonical = (input: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)),
    plainJson,
  )

/**
 * Answers a read from what a file recorded. `rowsOf` gives the JSON value of an entry.
 * @throws AppError `not-found` where nothing that was recorded answers it.
 */
export async function replayRead(
  index: ReadsIndex,
  asked: { readonly connection: string; readonly read: string; readonly input: Readonly<Record<string, unknown>> },
  declarations: AnySystems,
  rowsOf: (entry: string) => Promise<unknown>,
): Promise<ReadBatch> {
  let part: ReadsIndex[number] | undefined
  for (const one of index) {
    if (one.connection !== asked.connection || one.read !== asked.read) continue
    const declared = declarations[one.system]?.reads[one.read]
    const [recorded, wanted] = [one.input, asked.input].map((input) => decodeInput(declared?.input ?? {}, input))
    if (recorded === undefined || wanted === undefined) continue
    const answers = canonical(recorded) === canonical(wanted) ? 'all' : (replayOf(declared)?.(recorded, wanted) ?? 'none')
    if (answers === 'all') return await batch(one, one.complete ? 'recorded' : 'partly-recorded')
    if (answers === 'part') part ??= one
  }
  if (part !== undefined) return await batch(part, 'partly-recorded')
  throw new AppError('not-found', 'This read was not recorded in the file.', { hint: 'Look at it live, or ask the sender to record it.' })

  async function batch(one: ReadsIndex[number], from: ReadBatch['from']): Promise<ReadBatch> {
    const item = declarations[one.system]?.reads[one.read]?.item ?? {}
    const rows = z
      .array(z.array(z.unknown()).max(500))
      .max(1_000_000)
      .parse(await rowsOf(one.entry))
    return { columns: one.columns, rows: rows.map((row) => row.map((cell, i) => decode(item[one.columns[i] ?? ''], cell))), from }
  }
}

type Replay = (recorded: Readonly<Record<string, unknown>>, asked: Readonly<Record<string, unknown>>) => 'all' | 'part' | 'none'
function replayOf(read: unknown): Replay | undefined {
  return typeof read === 'object' && read !== null && 'replay' in read && typeof read.replay === 'function'
    ? (read.replay as Replay)
    : undefined
}
