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

/** An entry that is there, unpacked. */
export interface FooterAsk {
  readonly file: string
  /** What the manifest says. */
  readonly rows: number | undefined
  /** The declaration of the records in it, where it holds records. */
  readonly collection: AnyCollection | undefined
}
/** What the footer of one file says. */
interface Said {
  readonly rows: bigint
  readonly nodes: readonly Node[]
  readonly inGroups: bigint
  readonly decodedBytes: bigint
}

/** One answer for each file, in order. The files are asked together; one by one where that fails, so that a damaged one hurts no other. */
export async function checkFooters(connection: DuckDBConnection, asks: readonly FooterAsk[]): Promise<readonly Footer[]> {
  const files = asks.map(({ file }) => file)
  const together = asks.length > 1 ? await saidBy(connection, files).catch(() => undefined) : undefined
  const footers: Footer[] = []
  for (const ask of asks) {
    try {
      const said = together ?? (await saidBy(connection, [ask.file]))
      const fault = boundsFault(said.get(ask.file), ask.rows)
      footers.push(fault === undefined ? await compareColumns(connection, ask.file, ask.collection) : { fault, unknownColumns: [] })
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      footers.push({ fault: `it cannot be read (${reason.split('\n')[0]?.slice(0, 200) ?? ''})`, unknownColumns: [] })
    }
  }
  return footers
}

async function saidBy(connection: DuckDBConnection, files: readonly string[]): Promise<ReadonlyMap<string, Said>> {
  const list = `[${files.map(quoteText).join(', ')}]`
  const rows = await all(connection, `select file_name, num_rows from parquet_file_metadata(${list})`)
  const mostNodes = (limits.columns + 1) * files.length
  const schema = await all(
    connection,
    `select file_name, name, coalesce(num_children, 0) from parquet_schema(${list}) limit ${mostNodes + 1}`,
  )
  if (files.length > 1 && schema.length > mostNodes) throw new Error('one of them has too many columns')
  const sums = await all(
    connection,
    `select file_name, sum(rows), sum(bytes) from
      (select file_name, max(row_group_num_rows) as rows, sum(greatest(total_uncompressed_size, 0))::hugeint as bytes from parquet_metadata(${list}) group by file_name, row_group_id)
      group by file_name`,
  )
  const nodes = Map.groupBy(schema, ([file]) => String(file))
  const groups = new Map(sums.map(([file, inGroups, bytes]) => [String(file), { inGroups, bytes }]))
  return new Map(
    rows.map(([name, counted]) => {
      const file = String(name)
      return [
        file,
        {
          rows: BigInt(String(counted)),
          nodes: (nodes.get(file) ?? []).map(([, node, children]): Node => ({ name: String(node), children: Number(children) })),
          inGroups: BigInt(String(groups.get(file)?.inGroups ?? 0)),
          decodedBytes: BigInt(String(groups.get(file)?.bytes ?? 0)),
        },
      ]
    }),
  )
}

function boundsFault(said: Said | undefined, rows: number | undefined): string | undefined {
  if (said === undefined) return 'it says nothing of itself'
  if (said.rows < 0n || said.rows > BigInt(limits.rows)) return `it says it has ${said.rows} rows`
  if (rows !== undefined && said.rows !== BigInt(rows)) return `it says it has ${said.rows} rows, the manifest says ${rows}`
  if (said.nodes.length - 1 > limits.columns) return `it has more than ${limits.columns} columns`
  if (depthOf(said.nodes) > limits.nesting) return `its columns are nested more than ${limits.nesting} deep`
  if (said.inGroups !== said.rows) return 'its groups of rows contradict its count of rows'
  if (said.decodedBytes > BigInt(limits.decodedBytes)) return 'it would unpack to more than 2 GiB'
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
