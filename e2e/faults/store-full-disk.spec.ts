import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src-main/store/open-store.ts'
import type { Store } from '../../src-main/store/store-types.ts'
import { putRound, roundSeen, storeToy } from './store-rounds.ts'

const start = Date.UTC(2026, 0, 1)
const t = (seconds: number) => new Date(start + seconds * 1_000)
const megabyte = 1024 * 1024

/** A disk of its own needs the right to mount one. */
describe.skipIf(process.getuid?.() !== 0)('a full disk', () => {
  let disk = ''
  let store: Store | undefined
  let clock = t(0)
  beforeEach(async () => {
    disk = await mkdtemp(join(tmpdir(), 'landscope-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', disk])
    clock = t(0)
  })
  afterEach(async () => {
    await store?.close()
    store = undefined
    execFileSync('umount', [disk])
    await rm(disk, { recursive: true })
  })
  const open = (free?: () => Promise<number>) =>
    openStore({ folder: join(disk, 'profile'), systems: [storeToy], now: () => clock, ...(free === undefined ? {} : { free }) })
  const ballast = () => join(disk, 'ballast')
  /** Leaves so many bytes free. */
  async function fill(left: number): Promise<void> {
    const { bavail, bsize } = await statfs(disk)
    await writeFile(ballast(), Buffer.alloc(Math.max(0, bavail * bsize - left)))
  }
  async function put(of: Store, n: number, rows?: number): Promise<void> {
    clock = t(n)
    await putRound(of, n, clock, rows)
  }

  it('stops history with one sentence and nothing else, and goes on by itself when there is room', async () => {
    await mkdir(join(disk, 'profile'))
    store = await open()
    await put(store, 1)
    await put(store, 2)
    await fill(20 * megabyte)
    await put(store, 3)
    await put(store, 4)
    expect(store.notices().map(({ id }) => id)).toEqual(['disk-full'])
    expect(await roundSeen(store)).toBe(4)
    expect((await store.freshness('toy', 'jobs'))[0]).toMatchObject({ at: t(4), stale: false })
    expect(await roundSeen(store, t(2))).toBe(2)
    await rm(ballast())
    await put(store, 10)
    await put(store, 11)
    expect(store.notices()).toEqual([])
    expect(await roundSeen(store)).toBe(11)
    expect(await roundSeen(store, t(10))).toBe(10)
    const spans = await store.coverage({ system: 'toy', collection: 'jobs', from: t(1), to: t(11) })
    expect(spans.map(({ from, to, state, why }) => [from, to, state, why])).toContainEqual([
      t(3),
      t(10),
      'failed',
      'history was not kept: the disk was full',
    ])
    await store.close()
    store = await open()
    expect(await roundSeen(store)).toBe(11)
    expect(await roundSeen(store, t(2))).toBe(2)
  })

  it('survives a write that finds no room at all', async () => {
    await mkdir(join(disk, 'profile'))
    store = await open(async () => Number.MAX_SAFE_INTEGER)
    await put(store, 1)
    await fill(64 * 1024)
    let refused = 0
    for (let n = 2; n < 12; n++)
      await put(store, n, 3_000).catch(() => {
        refused += 1
      })
    // A checkpoint without room may cost one round; the next one is taken again.
    expect(refused).toBeLessThanOrEqual(1)
    expect(store.notices().map(({ id }) => id)).toEqual(['disk-full'])
    expect(await roundSeen(store)).toBe(11)
    expect(await roundSeen(store, t(1))).toBe(1)
  })
})
