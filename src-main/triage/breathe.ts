/** Lets the event loop go on during long judging: `await breathe()` gives way once more than `everyMs` have passed since it last did. */
export function breather(everyMs = 8): () => Promise<void> | undefined {
  let last = performance.now()
  return () => {
    if (performance.now() - last < everyMs) return undefined
    return new Promise((resolve) =>
      setImmediate(() => {
        last = performance.now()
        resolve()
      }),
    )
  }
}
