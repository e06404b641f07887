// Reads the command line of the app. What comes from it is data: three known words, everything else is left alone.
import { resolve } from 'node:path'

export interface ShellArguments {
  /** Folder of the profile, absolute. */
  readonly profile?: string
  /** File to open, absolute. */
  readonly open?: string
  /** W in milliseconds: trends are judged over it. */
  readonly windowMs?: number
}

/**
 * Drops the program, Chromium's switches before the app's path, and that path.
 * @param packaged a packaged app has no path of its own in front of its arguments
 */
export function appArguments(argv: readonly string[], packaged: boolean): readonly string[] {
  const rest = argv.slice(1)
  if (packaged) return rest
  return rest.slice(rest.findIndex((word) => !word.startsWith('-')) + 1)
}

/** Understands `--profile DIR`, `--open FILE`, `--window SECONDS` (W, ten seconds to an hour) and a bare `FILE.lsnap` (what a double click on a file sends). */
export function parseShellArguments(words: readonly string[], cwd: string): ShellArguments {
  let profile: string | undefined
  let open: string | undefined
  let windowMs: number | undefined
  for (const [i, word] of words.entries()) {
    const next = words[i + 1]
    if (word === '--profile' && next !== undefined) profile = resolve(cwd, next)
    else if (word === '--open' && next !== undefined) open = resolve(cwd, next)
    else if (word === '--window' && next !== undefined) windowMs = windowOf(next)
    else if (open === undefined && !word.startsWith('-') && word.endsWith('.lsnap')) open = resolve(cwd, word)
  }
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(open === undefined ? {} : { open }),
    ...(windowMs === undefined ? {} : { windowMs }),
  }
}

function windowOf(typed: string): number | undefined {
  const seconds = /^\d{1,4}$/.test(typed) ? Number(typed) : 0
  return seconds >= 10 && seconds <= 3_600 ? 1_000 * seconds : undefined
}
