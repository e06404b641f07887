// Finds an Electron to open the window with, in a fixed order, and says why there is none.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { testRuntimeFolder } from './start-cache.ts'

/** A program that can open the window, or the reason why there is none. `note` is worth telling. */
export type FoundElectron = { readonly binary: string; readonly note?: string } | { readonly why: string }

/** How long Electron's own download may bring no byte. */
const STALLED_AFTER_MS = 10_000

/**
 * `ELECTRON_OVERRIDE_DIST_PATH`, then the one in `node_modules`, then Electron's own download, then the one that tests have laid out
 * on this machine before. The last is never fetched here.
 */
export async function findElectron(checkout: string, say: (line: string) => void): Promise<FoundElectron> {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override !== undefined && override !== '') {
    const binary = join(override, 'electron')
    return existsSync(binary) ? { binary } : { why: `ELECTRON_OVERRIDE_DIST_PATH names no Electron (${binary})` }
  }
  const electronPackage = join(checkout, 'node_modules/electron')
  const installed = installedElectron(electronPackage)
  if (installed !== undefined) return { binary: installed }
  say('Electron is fetched (once, about 100 MB) …')
  const failure = await download(electronPackage)
  const fetched = installedElectron(electronPackage)
  if (fetched !== undefined) return { binary: fetched }
  const laidOut = join(testRuntimeFolder(), 'electron')
  if (existsSync(laidOut)) {
    return {
      binary: laidOut,
      note: `Electron could not be fetched (${failure}); the one that the tests have laid out on this machine is used.`,
    }
  }
  return { why: `Electron could not be fetched (${failure})` }
}

function installedElectron(electronPackage: string): string | undefined {
  try {
    const binary = join(electronPackage, 'dist', readFileSync(join(electronPackage, 'path.txt'), 'utf8').trim())
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/** Runs Electron's own installer; ends it when nothing has come for a while. Resolves to why it failed. */
export async function download(electronPackage: string, stalledAfterMs: number = STALLED_AFTER_MS): Promise<string> {
  const installer = join(electronPackage, 'install.js')
  if (!existsSync(installer)) return 'the package electron is not installed: run npm ci'
  const folder = mkdtempSync(join(tmpdir(), 'landscope-electron-'))
  try {
    const child = spawn(process.execPath, [installer], { env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
    })
    const ended = new Promise<number>((resolve) => {
      child.once('error', () => resolve(127))
      child.once('exit', (code) => resolve(code ?? 1))
    })
    let bytes = -1
    for (let quietMs = 0; quietMs < stalledAfterMs; quietMs += 500) {
      if ((await Promise.race([ended, sleep(500, 'runs' as const)])) !== 'runs') {
        return /^\w*Error.*$/m.exec(said)?.[0]?.slice(0, 200) ?? 'its installer failed'
      }
      const now = bytesIn(folder)
      if (now !== bytes) quietMs = 0
      bytes = now
    }
    child.kill('SIGKILL')
    await ended
    return `nothing came for ${stalledAfterMs / 1000} s`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0)
}

/** Why no window can be opened on this machine at all, or undefined. */
export function lacksDisplay(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY) return undefined
  return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)'
}

/** Which libraries of the system an Electron lacks, as a sentence, or undefined. */
export function lacksLibraries(binary: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const { stdout, error } = spawnSync('ldd', [binary], { encoding: 'utf8' })
  if (error !== undefined) return undefined // no ldd here: the start will tell
  const missing = [...stdout.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1])
  if (missing.length === 0) return undefined
  const cure = existsSync('/etc/debian_version') ? '; on Debian: apt-get install libgtk-3-0 libnss3 libasound2 libgbm1' : ''
  return `Electron needs libraries that this system lacks (${missing.join(', ')}${cure})`
}
