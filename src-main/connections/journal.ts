// The journal of changes: a line before and after each, on disk before anything is sent.
import { open } from 'node:fs/promises'
import type { JournalEntry } from '../collecting/gate.ts'

/** Appends entries to a file as one line of JSON each, synced; entries keep their order. */
export function createJournal(path: string): (entry: JournalEntry) => Promise<void> {
  let writing = Promise.resolve()
  return (entry) => {
    const turn = writing.then(async () => {
      const file = await open(path, 'a', 0o600)
      try {
        await file.write(`${JSON.stringify(entry)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
    })
    writing = turn.catch(() => {})
    return turn
  }
}
