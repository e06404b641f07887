// How long a capture of half an hour takes: 5,000 groups whose lag moves in every round, a fiftieth of them changing state.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redactionProfiles } from '../../shared/snapshot/mask-kinds.ts'
import { kafka } from '../../shared/systems/kafka/system.ts'
import { writeSnapshot } from '../../src-main/snapshots/write.ts'
import { openStore } from '../../src-main/store/open-store.ts'
import type { BenchResult } from './result.ts'
import { median } from './store-load/gaps.ts'
import { groups, load, moveGroups } from './store-load/rows.ts'

const boundMs = 2_000
const entities = 5_000
const rounds = 90
const pollMs = 20_000
const start = Date.UTC(2026, 0, 1)
const of = { connection: 'c1', system: 'kafka', instance: 'cluster-1', title: 'Cluster 1' }

/** `internalMs`, `shareMs` …: a capture by each profile of redaction, the median of three; `bytes` of the largest file. */
export async function bench(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'landscope-bench-'))
  let now = start
  const store = await openStore({ folder, systems: [kafka], now: () => new Date(now) })
  try {
    const messages = load(groups, entities, (name, row) =>
      name === 'group' ? `team-${row % 97}.service-${row}` : name === 'coordinator' ? String(row % 9) : undefined,
    )
    for (let round = 0; round < rounds; round++) {
      now = start + round * pollMs
      moveGroups(messages, round)
      const writer = store.round(of, 'lag', new Date(now), pollMs)
      for (const one of messages) await writer.stage('groups', one)
      writer.cover('groups', 'all')
      await writer.commit(new Date(now))
    }
    const ports = {
      declarations: { kafka },
      app: { name: 'Landscope', version: '0.0.0' },
      exportSpan: store.exportSpan,
      coverage: (from: Date, to: Date) => store.coverage({ from, to }),
      key: async () => Buffer.alloc(32),
      workRoot: join(folder, 'work'),
    }
    const figures: Record<string, number> = { entities, bytes: 0 }
    for (const redaction of redactionProfiles) {
      const times: number[] = []
      for (let i = 0; i < 3; i++) {
        const began = performance.now()
        const path = join(folder, `${redaction}.lsnap`)
        const ask = { path, title: 'Bench', from: new Date(start), to: new Date(now), redaction }
        const { bytes } = await writeSnapshot(ask, ports, new AbortController().signal)
        times.push(performance.now() - began)
        figures.bytes = Math.max(figures.bytes ?? 0, bytes)
      }
      figures[`${redaction}Ms`] = Math.round(median(times))
    }
    // strict also writes every name anew: it is reported, and not bound
    const pass = [figures.internalMs, figures.shareMs].every((ms) => ms !== undefined && ms <= boundMs)
    return { name: 'capture', figures, peer: null, ratio: null, pass }
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}
