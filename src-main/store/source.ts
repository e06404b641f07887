/** Where questions are asked: the live Store or an opened file, both as relations with the same columns. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import { dateOf } from './cells.ts'
import { type CoverageLine, fold, unwatched, type Watch } from './coverage.ts'
import { fetchRows } from './fetching.ts'
import { moment, quoted } from './sql-text.ts'
import type { Stored } from './store-types.ts'
import type { Table } from './tables.ts'

export interface Source {
  readonly tables: ReadonlyMap<string, Table>
  /** Connection numbers and whose they are. */
  readonly connections: ReadonlyMap<number, Stored>
  /** Runs statements that all see one moment. */
  read<T>(work: (c: DuckDBConnection) => Promise<T>): Promise<T>
  /** The moment meant when none is given. */
  now(): Date
  /**
   * Rows that held at a moment (none: now) with columns as `rowColumns` names them and `_search`. A relation for `from`.
   * `measures: false` leaves series fields NULL.
   */
  rows(c: DuckDBConnection, table: Table, at: Date | undefined, measures?: boolean): Promise<string>
  /** Versions: `_connection, _key, _scope, _from, _to, _uv, _unseen, _ended`, key fields and version fields. */
  versions(table: Table): string
  /** Points between two moments: `_connection, _key, _t, _us`, measures, `_min_…`, `_max_…`; the value at `from` included, at its own time. */
  points(
    c: DuckDBConnection,
    table: Table,
    from: Date,
    to: Date,
    keys: { readonly sql: string; readonly parameters: readonly string[] },
  ): Promise<string>
  /** A relation like the coverage table. */
  readonly coverage: string
  /** What is known of knowing a collection, per connection. */
  watches(c: DuckDBConnection, table: Table, at: Date | undefined): Promise<ReadonlyMap<number, Watch>>
  /** The version ticks carry. */
  version(table: Table): number
  /** Of a file: since when it was recorded. */
  readonly since?: Date
  /** True where only a recorded past exists. */
  readonly recorded: boolean
}

/** not-found: no such collection is declared. */
export function tableNamed(source: Pick<Source, 'tables'>, system: string, collection: string): Table {
  const table = source.tables.get(`${system}.${collection}`)
  if (table === undefined) throw new AppError('not-found', `There is no collection ${system}.${collection}.`, { system })
  return table
}
export function storedOf(source: Pick<Source, 'connections'>, connection: number): Stored {
  return source.connections.get(connection) ?? { connection: String(connection), system: '', instance: '', title: '' }
}
/** Numbers of the connections that a question concerns. */
export function connectionNumbers(
  source: Pick<Source, 'connections'>,
  which: { readonly system?: string; readonly connection?: string; readonly instance?: string },
): readonly number[] {
  return [...source.connections]
    .filter(
      ([, of]) =>
        (which.system === undefined || of.system === which.system) &&
        (which.connection === undefined || of.connection === which.connection) &&
        (which.instance === undefined || of.instance === which.instance),
    )
    .map(([number]) => number)
}
/** `_connection in (…)`, or false. */
export function connectionSql(numbers: readonly number[], column = '_connection'): string {
  return numbers.length === 0 ? 'false' : `${column} in (${numbers.join(', ')})`
}
/** The collection and key of a URN. not-found: it names nothing declared. */
export function placeOf(source: Source, urn: string): { readonly table: Table; readonly key: string; readonly numbers: readonly number[] } {
  const parsed = parseUrn(urn)
  if (parsed === undefined) throw new AppError('not-found', `${urn} is not a name of a record.`)
  const table = tableNamed(source, parsed.system, parsed.collection)
  const key = urn.split(':').slice(5).join(':')
  return { table, key, numbers: connectionNumbers(source, { system: parsed.system, instance: parsed.instance }) }
}

const lineColumns = '_t, _connection, sweep, system, collection, kind, scope, began, complete, why, poll_ms, version'
function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
/** Lines of coverage that pass `where`, in order of time. */
export async function coverageLinesOf(
  c: DuckDBConnection,
  coverage: string,
  where: string,
  parameters: readonly string[] = [],
): Promise<readonly CoverageLine[]> {
  const rows = await fetchRows(c, `select ${lineColumns} from ${coverage} where ${where} order by _t`, parameters)
  return rows.map(([t, connection, sweep, system, collection, kind, scope, began, complete, why, poll, version]) => {
    const scopeText = optional(scope)
    const whyText = optional(why)
    return {
      at: dateOf(t) ?? new Date(0),
      connection: Number(connection),
      sweep: String(sweep),
      system: String(system),
      collection: String(collection),
      kind: kindOf(String(kind)),
      ...(scopeText === undefined ? {} : { scope: scopeText }),
      began: dateOf(began) ?? new Date(0),
      complete: complete === true,
      ...(whyText === undefined ? {} : { why: whyText }),
      pollMs: Number(poll),
      version: Number(version),
    }
  })
}
function kindOf(text: string): CoverageLine['kind'] {
  switch (text) {
    case 'all':
    case 'except':
    case 'scope':
    case 'rows':
    case 'lacks':
    case 'closed':
      return text
    default:
      return 'failed'
  }
}

/** The state of knowing at a moment, from the last line of each kind and scope. */
export async function watchesAt(
  c: DuckDBConnection,
  coverage: string,
  table: Pick<Table, 'system' | 'name'>,
  at: Date | undefined,
): Promise<ReadonlyMap<number, Watch>> {
  const until = at === undefined ? '' : `and _t <= ${moment(at)}`
  const last = `system = $1 and collection = $2 ${until} qualify row_number() over (partition by _connection, kind, scope order by _t desc) = 1`
  const watches = new Map<number, Watch>()
  for (const line of await coverageLinesOf(c, coverage, last, [table.system, table.name]))
    watches.set(line.connection, fold(watches.get(line.connection) ?? unwatched, line))
  return watches
}

/** When a row that is not covered now was last covered: the last round before that found out. */
export async function coveredBefore(
  c: DuckDBConnection,
  source: Pick<Source, 'coverage'>,
  table: Pick<Table, 'system' | 'name'>,
  connection: number,
  scope: string,
  before: Date,
): Promise<Date | undefined> {
  const rows = await fetchRows(
    c,
    `select max(_t) from ${source.coverage} where system = $1 and collection = $2 and _connection = ${connection} and _t < ${moment(before)}
     and (kind in ('all', 'except') or (kind = 'scope' and scope = $3))`,
    [table.system, table.name, scope],
  )
  return dateOf(rows[0]?.[0])
}

/** Names of the min and max columns of a tier. */
export function spread(names: readonly string[]): readonly string[] {
  return [...names.map((name) => quoted(`_min_${name}`)), ...names.map((name) => quoted(`_max_${name}`))]
}
