/** Columns into DuckDB's chunks, whole buffers at a time: value by value the same rows cost four times as much of the event loop. */
import { type DuckDBAppender, DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import type { Unknown } from '../../shared/model/known.ts'
import type { ColumnData } from './store-types.ts'

/** Rows a chunk may hold. */
export const chunkRows = 2_048

/** A column of a message, ready to be cut into chunks; `blanks` are the rows without a value, none of them: all NULL. */
export interface Source {
  readonly type: DuckDBType
  readonly data: ColumnData | readonly (string | null)[] | undefined
  readonly blanks: readonly number[]
}
export function source(type: DuckDBType, data: Source['data'], unknown: readonly (readonly [number, Unknown])[] = []): Source {
  return { type, data, blanks: unknown.map(([row]) => row).sort((a, b) => a - b) }
}

type Vector = ReturnType<typeof duckdb.data_chunk_get_vector>

/** Marks rows of a vector as NULL. */
function blankOut(vector: Vector, rows: readonly number[], count: number): void {
  const words = new BigUint64Array(Math.ceil(count / 64)).fill(0xffff_ffff_ffff_ffffn)
  for (const row of rows) words[row >> 6] = (words[row >> 6] ?? 0n) & ~(1n << BigInt(row & 63))
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, words.buffer, 0, words.byteLength)
}

function setTexts(vector: Vector, texts: readonly (string | null)[], from: number, count: number): void {
  const first = texts[from]
  let same = true
  for (let i = 1; i < count && same; i++) same = texts[from + i] === first
  if (same) {
    duckdb.vector_reference_value(vector, typeof first === 'string' ? duckdb.create_varchar(first) : duckdb.create_null_value())
    return
  }
  const blanks: number[] = []
  for (let i = 0; i < count; i++) {
    const text = texts[from + i]
    if (typeof text === 'string') duckdb.vector_assign_string_element(vector, i, text)
    else blanks.push(i)
  }
  if (blanks.length > 0) blankOut(vector, blanks, count)
}

function setColumn(vector: Vector, { data, blanks }: Source, from: number, count: number): void {
  if (data === undefined) {
    duckdb.vector_reference_value(vector, duckdb.create_null_value())
    return
  }
  const mine = blanks.filter((row) => row >= from && row < from + count).map((row) => row - from)
  if (mine.length === count) duckdb.vector_reference_value(vector, duckdb.create_null_value())
  else if (!('buffer' in data)) {
    const out = new Set(mine)
    setTexts(
      vector,
      mine.length === 0 ? data : data.slice(from, from + count).map((text, i) => (out.has(i) ? null : text)),
      mine.length === 0 ? from : 0,
      count,
    )
  } else {
    const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = data
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError('columns are not shared between threads')
    duckdb.copy_data_to_vector(vector, 0, buffer, byteOffset + from * size, count * size)
    if (mine.length > 0) blankOut(vector, mine, count)
  }
}

/** Appends rows `from` ≤ i < `from + count` of the columns, at most `chunkRows`. */
export function appendChunk(to: DuckDBAppender, sources: readonly Source[], from: number, count: number): void {
  const chunk = DuckDBDataChunk.create(
    sources.map(({ type }) => type),
    count,
  )
  sources.forEach((column, i) => {
    setColumn(duckdb.data_chunk_get_vector(chunk.chunk, i), column, from, count)
  })
  to.appendDataChunk(chunk)
}
