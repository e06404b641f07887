// Everything a test starts is ended again, also when the test fails: things to end are noted as they are started, and ended in
// reverse order.
import { readdirSync, readFileSync } from 'node:fs'

export interface Leftovers {
  /** Notes something to be ended; returns it. */
  end<T>(what: T, how: (what: T) => Promise<unknown> | unknown): T
  /** Ends all, the latest first; rejects with the first failure after all were tried. */
  endAll(): Promise<void>
}

export function leftovers(): Leftovers {
  const noted: (() => Promise<unknown> | unknown)[] = []
  return {
    end: (what, how) => {
      noted.push(() => how(what))
      return what
    },
    endAll: async () => {
      const failures: unknown[] = []
      for (const end of noted.splice(0).reverse()) {
        try {
          await end()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}

/** Whether a process runs; one that has ended but was not yet waited for does not. */
export function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

/** The processes that a process has started, and theirs; those that run now. */
export function descendants(pid: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }]
      } catch {
        return [] // it has ended meanwhile
      }
    })
  const below = (of: number): readonly number[] => parents.filter((p) => p.parent === of).flatMap((p) => [p.pid, ...below(p.pid)])
  return below(pid)
}
