import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openStore } from '../../src-main/store/open-store.ts'
import { random } from '../support/seeded-random.ts'
import { roundSeen, storeToy } from './store-rounds.ts'

const kills = process.env.LANDSCOPE_FULL_COUNTS === '1' ? 200 : 20
const seed = Number(process.env.LANDSCOPE_SEED ?? Date.now() % 1_000_000)

/** Lets a writer write from round `first` and kills it `afterMs` after its first commit; answers the last round it told of. */
async function writeAndKill(folder: string, first: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'store-writer.ts'), folder, String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let faults = ''
  child.stderr.on('data', (chunk: Buffer) => {
    faults += chunk.toString()
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
        if (out.includes('\n')) resolve()
      })
      child.once('exit', () => reject(new Error(`the writer ended by itself: ${faults}`)))
    })
    await sleep(afterMs)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
  return Number(out.trimEnd().split('\n').at(-1))
}

it(
  `loses nothing committed and keeps no half round when its process is killed ${kills} times (seed ${seed})`,
  async () => {
    console.log(`kill -9: ${kills} times, seed ${seed}`)
    const next = random(seed)
    const folder = await mkdtemp(join(tmpdir(), 'landscope-kill-'))
    try {
      let last = 0
      for (let kill = 0; kill < kills; kill++) {
        const told = await writeAndKill(folder, last + 1, Math.floor(next() * 400))
        const store = await openStore({ folder, systems: [storeToy], now: () => new Date() })
        try {
          const kept = await roundSeen(store)
          expect(store.notices()).toEqual([])
          expect(kept).toBeGreaterThanOrEqual(told)
          // One commit more than was told of may have come through.
          expect(kept).toBeLessThanOrEqual(told + 1)
          const runs = await store.page({ system: 'toy', collection: 'runs', offset: 0, limit: 0 })
          expect(runs.total).toBe(kept)
          const [fresh] = await store.freshness('toy', 'jobs')
          expect(fresh?.stale).toBe(true)
          last = kept
        } finally {
          await store.close()
        }
      }
      expect(last).toBeGreaterThanOrEqual(kills)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  60_000 + kills * 15_000,
)
