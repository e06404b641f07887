/** Whether the disk has room: a commit may need the log twice over, and a checkpoint that finds none invalidates the whole file. */
import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

const reserve = 64 * 1024 * 1024

/** Bytes that a process may still write beside `path`. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path))
  return bavail * bsize
}

/** Bytes of the log (WAL) beside a database file. */
export async function logBytes(path: string): Promise<number> {
  return await stat(`${path}.wal`).then(
    ({ size }) => size,
    () => 0,
  )
}

/** True when more than twice the log and 64 MiB are free. */
export async function hasRoom(path: string, free: (path: string) => Promise<number>): Promise<boolean> {
  const log = await logBytes(path)
  return (await free(path)) > 2 * log + reserve
}
