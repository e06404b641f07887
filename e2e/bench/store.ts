// The Store under the load of a large cluster: an hour of rounds of 20 s by a clock that is pushed on.
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { kafka } from '../../shared/systems/kafka/system.ts'
import { openStore } from '../../src-main/store/open-store.ts'
import type { Columns, Store } from '../../src-main/store/store-types.ts'
import type { BenchResult } from './result.ts'
import { longestGap, median } from './store-load/gaps.ts'
import { advance, groupPartitions, groups, load, moveGroups } from './store-load/rows.ts'

const start = Date.UTC(2026, 0, 1)
const pollMs = 20_000
const roundsAnHour = 180
const of = { connection: 'c1', system: 'kafka', instance: 'cluster-1', title: 'Cluster 1' }
const bounds = { stateAtMs: 150, diffMs: 100, loopGapMs: 50, bytesPerHour: 300 * 1024 * 1024 }

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'landscope-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
async function fileBytes(folder: string): Promise<number> {
  const sizes = await Promise.all(
    ['store.duckdb', 'store.duckdb.wal'].map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((a, b) => a + b, 0)
}
async function put(store: Store, collection: string, messages: readonly Columns[], at: Date): Promise<void> {
  const round = store.round(of, 'lag', at, pollMs)
  for (const rows of messages) await round.stage(collection, rows)
  round.cover(collection, 'all')
  await round.commit(at)
}

/** 11,000 groups that all move in every round; 2 % change their state. */
async function pastOfGroups(): Promise<{ readonly stateAtMs: number; readonly diffMs: number }> {
  return await inFolder(async (folder) => {
    let now = start
    const store = await openStore({ folder, systems: [kafka], now: () => new Date(now) })
    const rows = 11_000
    const messages = load(groups, rows, (name, row) =>
      name === 'group' ? `team-${row % 97}.service-${row}` : name === 'coordinator' ? String(row % 9) : undefined,
    )
    for (let round = 0; round < roundsAnHour; round++) {
      now = start + round * pollMs
      moveGroups(messages, round)
      await put(store, 'groups', messages, new Date(now))
    }
    const moments = Array.from({ length: 15 }, (_, i) => new Date(start + 60_000 + i * 233_000))
    const ask = { system: 'kafka', collection: 'groups', sort: '-lag', offset: 0, limit: 200 }
    const pages: number[] = []
    const diffs: number[] = []
    for (const at of moments) {
      const before = performance.now()
      const page = await store.page(ask, at)
      pages.push(performance.now() - before)
      if (page.total !== rows || page.rows.length !== 200) throw new Error(`a page of ${page.total} records`)
      const then = performance.now()
      const diff = await store.diff({ system: 'kafka', collection: 'groups', offset: 0, limit: 200 }, moments[0], at)
      diffs.push(performance.now() - then)
      if (at !== moments[0] && diff.total === 0) throw new Error('an empty diff')
    }
    await store.close()
    return { stateAtMs: median(pages), diffMs: median(diffs) }
  })
}

/** 234,000 group-partitions, 5 % of them moving in every round. */
async function hourOfPartitions(): Promise<{
  readonly loopGapMs: number
  readonly bytesPerHour: number
  readonly roundMs: number
  readonly rssMb: number
}> {
  return await inFolder(async (folder) => {
    let now = start
    const store = await openStore({ folder, systems: [kafka], now: () => new Date(now) })
    const messages = load(groupPartitions, 234_000, (name, row) => {
      if (name === 'group') return `team-${Math.floor(row / 468) % 97}.service-${Math.floor(row / 468)}`
      if (name === 'topic') return `events-${Math.floor(row / 12) % 39}.v1`
      if (name === 'partition') return BigInt(row % 12)
      if (name === 'owner' || name === 'ownerHost') return `consumer-${row % 60}`
      return name === 'end' || name === 'committed' ? BigInt(1e9 + row * 1_000) : undefined
    })
    await put(store, 'groupPartitions', messages, new Date(now))
    const before = await fileBytes(folder)
    const times: number[] = []
    const gaps: number[] = []
    let rss = 0
    for (let round = 1; round <= roundsAnHour; round++) {
      now = start + round * pollMs
      advance(messages, round, (row) => row % 20 === 7, { end: 'end', committed: 'committed', lag: 'lag' })
      await turn()
      const then = performance.now()
      const { gapMs } = await longestGap(() => put(store, 'groupPartitions', messages, new Date(now)))
      times.push(performance.now() - then)
      gaps.push(gapMs)
      rss = Math.max(rss, process.memoryUsage().rss)
      if (process.env.LANDSCOPE_BENCH_VERBOSE !== undefined)
        console.error(round, Math.round(times.at(-1) ?? 0), Math.round(gapMs), Math.round(rss / 1e6), await fileBytes(folder))
    }
    const bytes = (await fileBytes(folder)) - before
    await store.close()
    return { loopGapMs: Math.max(...gaps), bytesPerHour: bytes, roundMs: median(times), rssMb: rss / 1024 / 1024 }
  })
}

/** `stateAtMs`, `diffMs`, `loopGapMs`, `bytesPerHour`, `rssMb`; and `roundMs`, the median time of one round of 234,000 rows. */
export async function bench(): Promise<BenchResult> {
  const past = await pastOfGroups()
  const hour = await hourOfPartitions()
  const figures = Object.fromEntries(Object.entries({ ...past, ...hour }).map(([name, value]) => [name, Math.round(value * 10) / 10]))
  const pass = Object.entries(bounds).every(([name, bound]) => (figures[name] ?? Number.POSITIVE_INFINITY) <= bound)
  return { name: 'store', figures, peer: null, ratio: null, pass }
}
