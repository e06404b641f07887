/** Opening the file: what is damaged is set aside by name, alone where possible; what is only unreachable is said as it is. */
import { existsSync, renameSync } from 'node:fs'
import { basename } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import type { Notice } from './store-types.ts'

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** True where the engine gave up on the open file: it must be closed and opened again. */
export function isFatal(thrown: unknown): boolean {
  return /FATAL|has been invalidated/.test(textOf(thrown))
}
/** True where a write failed for want of room. */
export function isDiskFull(thrown: unknown): boolean {
  return /No space left|disk.{0,20}full|ENOSPC|failed to write|could not write/i.test(textOf(thrown))
}
/** True where the file itself, not the machine, is to blame. */
export function isCorrupt(thrown: unknown): boolean {
  return /corrupt|checksum|not a valid DuckDB|Could not read enough bytes|version number|deserializ|serializ/i.test(textOf(thrown))
}
function isEnvironment(thrown: unknown): boolean {
  return /Permission denied|Read-only file system|No such file|Cannot open|Could not set lock|Conflicting lock|Is a directory/i.test(
    textOf(thrown),
  )
}

function asAppError(thrown: unknown, path: string): AppError {
  const text = textOf(thrown)
  const where = { target: basename(path), cause: thrown }
  if (/lock/i.test(text))
    return new AppError('busy', 'Another process has this profile open.', { ...where, hint: 'Try again when it has started or ended.' })
  if (isDiskFull(thrown)) return new AppError('disk-full', 'The disk of the profile is full.', where)
  if (/Permission denied|Read-only/i.test(text)) return new AppError('forbidden', 'The profile folder cannot be written.', where)
  return new AppError('internal', `The profile cannot be opened: ${text.split('\n')[0]}`, where)
}

/** Renames what exists of `paths` to `*.damaged-<time>` and answers the new names. */
export function setAside(paths: readonly string[], at: Date): readonly string[] {
  const stamp = at.toISOString().replaceAll(':', '').replace(/\..*/, 'Z')
  return paths
    .filter((path) => existsSync(path))
    .map((path) => {
      let name = `${path}.damaged-${stamp}`
      for (let n = 2; existsSync(name); n++) name = `${path}.damaged-${stamp}-${n}`
      renameSync(path, name)
      return basename(name)
    })
}

export function damagedLog(names: readonly string[], at: Date): Notice {
  return {
    id: `damaged-${names.join('-')}`,
    says: `The last minutes of the history could not be read and were set aside as ${names.join(', ')}.`,
    since: at,
  }
}
export function damagedFile(names: readonly string[], at: Date): Notice {
  return {
    id: `damaged-${names.join('-')}`,
    says: `The history file was damaged and was set aside as ${names.join(', ')}; a new one was begun.`,
    since: at,
  }
}

/**
 * Opens the database file. A bad log (WAL) is set aside alone, a bad file whole; each is told as a notice.
 * busy: another process owns it; forbidden, disk-full, internal: the place, not the file, is at fault.
 */
export async function openInstance(
  path: string,
  options: Readonly<Record<string, string>>,
  at: Date,
): Promise<{ readonly instance: DuckDBInstance; readonly notices: readonly Notice[] }> {
  const notices: Notice[] = []
  for (let tries = 0; ; tries++) {
    try {
      return { instance: await DuckDBInstance.create(path, { ...options }), notices }
    } catch (thrown) {
      const text = textOf(thrown)
      if (tries >= 3 || isDiskFull(thrown)) throw asAppError(thrown, path)
      if (/WAL/.test(text) && existsSync(`${path}.wal`)) notices.push(damagedLog(setAside([`${path}.wal`], at), at))
      else if (isCorrupt(thrown) || !isEnvironment(thrown)) notices.push(damagedFile(setAside([path, `${path}.wal`], at), at))
      else throw asAppError(thrown, path)
    }
  }
}
