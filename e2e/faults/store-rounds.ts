// What the store's fault tests write: round n puts n into every row, so that half a round would be seen.
import { collection } from '../../shared/model/collection.ts'
import { int64, name, text } from '../../shared/model/fields.ts'
import { system } from '../../shared/model/system.ts'
import { encode } from '../../src-main/store/columns.ts'
import type { Columns, Store, Stored } from '../../src-main/store/store-types.ts'

export const storeToy = system({
  id: 'toy',
  title: 'Toy',
  lane: 'work',
  settings: {},
  endpoints: {},
  collections: {
    jobs: collection({
      kind: 'state',
      title: 'Jobs',
      says: 'A job.',
      key: ['job'],
      fields: { job: name('Its name'), round: text('The round as a version'), lag: int64('The round as a point', { keep: 'series' }) },
    }),
    runs: collection({
      kind: 'event',
      title: 'Runs',
      says: 'One run a round.',
      key: ['run'],
      starts: 'run',
      fields: { run: int64('The round'), note: text('Filler') },
    }),
  },
  sweeps: { look: { says: 'Looks', emits: ['jobs', 'runs'], every: { watched: 1, background: 1 } } },
  reads: {},
  actions: {},
})
export const stored: Stored = { connection: 'c', system: 'toy', instance: 'i', title: 'C' }

export function rowsOfRound(n: number, rows = 500): Columns {
  return encode(
    storeToy.collections.jobs,
    Array.from({ length: rows }, (_, i) => ({ job: `job-${i}`, round: `round ${n}`, lag: BigInt(n) })),
  )
}
export function runsOfRound(n: number): Columns {
  return encode(storeToy.collections.runs, [{ run: BigInt(n), note: 'x'.repeat(200) }])
}

/** Commits one round of every job. */
export async function putRound(store: Store, n: number, at: Date, rows = 500): Promise<void> {
  const round = store.round(stored, 'look', at, 1_000)
  await round.stage('jobs', rowsOfRound(n, rows))
  round.cover('jobs', 'all')
  await round.commit(at)
}
/** The round that every job tells of, now or at a moment; an error where they do not agree. */
export async function roundSeen(store: Store, at?: Date): Promise<number> {
  const rows = await store.rows('toy', 'jobs', {}, at)
  const told = new Set(rows.flatMap(({ row }) => [String(row.lag), String(row.round).replace('round ', '')]))
  if (told.size > 1) throw new Error(`half a round: ${[...told].join(', ')}`)
  return Number([...told][0] ?? 0)
}
