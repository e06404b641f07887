import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src-main/store/open-store.ts'
import type { Store } from '../../src-main/store/store-types.ts'
import { putRound, roundSeen, storeToy } from './store-rounds.ts'

const start = Date.UTC(2026, 0, 1)
const t = (seconds: number) => new Date(start + seconds * 1_000)

describe('a damaged file', () => {
  let folder = ''
  let clock = t(0)
  const begin = () => openStore({ folder, systems: [storeToy], now: () => clock })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landscope-damage-'))
    clock = t(0)
  })
  afterEach(() => rm(folder, { recursive: true }))
  const file = () => join(folder, 'store.duckdb')
  const log = () => `${file()}.wal`
  async function flip(path: string, part: number): Promise<void> {
    const handle = await open(path, 'r+')
    const { size } = await handle.stat()
    const at = Math.floor(size * part)
    const byte = Buffer.alloc(1)
    await handle.read(byte, 0, 1, at)
    byte[0] = (byte[0] ?? 0) ^ 0xff
    await handle.write(byte, 0, 1, at)
    await handle.close()
  }
  async function rounds(store: Store, from: number, to: number): Promise<void> {
    for (let n = from; n <= to; n++) {
      clock = t(n)
      await putRound(store, n, clock)
    }
  }
  const asideNames = () => readdirSync(folder).filter((name) => name.includes('.damaged-'))

  it('sets a bad log aside alone, says so, and shows the gap', async () => {
    let store = await begin()
    await rounds(store, 1, 3)
    await store.close()
    store = await begin()
    await rounds(store, 10, 12)
    await copyFile(log(), join(folder, 'kept.wal'))
    await copyFile(file(), join(folder, 'kept'))
    await store.close()
    await copyFile(join(folder, 'kept'), file())
    await copyFile(join(folder, 'kept.wal'), log())
    await flip(log(), 0.5)
    clock = t(20)
    store = await begin()
    try {
      expect(await roundSeen(store)).toBe(3)
      expect(asideNames()).toHaveLength(1)
      expect(asideNames()[0]).toMatch(/^store\.duckdb\.wal\.damaged-/)
      expect(store.notices()[0]?.says).toContain(asideNames()[0] ?? 'nothing')
      await rounds(store, 21, 21)
      const spans = await store.coverage({ system: 'toy', collection: 'jobs', from: t(1), to: t(21) })
      expect(spans.map(({ state, from, to }) => [state, from, to])).toContainEqual(['nobody-watching', expect.any(Date), t(21)])
      expect(await roundSeen(store)).toBe(21)
    } finally {
      await store.close()
    }
  })

  it('sets a bad file aside whole, names it, and begins anew', async () => {
    const damages: readonly ((path: string) => Promise<void>)[] = [
      (path) => flip(path, 0.0005),
      (path) => truncate(path, 5_000),
      (path) => writeFile(path, 'no database at all, but some text that is long enough to be read as a header, perhaps'),
      async (path) => {
        const whole = await readFile(path)
        await writeFile(
          path,
          whole.map((byte, i) => (i >= 4_096 && i % 64 === 0 ? byte ^ 0xff : byte)),
        )
      },
    ]
    for (const [i, damage] of damages.entries()) {
      clock = t(100 * i)
      let store = await begin()
      await rounds(store, 100 * i + 1, 100 * i + 2)
      await store.close()
      await damage(file())
      clock = t(100 * i + 50)
      store = await begin()
      try {
        expect(await store.rows('toy', 'jobs', {})).toEqual([])
        expect(asideNames().filter((name) => !name.includes('.wal'))).toHaveLength(i + 1)
        expect(store.notices().some(({ says }) => says.includes('damaged'))).toBe(true)
        await rounds(store, 100 * i + 51, 100 * i + 51)
        expect(await roundSeen(store)).toBe(100 * i + 51)
      } finally {
        await store.close()
      }
      expect(existsSync(file())).toBe(true)
      clock = t(100 * i + 60)
    }
  })

  it('refuses a second process with a sentence, and loses nothing by it', async () => {
    const store = await begin()
    try {
      await rounds(store, 1, 1)
      await expect(begin()).rejects.toMatchObject({ data: { code: 'busy' } })
      expect(await roundSeen(store)).toBe(1)
    } finally {
      await store.close()
    }
  })
})
