/** Columns into DuckDB's chunks, whole buffers at a time: value by value the same rows cost four times as much of the event loop. */
import { type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import type { Unknown } from '../../shared/model/known.ts'
import type { ColumnData } from './store-types.ts'

/** Rows a chunk may hold. */
export const chunkRows = 2_048

/** A column of a message, ready to be cut into chunks; `blanks` are the rows without a value. Without data every value is NULL. */
export interface Source {
  readonly data: ColumnData | readonly (string | null)[] | undefined
  readonly blanks: readonly number[]
}
export function source(data: Source['data'], unknown: readonly (readonly [number, Unknown])[] = []): Source {
  return { data, blanks: unknown.map(([row]) => row).sort((a, b) => a - b) }
}

type Vector = ReturnType<typeof duckdb.data_chunk_get_vector>
type Value = ReturnType<typeof duckdb.create_null_value>
type Constant = (text: string | null) => Value

/** Texts that a whole slice of a column shares (states, hosts) are kept as values of the engine: so many, of so many characters. */
const constantsKept = 256
const constantLength = 256

/** Marks rows of a vector as NULL. */
function blankOut(vector: Vector, rows: readonly number[], count: number): void {
  const words = new BigUint64Array(Math.ceil(count / 64)).fill(0xffff_ffff_ffff_ffffn)
  for (const row of rows) words[row >> 6] = (words[row >> 6] ?? 0n) & ~(1n << BigInt(row & 63))
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, words.buffer, 0, words.byteLength)
}

function setTexts(vector: Vector, texts: readonly (string | null)[], from: number, count: number, constant: Constant): void {
  const first = texts[from] ?? null
  let same = true
  for (let i = 1; i < count && same; i++) same = (texts[from + i] ?? null) === first
  if (same) {
    duckdb.vector_reference_value(vector, constant(first))
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

function setColumn(vector: Vector, data: Source['data'], blanks: readonly number[], from: number, count: number, constant: Constant): void {
  const mine = [...new Set(blanks.filter((row) => row >= from && row < from + count).map((row) => row - from))]
  if (data === undefined || mine.length === count) duckdb.vector_reference_value(vector, constant(null))
  else if (!('buffer' in data)) {
    const out = new Set(mine)
    setTexts(
      vector,
      mine.length === 0 ? data : data.slice(from, from + count).map((text, i) => (out.has(i) ? null : text)),
      mine.length === 0 ? from : 0,
      count,
      constant,
    )
  } else {
    const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = data
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError('columns are not shared between threads')
    duckdb.copy_data_to_vector(vector, 0, buffer, byteOffset + from * size, count * size)
    if (mine.length > 0) blankOut(vector, mine, count)
  }
}

/** Brings the columns of one round into one table. */
export interface Loader {
  /** Readies it; more than once does no harm. */
  begin(c: DuckDBConnection): Promise<void>
  /** Appends rows `from` ≤ i < `from + count` of the columns, at most `chunkRows`. */
  append(sources: readonly Source[], from: number, count: number): void
  flush(): void
  /** Ends it; what was not flushed is forgotten. */
  end(): void
}

interface Begun {
  readonly appender: DuckDBAppender
  readonly chunk: DuckDBDataChunk
  readonly vectors: readonly Vector[]
}

/**
 * A loader for a temporary table. One appender and one chunk serve all messages of a round: the engine gives them back only when the
 * garbage collector finds them, all at once, and the loop would wait for hundreds.
 */
export function createLoader(table: string, types: readonly DuckDBType[]): Loader {
  let begun: Begun | undefined
  const constants = new Map<string | null, Value>()
  const constant = (text: string | null): Value => {
    const known = constants.get(text)
    if (known !== undefined) return known
    const made = text === null ? duckdb.create_null_value() : duckdb.create_varchar(text)
    if (constants.size < constantsKept && (text?.length ?? 0) <= constantLength) constants.set(text, made)
    return made
  }
  return {
    begin: async (c) => {
      if (begun !== undefined) return
      const chunk = DuckDBDataChunk.create(types)
      const vectors = types.map((_, i) => duckdb.data_chunk_get_vector(chunk.chunk, i))
      begun = { appender: await c.createAppender(table, 'main', 'temp'), chunk, vectors }
    },
    append: (sources, from, count) => {
      if (begun === undefined) throw new Error(`the loader of ${table} has not begun`)
      const { appender, chunk, vectors } = begun
      chunk.reset()
      chunk.rowCount = count
      for (const [i, vector] of vectors.entries()) setColumn(vector, sources[i]?.data, sources[i]?.blanks ?? [], from, count, constant)
      appender.appendDataChunk(chunk)
    },
    flush: () => begun?.appender.flushSync(),
    end: () => {
      const ending = begun
      begun = undefined
      constants.clear()
      // An appender that is only forgotten writes what it holds when it is collected.
      ending?.appender.clear()
      ending?.appender.closeSync()
    },
  }
}
