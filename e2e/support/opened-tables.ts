// A stand-in for the questions over an opened file, which only knows which tables it was given: for tests of opening itself.
import { readdirSync } from 'node:fs'
import type { FileQueries } from '../../src-main/snapshots/open.ts'

const none = { columns: [], rows: [], total: 0, unjudged: 0, freshness: [], version: 1 }

export interface OpenedTables {
  /** Names of the tables of each opening, sorted. */
  readonly given: string[][]
  closed: number
  openFile(folder: string): Promise<FileQueries>
}

/** Answers "none exist" to everything: what is damaged must not be told so. */
export function openedTables(): OpenedTables {
  const seen: OpenedTables = {
    given: [],
    closed: 0,
    openFile: async (folder) => {
      const tables = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'))
      seen.given.push(tables.sort())
      const at = new Date('2026-01-02T01:30:00Z')
      return {
        page: async (ask) => ({
          ...none,
          empty: 'none-exist',
          freshness: [{ connection: ask.system, title: ask.system, at, complete: true, stale: false }],
        }),
        record: () => Promise.reject(new Error('not asked here')),
        series: async () => ({ fields: {}, gaps: [] }),
        coverage: async () => [{ system: 'toy', connection: 'toy-1', collection: 'groups', from: at, to: at, state: 'complete' }],
        freshness: async () => [{ connection: 'toy-1', title: 'Toy', at, complete: true, stale: false }],
        diff: async () => ({
          total: 1,
          counts: { 'toy.groups': { appeared: 0, vanished: 1, changed: 0, unseen: 0 } },
          rows: [
            { urn: 'urn:ls:toy:1:groups:payments', label: 'payments', system: 'toy', collection: 'groups', what: 'vanished', fields: {} },
          ],
        }),
        names: async () => [],
        namesIn: async () => [],
        rows: async () => [],
        heldBetween: async () => [],
        past: async () => new Map(),
        span: async () => undefined,
        close: async () => {
          seen.closed += 1
        },
      }
    },
  }
  return seen
}
