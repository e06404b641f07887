/** What was watched: spans of coverage, freshness, and the first and last moment known. */
import type { CoverageAsk, CoverageSpan, Freshness } from '../../shared/contract/messages.ts'
import { dateOf } from './cells.ts'
import { type CoverageLine, spansOf } from './coverage.ts'
import { fetchRow } from './fetching.ts'
import { freshnessOf } from './page.ts'
import { connectionNumbers, connectionSql, coverageLinesOf, type Source, storedOf, tableNamed } from './source.ts'
import { moment } from './sql-text.ts'

/** See `Queries.coverage`. */
export async function coverageOf(source: Source, ask: Omit<CoverageAsk, 'viewing'>): Promise<readonly CoverageSpan[]> {
  const numbers = connectionNumbers(source, {
    ...(ask.system === undefined ? {} : { system: ask.system }),
    ...(ask.connection === undefined ? {} : { connection: ask.connection }),
  })
  const tests = [
    connectionSql(numbers),
    ...(ask.system === undefined ? [] : ['system = $1']),
    ...(ask.collection === undefined ? [] : [`collection = $${ask.system === undefined ? 1 : 2}`]),
  ]
  const parameters = [ask.system, ask.collection].filter((text) => text !== undefined)
  const concerns = tests.join(' and ')
  return source.read(async (c) => {
    const last = `${concerns} and _t < ${moment(ask.from)} qualify row_number() over (partition by _connection, system, collection order by _t desc) = 1`
    const before = await coverageLinesOf(c, source.coverage, last, parameters)
    const within = await coverageLinesOf(
      c,
      source.coverage,
      `${concerns} and _t >= ${moment(ask.from)} and _t <= ${moment(ask.to)}`,
      parameters,
    )
    const groups = new Map<string, CoverageLine[]>()
    for (const line of [...before, ...within]) {
      const id = `${line.connection} ${line.system}.${line.collection}`
      const lines = groups.get(id) ?? []
      lines.push(line)
      groups.set(id, lines)
    }
    return [...groups.values()].flatMap((lines) => {
      const [first] = lines
      if (first === undefined) return []
      const of = { system: first.system, collection: first.collection, connection: storedOf(source, first.connection).connection }
      return spansOf(lines, ask.from, ask.to).map((span) => ({ ...of, ...span }))
    })
  })
}

/** See `Queries.freshness`. */
export async function freshnessAt(source: Source, system: string, collection: string, at: Date | undefined): Promise<readonly Freshness[]> {
  const table = tableNamed(source, system, collection)
  const watches = await source.read((c) => source.watches(c, table, at))
  return freshnessOf(source, connectionNumbers(source, { system }), watches, at ?? source.now())
}

/** See `Queries.span`. Of a file: from the start of what was recorded. */
export async function spanOf(source: Source): Promise<{ readonly from: Date; readonly to: Date } | undefined> {
  const [from, to] = await source.read((c) => fetchRow(c, `select min(_t), max(_t) from ${source.coverage}`))
  const start = dateOf(from)
  const end = dateOf(to)
  if (start === undefined || end === undefined) return undefined
  return { from: new Date(Math.max(start.getTime(), source.since?.getTime() ?? start.getTime())), to: end }
}
