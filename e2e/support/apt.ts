// Programs the suites need from the system: found, or installed where this is Debian and we are root, or named as missing.
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Debian packages that carry a program, the preferred one first. */
const PACKAGES = {
  chromium: ['chromium'],
  Xvfb: ['xvfb'],
  java: ['openjdk-17-jre-headless', 'default-jre-headless'],
  mvn: ['maven'],
  strace: ['strace'],
} as const satisfies Record<string, readonly string[]>

export type SystemProgram = keyof typeof PACKAGES

/** The full path of a program on PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const candidate = path.join(folder, name)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {}
  }
  return undefined
}

/** Those of the programs that are not on PATH. */
export function missingPrograms(programs: readonly SystemProgram[]): readonly SystemProgram[] {
  return programs.filter((program) => findProgram(program) === undefined)
}

let updated: Promise<unknown> | undefined

/**
 * Installs what is missing (root on Debian, `apt-get update` once), and says what is missing still: one line per program,
 * none when all are there. Never throws.
 */
export async function ensurePrograms(programs: readonly SystemProgram[]): Promise<readonly string[]> {
  const missing = missingPrograms(programs)
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version') && findProgram('apt-get') !== undefined
  const lines: string[] = []
  for (const program of missing) {
    const reason = mayInstall ? await install(program) : 'not installed'
    if (findProgram(program) === undefined) lines.push(`${program} is missing (Debian package ${PACKAGES[program][0]}): ${reason}`)
  }
  return lines
}

async function install(program: SystemProgram): Promise<string> {
  updated ??= aptGet(['update']).catch(() => undefined)
  await updated
  let reason = 'not installed'
  for (const name of PACKAGES[program]) {
    try {
      await aptGet(['install', '-y', '--no-install-recommends', name])
      return 'installed, yet not on PATH'
    } catch (error) {
      reason =
        String((error as { readonly stderr?: string }).stderr ?? error)
          .trim()
          .split('\n')
          .at(-1) ?? reason
    }
  }
  return reason
}

function aptGet(args: readonly string[]): Promise<unknown> {
  return run('apt-get', ['-q', ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 << 20 })
}
