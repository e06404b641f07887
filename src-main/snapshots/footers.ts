// Reads what a Parquet entry says of itself and holds it against the bounds, the manifest and the declaration, before it is read.
import type { DuckDBConnection } from '@duckdb/node-api'
import type { AnyCollection } from '../../shared/model/collection.ts'
import { limits } from '../../shared/snapshot/limits.ts'
import { fieldOf } from './column-masks.ts'
import { quoteText } from './sql-text.ts'

/** What was found: `fault` in words where the entry must not be read; columns that the declaration does not know. */
export interface Footer {
  readonly fault?: string
  readonly unknownColumns: readonly string[]
}

interface Node {
  readonly name: string
  readonly children: number
}

/** @param rows what the manifest says. @param collection the declaration of the records in it, where it holds records. */
export async function checkFooter(
  connection: DuckDBConnection,
  file: string,
  rows: number | undefined,
  collection: AnyCollection | undefined,
): Promise<Footer> {
  try {
    const fault = (await boundsFault(connection, file, rows)) ?? undefined
    if (fault !== undefined) return { fault, unknownColumns: [] }
    return await compareColumns(connection, file, collection)
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    return { fault: `it cannot be read (${reason.split('\n')[0]?.slice(0, 200) ?? ''})`, unknownColumns: [] }
  }
}

async function boundsFault(connection: DuckDBConnection, file: string, rows: number | undefined): Promise<string | undefined> {
  const path = quoteText(file)
  const [head] = await all(connection, `select num_rows, num_row_groups from parquet_file_metadata(${path})`)
  const counted = BigInt(String(head?.[0] ?? -1))
  if (counted < 0n || counted > BigInt(limits.rows)) return `it says it has ${counted} rows`
  if (rows !== undefined && counted !== BigInt(rows)) return `it says it has ${counted} rows, the manifest says ${rows}`

  const schema = await all(connection, `select name, coalesce(num_children, 0) from parquet_schema(${path}) limit ${limits.columns * 4}`)
  const nodes = schema.map(([name, children]): Node => ({ name: String(name), children: Number(children) }))
  if (nodes.length - 1 > limits.columns) return `it has more than ${limits.columns} columns`
  if (depthOf(nodes) > limits.nesting) return `its columns are nested more than ${limits.nesting} deep`

  const [sums] = await all(
    connection,
    `select coalesce(sum(rows), 0), coalesce(sum(bytes), 0) from
      (select max(row_group_num_rows) as rows, sum(greatest(total_uncompressed_size, 0))::hugeint as bytes from parquet_metadata(${path}) group by row_group_id)`,
  )
  if (BigInt(String(sums?.[0] ?? 0)) !== counted) return 'its groups of rows contradict its count of rows'
  if (BigInt(String(sums?.[1] ?? 0)) > BigInt(limits.decodedBytes)) return 'it would unpack to more than 2 GiB'
  return undefined
}

/** Levels below the root, from the nodes in depth-first order with their numbers of children. */
function depthOf(nodes: readonly Node[]): number {
  const open: number[] = []
  let deepest = 0
  for (const node of nodes) {
    while (open.at(-1) === 0) open.pop()
    const above = open.length - 1
    if (above >= 0) open[above] = (open[above] ?? 0) - 1
    deepest = Math.max(deepest, open.length)
    if (node.children > 0) open.push(node.children)
  }
  return deepest
}

const families: Readonly<Record<string, RegExp>> = {
  VARCHAR: /^VARCHAR$/,
  BIGINT: /^(?:U?(?:TINY|SMALL|BIG)?INT|U?INTEGER|U?BIGINT)$/,
  DOUBLE: /^(?:DOUBLE|FLOAT)$/,
  BOOLEAN: /^BOOLEAN$/,
  TIMESTAMP_MS: /^TIMESTAMP(?:_MS|_S|_NS)?$/,
}

async function compareColumns(connection: DuckDBConnection, file: string, collection: AnyCollection | undefined): Promise<Footer> {
  if (collection === undefined) return { unknownColumns: [] }
  const unknownColumns: string[] = []
  for (const [name, type] of await all(connection, `describe select * from read_parquet(${quoteText(file)})`)) {
    const column = String(name)
    const field = fieldOf(collection, column)
    const wanted = field?.column ?? (['_from', '_to', '_t'].includes(column) ? 'TIMESTAMP_MS' : undefined)
    if (wanted !== undefined && families[wanted]?.test(String(type)) !== true) {
      return { fault: `its column ${column.slice(0, 80)} is ${String(type).slice(0, 80)}, not ${wanted}`, unknownColumns: [] }
    }
    if (wanted === undefined && !column.startsWith('_')) unknownColumns.push(column.slice(0, 200))
  }
  return { unknownColumns }
}

async function all(connection: DuckDBConnection, sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(sql)).getRows()
}
