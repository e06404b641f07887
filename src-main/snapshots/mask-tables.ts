// Masks exported tables: each distinct text of a column is judged once, here; the table is then written again by the engine.
import { mkdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { parseKey } from '../../shared/model/urn.ts'
import { partEntry } from '../../shared/snapshot/entry-names.ts'
import { SPLIT_BYTES } from '../../shared/snapshot/limits.ts'
import { type MaskKind, maskOf, type RedactionProfile } from '../../shared/snapshot/mask-kinds.ts'
import { quoted } from '../store/sql-text.ts'
import { besideOf, type ColumnMask, collectionOf, columnMask, fieldOf, keyMask, maskFieldText } from './column-masks.ts'
import { textMask } from './mask-text.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import { pieceReplacer } from './replace-pieces.ts'
import { quoteText } from './sql-text.ts'
import { looksRandom } from './withhold-secrets.ts'

export interface MaskAsk {
  /** Holds the exported tables under their entry names; what is masked lands in `into`. */
  readonly folder: string
  readonly into: string
  readonly entries: readonly string[]
  readonly declarations: AnySystems
  readonly profile: RedactionProfile
  readonly pseudonyms: Pseudonyms
  /** Values known to be secret. */
  readonly secrets: readonly string[]
  /** Values that stand in no table and must not stand in a text either: addresses of connections. */
  readonly alsoKnown: readonly { readonly kind: MaskKind; readonly value: string }[]
  readonly signal: AbortSignal
  readonly onTable?: () => void
  /** For tests: size from which a table is split. */
  readonly splitBytes?: number
}
/** A table as it goes into the file. */
export interface MaskedTable {
  readonly name: string
  /** The entry it was exported as. */
  readonly of: string
  readonly rows: number
}
/** Something left out: where, by which rule, how many distinct texts; never the value. */
export interface Withheld {
  readonly entry: string
  readonly column: string
  readonly rule: 'secret'
  readonly count: number
}
export interface Masked {
  readonly tables: readonly MaskedTable[]
  readonly withheld: readonly Withheld[]
  /** The rule for texts outside tables: manifest, reads. */
  text(text: string): string
  instance(text: string): string
}

/** Texts judged between two turns of the event loop: others wait for it. */
const YIELD_EVERY = 256

interface Column {
  readonly name: string
  readonly type: string
}

/** Writes the masked tables. Throws `cancelled` when `signal` aborts; `internal` for a column type whose texts it could not see. */
export async function maskTables(ask: MaskAsk): Promise<Masked> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '256MB' })
  const connection = await instance.connect()
  const texts = await instance.connect()
  try {
    await connection.run(`set temp_directory=${quoteText(join(ask.folder, '.spill'))}`)
    return await mask(ask, connection, texts)
  } finally {
    texts.closeSync()
    connection.closeSync()
    instance.closeSync()
  }
}

async function mask(ask: MaskAsk, connection: DuckDBConnection, reading: DuckDBConnection): Promise<Masked> {
  const { profile, declarations, pseudonyms } = ask
  const columns = new Map<string, readonly Column[]>()
  for (const entry of ask.entries) columns.set(entry, await columnsOf(connection, join(ask.folder, entry)))

  const ids = new Set<string>()
  await eachText(
    ask,
    reading,
    columns,
    (_entry, column) => column === '_key' || column === '_instance',
    (text, _entry, column) => {
      for (const part of column === '_key' ? keyParts(text) : [text]) if (looksRandom(part)) ids.add(part)
    },
  )
  if (profile !== 'internal') await collectPieces(ask, reading, columns)

  const secrets = { known: ask.secrets, isId: (text: string): boolean => ids.has(text) }
  const replace = pieceReplacer(pseudonyms.pieces, ordinaryWords(declarations))
  const texts = profile === 'internal' ? undefined : textMask(pseudonyms, replace, (...key) => maskKey(...key))
  const maskKey = keyMask(declarations, profile, pseudonyms, (text) => texts?.text(text) ?? text)
  const given = { declarations, profile, secrets, pseudonyms, texts, maskKey }

  const tables: MaskedTable[] = []
  const withheld: Withheld[] = []
  for (const entry of ask.entries) {
    const all = columns.get(entry) ?? []
    const changed: string[] = []
    for (const { name, type } of all) {
      if (type !== 'VARCHAR') continue
      const beside = besideOf(
        name,
        all.map((c) => c.name),
      )
      const rule = columnMask(given, entry, name)
      const found = await mapColumn({ ask, connection, reading, entry, column: name, beside, rule })
      if (found.changed) changed.push(name)
      if (found.withheld > 0) withheld.push({ entry, column: name, rule: 'secret', count: found.withheld })
    }
    tables.push(...(await writeTable(ask, connection, entry, all, changed)))
    ask.onTable?.()
  }
  const outside = (text: string): string => columnMask(given, 'document', 'text').withhold(text)
  return {
    tables,
    withheld,
    text: (text) => texts?.text(outside(text)) ?? outside(text),
    instance: (text) => texts?.instance(text) ?? text,
  }
}

/** Distinct values of masked fields become known pieces before any text is looked at, in an order that does not hang on the store. */
async function collectPieces(ask: MaskAsk, reading: DuckDBConnection, columns: ReadonlyMap<string, readonly Column[]>): Promise<void> {
  const field = (entry: string, column: string) => fieldOf(collectionOf(ask.declarations, entry), column)
  for (const { kind, value } of ask.alsoKnown) ask.pseudonyms.mask(kind, value)
  await eachText(
    ask,
    reading,
    columns,
    (entry, column) => {
      const found = field(entry, column)
      return found !== undefined && maskOf(found, ask.profile) !== undefined
    },
    (text, entry, column) => {
      const found = field(entry, column)
      const kind = found === undefined ? undefined : maskOf(found, ask.profile)
      if (found !== undefined && kind !== undefined) maskFieldText(ask.pseudonyms, kind, found, text)
    },
  )
}

async function eachText(
  ask: MaskAsk,
  reading: DuckDBConnection,
  columns: ReadonlyMap<string, readonly Column[]>,
  wanted: (entry: string, column: string) => boolean,
  see: (text: string, entry: string, column: string) => void,
): Promise<void> {
  for (const [entry, all] of columns) {
    for (const { name, type } of all) {
      if (type !== 'VARCHAR' || !wanted(entry, name)) continue
      const sql = `select distinct ${quoted(name)} from read_parquet(${quoteText(join(ask.folder, entry))}) where ${quoted(name)} is not null order by 1`
      for await (const [text] of rowsOf(ask, reading, sql)) if (text !== null && text !== undefined) see(text, entry, name)
    }
  }
}

/** Judges every distinct text of a column; those that change land in a temporary table `m_<column>` (beside, old, new). */
async function mapColumn(given: {
  readonly ask: MaskAsk
  readonly connection: DuckDBConnection
  readonly reading: DuckDBConnection
  readonly entry: string
  readonly column: string
  readonly beside: string | undefined
  readonly rule: ColumnMask
}): Promise<{ readonly changed: boolean; readonly withheld: number }> {
  const { ask, connection, reading, entry, column, beside, rule } = given
  const table = `m_${column}`
  await connection.run(`create or replace temp table ${quoted(table)} (beside varchar, old varchar, new varchar)`)
  const appender = await connection.createAppender(table, 'main', 'temp')
  let changed = false
  let withheld = 0
  const besideSql = beside ?? 'null::varchar'
  const sql = `select distinct ${quoted(column)}, ${besideSql} from read_parquet(${quoteText(join(ask.folder, entry))}) where ${quoted(column)} is not null`
  for await (const [text, near] of rowsOf(ask, reading, sql)) {
    if (text === null || text === undefined) continue
    const open = rule.withhold(text, near ?? undefined)
    if (open !== text) withheld += 1
    const masked = rule.mask(open, near ?? undefined)
    if (masked === text) continue
    changed = true
    if (near === null || near === undefined) appender.appendNull()
    else appender.appendVarchar(near)
    appender.appendVarchar(text)
    appender.appendVarchar(masked)
    appender.endRow()
  }
  appender.closeSync()
  return { changed, withheld }
}

/** The table under its entry name, in parts where it is larger than one entry may be. */
async function writeTable(
  ask: MaskAsk,
  connection: DuckDBConnection,
  entry: string,
  columns: readonly Column[],
  changed: readonly string[],
): Promise<readonly MaskedTable[]> {
  const from = join(ask.folder, entry)
  const into = join(ask.into, entry)
  await mkdir(dirname(into), { recursive: true })
  const most = ask.splitBytes ?? SPLIT_BYTES
  const source = `read_parquet(${quoteText(from)}, file_row_number=true)`
  const rows = await countOf(connection, from)
  if (changed.length === 0 && (await stat(from)).size <= most) {
    await rename(from, into)
    return [{ name: entry, of: entry, rows }]
  }
  const names = columns.map((c) => c.name)
  const select = names.map((name) =>
    changed.includes(name) ? `coalesce(${quoted(`m_${name}`)}.new, t.${quoted(name)}) as ${quoted(name)}` : `t.${quoted(name)}`,
  )
  const joins = changed.map((name) => {
    const [map, beside] = [quoted(`m_${name}`), besideOf(name, names)]
    const also = beside === undefined ? '' : ` and (${beside}) is not distinct from ${map}.beside`
    return `left join ${map} on t.${quoted(name)} = ${map}.old${also}`
  })
  const order = ['_instance', '_connection', '_key', '_from', '_t'].filter((name) => names.includes(name)).map((name) => quoted(name))
  const series = names.includes('_t')

  for (let parts = Math.max(1, Math.ceil((await stat(from)).size / most)); ; parts *= 2) {
    const each = Math.ceil(rows / parts)
    const written: MaskedTable[] = []
    let fits = true
    for (let part = 0; part < parts && fits; part += 1) {
      const name = parts === 1 ? entry : partEntry(entry, part + 1)
      const [first, end] = [part * each, Math.min(rows, (part + 1) * each)]
      if (first >= end && part > 0) break
      await connection.run(
        `copy (select ${select.join(', ')} from ${source} t ${joins.join(' ')} where t.file_row_number >= ${first} and t.file_row_number < ${end}
          order by ${[...order, 't.file_row_number'].join(', ')}) to ${quoteText(join(ask.into, name))}
          (format parquet, compression zstd, row_group_size ${series ? 100_000 : 20_000})`,
      )
      fits = (await stat(join(ask.into, name))).size <= most || each <= 1_000
      written.push({ name, of: entry, rows: end - first })
    }
    if (fits) return written
  }
}

async function* rowsOf(ask: MaskAsk, connection: DuckDBConnection, sql: string): AsyncGenerator<readonly (string | null)[]> {
  const result = await connection.stream(sql)
  let judged = 0
  for (;;) {
    if (ask.signal.aborted) throw new AppError('cancelled', 'The capture was stopped.')
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return
    for (const row of chunk.getRows()) {
      yield row.map((cell) => (cell === null ? null : String(cell)))
      judged += 1
      if (judged % YIELD_EVERY === 0) await setImmediate()
    }
  }
}

async function columnsOf(connection: DuckDBConnection, file: string): Promise<readonly Column[]> {
  const reader = await connection.runAndReadAll(`describe select * from read_parquet(${quoteText(file)})`)
  const columns = reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
  const odd = columns.find(({ type }) => /VARCHAR|BLOB|JSON|ENUM|UNION/.test(type) && type !== 'VARCHAR')
  if (odd !== undefined) throw new AppError('internal', `Column ${odd.name} of ${file} is ${odd.type}: its texts cannot be masked.`)
  return columns
}

async function countOf(connection: DuckDBConnection, file: string): Promise<number> {
  const reader = await connection.runAndReadAll(`select count(*)::integer from read_parquet(${quoteText(file)})`)
  return Number(reader.getRows()[0]?.[0] ?? 0)
}

function keyParts(text: string): readonly string[] {
  try {
    return parseKey(text)
  } catch {
    return [text]
  }
}

/** Words of our own that a host may be called by accident: they stay in sentences. */
function ordinaryWords(declarations: AnySystems): ReadonlySet<string> {
  const words = new Set<string>(['true', 'false', 'null', 'localhost'])
  for (const { id, collections } of Object.values(declarations)) {
    words.add(id)
    for (const [name, { fields }] of Object.entries(collections)) {
      words.add(name)
      for (const field of Object.values(fields)) for (const value of field.values ?? []) words.add(value)
    }
  }
  return words
}
