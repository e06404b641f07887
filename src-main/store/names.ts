/** The palette: records by name, and known names that stand inside a pasted text. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { NameHit } from '../../shared/contract/messages.ts'
import { fetchRows, type Values } from './fetching.ts'
import { urnOfRow } from './rows.ts'
import { type Source, storedOf } from './source.ts'
import { joinTexts, Parameters, quoted } from './sql-text.ts'
import { columnOf, type Table } from './tables.ts'

type Named = Omit<NameHit, 'health' | 'spans'>

/** Words of a name taken together at most, and names too short or too plain to mean anything inside a text. */
const longest = 24
const shortest = 3

/** Collections whose records people call by a text. */
function namedTables(source: Source): readonly Table[] {
  return [...source.tables.values()].filter((table) => columnOf(table, table.label) === 'VARCHAR' && table.system !== 'landscope')
}
function hitOf(source: Source, [id, connection, key, label]: Values): Named | undefined {
  const table = source.tables.get(String(id))
  if (table === undefined) return undefined
  return {
    urn: urnOfRow(source, table, { connection: Number(connection), key: String(key) }),
    label: String(label),
    system: table.system,
    collection: table.name,
    connection: storedOf(source, Number(connection)).connection,
  }
}
async function among(
  c: DuckDBConnection,
  source: Source,
  at: Date | undefined,
  test: (label: string) => string,
  rank: (label: string) => string,
): Promise<string> {
  const parts: string[] = []
  for (const table of namedTables(source)) {
    const relation = await source.rows(c, table, at, false)
    const label = quoted(table.label)
    parts.push(
      `select '${table.id.replaceAll("'", "''")}' as _table, _connection, _key, ${label} as _label, ${rank(label)} as _rank from ${relation} where ${label} is not null and ${test(label)}`,
    )
  }
  return parts.length === 0
    ? `select null as _table, null as _connection, null as _key, null as _label, 0 as _rank where false`
    : parts.join(' union all ')
}

/** See `Queries.names`. */
export async function namesOf(source: Source, text: string, limit: number, at: Date | undefined): Promise<readonly Named[]> {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return []
  return source.read(async (c) => {
    const parameters = new Parameters()
    const plain = (word: string) => `lower(strip_accents(${parameters.text(word)}))`
    const tests = words.map((word) => `contains(_search, ${plain(word)})`)
    const whole = plain(words.join(' '))
    const relation = await among(
      c,
      source,
      at,
      () => `(${tests.join(' and ')})`,
      (label) => {
        const name = `lower(strip_accents(${label}))`
        return `case when ${name} = ${whole} then 0 when starts_with(${name}, ${whole}) then 1 when contains(${name}, ${whole}) then 2 else 3 end`
      },
    )
    const order = `order by _rank, length(_label), _label, _table, _connection limit ${Math.trunc(limit)}`
    const found = await fetchRows(c, `select * from (${relation}) ${order}`, parameters.values)
    const rows = found.length > 0 ? found : await similar(c, source, words.join(' '), limit, at)
    return rows.flatMap((values) => hitOf(source, values) ?? [])
  })
}
/** Only when nothing contains what was typed: names that are nearly it. Lengths are bounded, for the comparison cannot be interrupted. */
async function similar(c: DuckDBConnection, source: Source, text: string, limit: number, at: Date | undefined): Promise<readonly Values[]> {
  if (text.length < shortest || text.length > 100) return []
  const parameters = new Parameters()
  const wanted = `lower(strip_accents(${parameters.text(text)}))`
  const score = (label: string) => `jaro_winkler_similarity(lower(strip_accents(${label}[:100])), ${wanted})`
  const relation = await among(c, source, at, (label) => `${score(label)} > 0.85`, score)
  return fetchRows(c, `select * from (${relation}) order by _rank desc, _label limit ${Math.trunc(limit)}`, parameters.values)
}

/** Every run of words that may be a name, with where it stands; a name begins and ends where words do. */
function candidates(text: string): ReadonlyMap<string, readonly { readonly from: number; readonly to: number }[]> {
  const words = [...text.matchAll(/[\p{L}\p{N}_]+/gu)].map((match) => ({ from: match.index, to: match.index + match[0].length }))
  const found = new Map<string, { from: number; to: number }[]>()
  words.forEach((start, i) => {
    for (const end of words.slice(i, i + longest)) {
      if (end.to - start.from > 300) break
      const part = text.slice(start.from, end.to)
      if (part.length < shortest || /^[\d.]+$/.test(part) || part.includes('\n')) continue
      const name = part.toLowerCase()
      const spans = found.get(name) ?? []
      spans.push({ from: start.from, to: end.to })
      found.set(name, spans)
    }
  })
  return found
}

/** See `Queries.namesIn`. */
export async function namesInText(
  source: Source,
  text: string,
  limit: number,
  at: Date | undefined,
): Promise<readonly (Named & Pick<NameHit, 'spans'>)[]> {
  const clean = [...text].map((ch) => (ch === '\u0001' ? ' ' : ch)).join('')
  const places = candidates(clean)
  if (places.size === 0) return []
  const found = await source.read(async (c) => {
    const list = `(select unnest(string_split($1::varchar, chr(1))))`
    const relation = await among(
      c,
      source,
      at,
      (label) => `lower(${label}) in ${list}`,
      () => '0',
    )
    return fetchRows(c, `select * from (${relation}) order by length(_label) desc, _label, _table, _connection`, [
      joinTexts([...places.keys()]),
    ])
  })
  const taken: { readonly from: number; readonly to: number }[] = []
  const hits: (Named & Pick<NameHit, 'spans'>)[] = []
  for (const values of found) {
    const hit = hitOf(source, values)
    const all = places.get(String(values[3]).toLowerCase()) ?? []
    const spans = all.filter(
      (span) => !taken.some((by) => by.from <= span.from && by.to >= span.to && by.to - by.from > span.to - span.from),
    )
    if (hit === undefined || spans.length === 0) continue
    taken.push(...spans)
    hits.push({ ...hit, spans })
    if (hits.length >= limit) break
  }
  return hits
}
