// A host with all that surrounds it, the same in the shell's process and in a plain one: its log, its reader, its opened files.
import { resolve } from 'node:path'
import pino from 'pino'
import { readerFiles } from '../reader/reader-files.ts'
import type { StartReader } from '../reader/reader-messages.ts'
import { appName } from './app-name.ts'
import { createHost, type Host, type HostOptions } from './create-host.ts'
import { redactText } from './redact.ts'

/** Longest message of a log line; what is longer came from a server and says no more. */
const MAX_MESSAGE = 10_000

export interface OpenHostOptions extends Pick<HostOptions, 'profile' | 'mode' | 'windowMs' | 'openLine'> {
  readonly startReader: StartReader
}

export interface OpenedHost extends Host {
  /** Opens a snapshot file for all pages. Rejects with an AppError that says why it was refused. */
  openFile(path: string): Promise<void>
}

/** Opens the host of a profile. Its log goes to the error output, one JSON object a line, without secrets. */
export async function openHost({ startReader, ...options }: OpenHostOptions): Promise<OpenedHost> {
  const files = readerFiles(startReader)
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }))
  const host = await createHost({
    ...options,
    app: appName,
    files,
    log: ({ level, what, message }) => {
      const text = redactText(message.slice(0, MAX_MESSAGE))
      if (level === 'error') log.error({ what }, text)
      else if (level === 'warn') log.warn({ what }, text)
      else log.info({ what }, text)
    },
  })
  return {
    ...host,
    openFile: async (path) => {
      await files.open(resolve(path))
    },
  }
}
