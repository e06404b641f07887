// Starts Electron on the built app and tells whether its window came.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** What the shell prints once its window is shown, or when an earlier instance shows it. */
const SHOWN = /^Landscope (is open|already runs)/

/** How Chromium begins its own lines: of missing desktop services, mostly; none of it concerns a person. */
const CHROMIUM_LINE = /^\[\d+:\d+\/[\d.]+:(?:ERROR|WARNING|INFO|FATAL):[^\]]*\]\s*/

/** `ended` resolves to the exit code once the window is closed; `why` says how the start failed. */
export type OpenedWindow = { readonly ended: Promise<number> } | { readonly why: string }

/**
 * Opens the window. An Electron that ends before its window is shown has failed, whatever its code: without a display it dies by
 * SIGSEGV, as root without `--no-sandbox` by SIGTRAP.
 */
export async function openWindow(binary: string, args: readonly string[]): Promise<OpenedWindow> {
  const child = spawn(binary, [...args], { stdio: ['inherit', 'pipe', 'pipe'] })
  const lastLines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lastLines.push(line)
      lastLines.splice(0, Math.max(0, lastLines.length - 5))
      if (!CHROMIUM_LINE.test(line)) console.error(line)
    })
  }
  const ended = endOf(child)
  const shown = new Promise<undefined>((resolve) => {
    createInterface(child.stdout).on('line', (line) => SHOWN.test(line) && resolve(undefined))
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => child.kill(signal))
  const early = await Promise.race([ended, shown])
  if (early === undefined) return { ended: ended.then(({ code }) => code) }
  const said = (lastLines.find((line) => /missing x server|no-sandbox|error while loading/i.test(line)) ?? lastLines.at(-1))
    ?.replace(CHROMIUM_LINE, '')
    .trim()
  return { why: `Electron ended before its window was shown (${early.how}${said ? `: ${said}` : ''})` }
}

function endOf(child: ChildProcess): Promise<{ readonly code: number; readonly how: string }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, how: error.message }))
    child.once('close', (code, signal) => resolve({ code: code ?? 1, how: signal ?? `code ${code}` }))
  })
}
