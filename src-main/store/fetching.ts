/** Statements and their rows; long answers come in chunks between which the event loop turns. */
import { setImmediate as turn } from 'node:timers/promises'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'

export type Values = readonly DuckDBValue[]

/** All rows of a statement, as DuckDB's own values (exact). */
export async function fetchRows(c: DuckDBConnection, sql: string, parameters: Values = []): Promise<readonly Values[]> {
  const result = await c.run(sql, [...parameters])
  const rows: Values[] = []
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return rows
    for (const row of chunk.getRows()) rows.push(row)
    if (rows.length > chunk.rowCount) await turn()
  }
}
/** The first row of a statement, or an empty one. */
export async function fetchRow(c: DuckDBConnection, sql: string, parameters: Values = []): Promise<Values> {
  return (await fetchRows(c, sql, parameters))[0] ?? []
}
