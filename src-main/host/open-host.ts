// A host with all that surrounds it, the same in the shell's process and in a plain one: its log, its reader, its opened files.
import { resolve } from 'node:path'
import { readerFiles } from '../reader/reader-files.ts'
import type { StartReader } from '../reader/reader-messages.ts'
import { appName } from './app-name.ts'
import { createHost, type Host, type HostOptions } from './create-host.ts'
import { hostLog } from './host-log.ts'
import type { OpenFiles } from './open-files.ts'
import { workFolder } from './profile-folder.ts'

export interface OpenHostOptions extends Pick<HostOptions, 'profile' | 'mode' | 'windowMs' | 'openLine'> {
  readonly startReader: StartReader
  /** Told which files are open, each time that changes. */
  readonly onFiles?: (paths: readonly string[]) => void
}

export interface OpenedHost extends Host {
  /** Opens a snapshot file for all pages; resolves to the name of the source. Rejects with an AppError that says why it was refused. */
  openFile(path: string): Promise<string>
}

/** Opens the host of a profile. Its log goes to the error output, one JSON object a line, without secrets. */
export async function openHost({ startReader, onFiles, ...options }: OpenHostOptions): Promise<OpenedHost> {
  const files = tellingFiles(readerFiles(startReader, { folder: workFolder(options.profile) }), onFiles ?? (() => undefined))
  const host = await createHost({
    ...options,
    app: appName,
    files,
    log: hostLog,
  })
  return {
    ...host,
    openFile: async (path) => (await files.open(resolve(path))).answer().source,
  }
}

function tellingFiles(files: OpenFiles, told: (paths: readonly string[]) => void): OpenFiles {
  const tell = (): void => told(files.list().map((file) => file.answer().path))
  return {
    ...files,
    open: async (path) => {
      const file = await files.open(path)
      tell()
      return file
    },
    close: async (source) => {
      const closed = await files.close(source)
      tell()
      return closed
    },
  }
}
