/** Work: something long that the host owns (capture, export, search). It goes on when the page is left, has progress and cancel, and is listed. */
import { randomUUID } from 'node:crypto'
import type { Work } from '../../shared/contract/control.ts'
import { AppError, errorData } from '../../shared/model/app-error.ts'

export interface Progress {
  readonly done: number
  readonly total?: number
}
export interface WorkList {
  /** Starts work and answers its id at once. `run` reports progress, honours the signal, and answers what the result is called (a path). */
  start(title: string, unit: string, run: (told: (p: Progress) => void, signal: AbortSignal) => Promise<string>): string
  list(): readonly Work[]
  /** False where there is no such work running. */
  cancel(work: string): boolean
  /** Resolves with the work when it has ended. */
  ended(work: string): Promise<Work>
  onChange(told: () => void): () => void
  close(): Promise<void>
}

/** Ended work is listed until so many newer ones ended. */
const KEPT = 20

export function createWorkList(now: () => Date = () => new Date()): WorkList {
  const works = new Map<string, { work: Work; readonly stop: AbortController; readonly ended: Promise<Work> }>()
  const told = new Set<() => void>()
  const changed = (): void => {
    for (const t of told) t()
  }
  const forgetOld = (): void => {
    const ended = [...works].filter(([, w]) => w.work.state !== 'running')
    for (const [id] of ended.slice(0, Math.max(0, ended.length - KEPT))) works.delete(id)
  }
  return {
    start(title, unit, run) {
      const id = randomUUID()
      const stop = new AbortController()
      const update = (part: Partial<Work>): Work => {
        const entry = works.get(id)
        const work: Work = { work: id, title, unit, started: now(), done: 0, state: 'running', ...entry?.work, ...part }
        if (entry !== undefined) entry.work = work
        changed()
        return work
      }
      const first = update({})
      const ended = Promise.resolve()
        .then(() => {
          stop.signal.throwIfAborted()
          return run((p) => update(p), stop.signal)
        })
        .then(
          (result) => update({ state: 'done', result }),
          (thrown: unknown) => {
            const error = stop.signal.aborted ? new AppError('cancelled', 'It was cancelled.').data : errorData(thrown)
            return update({ state: stop.signal.aborted ? 'cancelled' : 'failed', error })
          },
        )
        .finally(forgetOld)
      works.set(id, { work: first, stop, ended })
      changed()
      return id
    },
    list: () => [...works.values()].map((w) => w.work),
    cancel(id) {
      const entry = works.get(id)
      if (entry?.work.state !== 'running') return false
      entry.stop.abort()
      return true
    },
    ended(id) {
      const entry = works.get(id)
      if (entry === undefined) throw new AppError('not-found', `No work ${id}`)
      return entry.ended
    },
    onChange(t) {
      told.add(t)
      return () => told.delete(t)
    },
    async close() {
      for (const w of works.values()) w.stop.abort()
      await Promise.all([...works.values()].map((w) => w.ended))
    },
  }
}
