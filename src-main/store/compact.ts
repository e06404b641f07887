/** A file that is mostly free blocks is written anew at the start; never while it runs. */
import { rename, rm, stat } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { fetchRow } from './fetching.ts'
import { freeBytes } from './space.ts'

const leastBytes = 100 * 1024 * 1024

/** Compacts a database file that nobody has open, where more than half of it and more than 100 MiB are free. True when it did. */
export async function compact(path: string, options: Readonly<Record<string, string>>, least: number = leastBytes): Promise<boolean> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size <= least) return false
  const fresh = `${path}.compact`
  await rm(fresh, { force: true })
  const instance = await DuckDBInstance.create(path, { ...options })
  const c = await instance.connect()
  try {
    const [free, total, block] = await fetchRow(
      c,
      'select free_blocks, total_blocks, block_size from pragma_database_size() where database_name = current_database()',
    )
    const freed = Number(free) * Number(block)
    if (freed <= least || Number(free) * 2 <= Number(total) || (await freeBytes(path)) < size) return false
    const [name] = await fetchRow(c, 'select current_database()')
    await c.run(`attach '${fresh.replaceAll("'", "''")}' as fresh`)
    await c.run(`copy from database "${String(name).replaceAll('"', '""')}" to fresh`)
    await c.run('detach fresh')
  } finally {
    c.closeSync()
    instance.closeSync()
  }
  // A clean close has left no log behind that would belong to the old file.
  if ((await stat(`${path}.wal`).catch(() => undefined)) !== undefined) return false
  await rename(fresh, path)
  return true
}
