// The longest time the event loop did not turn while something ran.

/** Runs `work` beside a timer of a millisecond; answers its result and the longest wait between two ticks, in milliseconds. */
export async function longestGap<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly gapMs: number }> {
  let last = performance.now()
  let gapMs = 0
  const timer = setInterval(() => {
    const now = performance.now()
    gapMs = Math.max(gapMs, now - last - 1)
    last = now
  }, 1)
  try {
    const result = await work()
    return { result, gapMs: Math.max(gapMs, performance.now() - last - 1) }
  } finally {
    clearInterval(timer)
  }
}
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
