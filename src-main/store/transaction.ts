/** Work on a DuckDB connection that is written whole or not at all. */
import type { DuckDBConnection } from '@duckdb/node-api'

/** Does the work between begin and commit; what it throws rolls back and is thrown on. */
export async function inTransaction(c: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  await c.run('begin')
  try {
    await work()
    await c.run('commit')
  } catch (thrown) {
    await c.run('rollback').catch(() => undefined)
    throw thrown
  }
}
