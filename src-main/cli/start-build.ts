// Builds the app when there is no build or a source is newer than it.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a build is made of. */
const SOURCES = ['src-main', 'src-renderer', 'shared', 'package.json', 'electron.vite.config.ts']
/** The last file a build writes. */
const LAST_BUILT = 'out/renderer/index.html'

/** Whether a build is needed. */
export function isBuildStale(checkout: string): boolean {
  const built = join(checkout, LAST_BUILT)
  if (!existsSync(built)) return true
  const at = statSync(built).mtimeMs
  return SOURCES.some((source) => newest(join(checkout, source)) > at)
}

function newest(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const inside = readdirSync(path, { recursive: true, withFileTypes: true })
  return inside
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0)
}

/** Builds; undefined when it went well, else one line that says what is missing or wrong. */
export function build(checkout: string): string | undefined {
  const tool = join(checkout, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!existsSync(tool)) return 'The packages are not installed: run npm ci first.'
  const { status, stderr, stdout } = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'error'], {
    cwd: checkout,
    encoding: 'utf8',
  })
  if (status === 0) return undefined
  const said = `${stderr}\n${stdout}`.split('\n').find((line) => /error/i.test(line))
  return `The build failed (npm run build says more): ${said?.trim() ?? `it ended with ${status}`}`
}
