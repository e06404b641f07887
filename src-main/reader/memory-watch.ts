// Some questions grow past every limit inside the engine before they can be interrupted. The process watches its own memory then and
// ends itself: SIGKILL, because an ordinary exit waits for the question that is running.

const EVERY_MS = 20
/** Resident memory at which the reader ends itself. */
export const MOST_BYTES = 1024 * 1024 * 1024

/** Ends this process when its resident memory passes `most`. Returns the function that stops watching. */
export function watchMemory(most: number = MOST_BYTES, end: () => void = endNow): () => void {
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() > most) end()
  }, EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** Ends this process at once, whatever runs in it. */
export function endNow(): void {
  process.kill(process.pid, 'SIGKILL')
}
