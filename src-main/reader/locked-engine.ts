// An engine that can reach one folder and nothing else: no network, no extensions, no other file, no change of its settings.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { quoteText } from '../snapshots/sql-text.ts'

/** Opens it for `folder`. What it spills goes below the folder too. */
export async function openLockedEngine(folder: string): Promise<DuckDBInstance> {
  const spill = join(folder, '.spill')
  await mkdir(spill, { recursive: true, mode: 0o700 })
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '400MB' })
  const connection = await instance.connect()
  try {
    for (const setting of [
      `temp_directory=${quoteText(spill)}`,
      `max_temp_directory_size='1GB'`,
      `allowed_directories=[${quoteText(folder)}]`,
      `timezone='UTC'`,
      // what opening a file took is given back to the system after some seconds: a third of all that the process holds
      'allocator_background_threads=true',
      'autoinstall_known_extensions=false',
      'autoload_known_extensions=false',
      'allow_community_extensions=false',
      'allow_unsigned_extensions=false',
      'enable_external_access=false',
      'lock_configuration=true',
    ]) {
      await connection.run(`set ${setting}`)
    }
  } finally {
    connection.closeSync()
  }
  return instance
}
