/** What a commit works with: the file, the present, and whether there is room to keep history. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Database } from './database.ts'
import type { Present } from './present.ts'
import type { Table } from './tables.ts'

export interface Keeping {
  readonly db: Database
  readonly present: Present
  readonly tables: ReadonlyMap<string, Table>
  /** True when the disk has room for what a commit and a checkpoint may need. */
  hasRoom(): Promise<boolean>
  /** Since when nothing is written down; none: history is kept. */
  stoppedSince: Date | undefined
  stopped(at: Date): void
  resumed(): void
  /** Runs on the writer after a commit. */
  after(c: DuckDBConnection): Promise<void>
}
