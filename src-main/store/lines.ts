/** Lines of the tables about connections and coverage, written into the file. */
import { type DuckDBAppender, type DuckDBConnection, DuckDBTimestampMillisecondsValue } from '@duckdb/node-api'
import type { CoverageLine } from './coverage.ts'
import type { Stored } from './store-types.ts'

export async function writeConnection(c: DuckDBConnection, number: number, of: Stored, at: Date): Promise<void> {
  await c.run('delete from main._connections where _connection = $1::usmallint', [number])
  await c.run('insert into main._connections values ($1::usmallint, $2, $3, $4, $5, $6::timestamp_ms)', [
    number,
    of.connection,
    of.system,
    of.instance,
    of.title,
    at.toISOString(),
  ])
}
function timestamp(at: Date): DuckDBTimestampMillisecondsValue {
  return new DuckDBTimestampMillisecondsValue(BigInt(at.getTime()))
}
function appendText(to: DuckDBAppender, text: string | undefined): void {
  if (text === undefined) to.appendNull()
  else to.appendVarchar(text)
}
export async function writeLines(c: DuckDBConnection, lines: readonly CoverageLine[]): Promise<void> {
  const appender = await c.createAppender('_coverage', 'main')
  for (const line of lines) {
    appender.appendTimestampMilliseconds(timestamp(line.at))
    appender.appendUSmallInt(line.connection)
    for (const text of [line.sweep, line.system, line.collection, line.kind]) appender.appendVarchar(text)
    appendText(appender, line.scope)
    appender.appendTimestampMilliseconds(timestamp(line.began))
    appender.appendBoolean(line.complete)
    appendText(appender, line.why)
    appender.appendBigInt(BigInt(Math.max(0, Math.trunc(Number.isFinite(line.pollMs) ? line.pollMs : 0))))
    appender.appendBigInt(BigInt(line.version))
    appender.endRow()
  }
  appender.closeSync()
}
