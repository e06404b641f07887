// Where things that are too big for the checkout are kept between runs, such as the Electron that tests lay out.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Version of the Electron that tests lay out. */
export const TEST_RUNTIME_VERSION = '33.2.1'

/** The cache folder: `LANDSCOPE_CACHE`, else `~/.cache/landscope`. */
export function cacheFolder(): string {
  return process.env.LANDSCOPE_CACHE || join(homedir(), '.cache', 'landscope')
}

/** Folder in which `e2e/support/electron-runtime.ts` lays the test runtime out; it is there whole or not at all. */
export function testRuntimeFolder(): string {
  return join(cacheFolder(), `electron-${TEST_RUNTIME_VERSION}`)
}
