// `serve`: a profile's host and page for a browser of this machine, as the command line, `npm start` without a window, and tests use it.
import { hostLog } from '../host/host-log.ts'
import { openHost } from '../host/open-host.ts'
import { forkReader } from '../reader/fork-reader.ts'
import { openProfileDoor } from './profile-door.ts'
import { type ServedHost, serveHost } from './serve-host.ts'

export interface ServeOptions {
  /** Folder of the profile. */
  readonly profile: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** File to open before the first page asks; a relative path is relative to where the process runs. */
  readonly open?: string
}

/**
 * Opens the host of a profile and serves it on 127.0.0.1. Set `UV_THREADPOOL_SIZE=16` in the environment of the process: DuckDB holds
 * a thread of the pool for each running query. Rejects when the profile is taken, the port is taken or the file cannot be opened.
 */
export async function serve({ profile, port = 0, open }: ServeOptions): Promise<ServedHost> {
  const host = await openHost({ profile, mode: 'served', startReader: () => forkReader() })
  const shutDoor = await openProfileDoor(profile, host, (message) => hostLog({ level: 'warn', what: 'profile door', message }))
  const close = async (): Promise<void> => {
    await shutDoor()
    await host.close()
  }
  try {
    if (open !== undefined) await host.openFile(open)
    return await serveHost({ attach: host.attach, close }, port)
  } catch (error) {
    await close()
    throw error
  }
}
