// Where things that are too big for the checkout are kept between runs, such as the Electron that tests lay out.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Version of the Electron that tests lay out; also the name of its folder in the cache. */
export const TEST_RUNTIME_VERSION = '33.2.1'

/** The cache folder: `LANDSCOPE_CACHE`, else `landscope` in the user's cache folder. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.LANDSCOPE_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'landscope')
}

/** Folder in which `e2e/support/electron-runtime.ts` lays the test runtime out; whole if it holds a file `version`. */
export function testRuntimeFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(cacheFolder(env), `electron-${TEST_RUNTIME_VERSION}-linux-x64`)
}
