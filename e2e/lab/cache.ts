// The folder outside the checkout where what the lab downloads is kept, one folder per name and version.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from '../../src-main/cli/start-cache.ts'

export { cacheFolder }

const filling = new Map<string, Promise<string>>()

/**
 * The folder `<cache>/<name>-<version>`, filled by `fill` when it is not there yet. A half filled folder is never seen:
 * it is filled under another name and renamed when whole; of two processes that fill at once, the first one wins.
 */
export function cached(name: string, version: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(cacheFolder(), `${name}-${version}`)
  const running = filling.get(folder)
  if (running !== undefined) return running
  const started = fillOnce(folder, fill).finally(() => filling.delete(folder))
  filling.set(folder, started)
  return started
}

async function fillOnce(folder: string, fill: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder
  const partial = path.join(path.dirname(folder), `.${path.basename(folder)}.${randomUUID()}`)
  await mkdir(partial, { recursive: true })
  try {
    await fill(partial)
    await rename(partial, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return folder
}
