/** Ticks to the pages: which collections changed, at most four times a second to each, never losing the last one. */
import type { Tick } from '../../shared/contract/messages.ts'

/** A page hears of a collection at most this often. */
const EVERY_MS = 250

export interface TickHub {
  /** Tells every watcher of these collections. */
  tell(source: string | undefined, ticks: readonly Tick[]): void
  /** Batches of ticks for the named collections; ends when `signal` aborts. The first batch comes at once, with the versions known so far. */
  watch(
    source: string | undefined,
    wanted: readonly { readonly system: string; readonly collection: string }[],
    signal: AbortSignal,
  ): AsyncGenerator<readonly Tick[], void, void>
}

const nameOf = (t: { readonly system: string; readonly collection: string }): string => `${t.system}.${t.collection}`

export function createTickHub(everyMs: number = EVERY_MS): TickHub {
  const watchers = new Set<(source: string | undefined, ticks: readonly Tick[]) => void>()
  const latest = new Map<string, Tick>()
  const idOf = (source: string | undefined, t: Tick): string => `${source ?? ''} ${nameOf(t)}`
  return {
    tell(source, ticks) {
      for (const t of ticks) latest.set(idOf(source, t), t)
      for (const told of watchers) told(source, ticks)
    },
    async *watch(source, wanted, signal) {
      const names = new Set(wanted.map(nameOf))
      const due = new Map<string, Tick>()
      let wake: () => void = () => undefined
      const told = (from: string | undefined, ticks: readonly Tick[]): void => {
        if (from !== source) return
        for (const t of ticks) if (names.has(nameOf(t))) due.set(nameOf(t), t)
        if (due.size > 0) wake()
      }
      for (const name of names) {
        const t = latest.get(`${source ?? ''} ${name}`)
        if (t !== undefined) due.set(name, t)
      }
      watchers.add(told)
      const onAbort = (): void => wake()
      signal.addEventListener('abort', onAbort)
      try {
        const known = [...due.values()]
        due.clear()
        yield known
        while (!signal.aborted) {
          if (due.size === 0)
            await new Promise<void>((resolve) => {
              wake = resolve
              if (signal.aborted) resolve()
            })
          if (signal.aborted) return
          const batch = [...due.values()]
          due.clear()
          yield batch
          await pause(everyMs, signal)
        }
      } finally {
        watchers.delete(told)
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}

/** Waits, or returns at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
