// The longest time the event loop did not turn while something ran.
import { readFileSync } from 'node:fs'

/**
 * Runs `work` beside a timer of a millisecond; answers its result and the longest wait between two ticks, in milliseconds. The time for
 * which the machine below took the processors away (Linux counts it as steal, in hundredths of a second) is not the work's; what the
 * thread itself computed always is.
 */
export async function longestGap<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly gapMs: number }> {
  let last = { at: performance.now(), cpu: process.threadCpuUsage(), stolen: stolenMs() }
  let gapMs = 0
  const tick = (): void => {
    const now = { at: performance.now(), cpu: process.threadCpuUsage(), stolen: stolenMs() }
    const waited = now.at - last.at - 1
    const computed = (now.cpu.user + now.cpu.system - last.cpu.user - last.cpu.system) / 1_000
    gapMs = Math.max(gapMs, Math.max(Math.min(computed, waited), waited - (now.stolen - last.stolen)))
    last = now
  }
  const timer = setInterval(tick, 1)
  try {
    const result = await work()
    tick()
    return { result, gapMs }
  } finally {
    clearInterval(timer)
  }
}
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Steal of all processors since the machine began; nothing where it is not told. */
function stolenMs(): number {
  if (process.platform !== 'linux') return 0
  const [, , , , , , , , steal] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/) ?? []
  return 10 * Number(steal ?? 0)
}
