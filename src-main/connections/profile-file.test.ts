import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openProfileFile, profileFileName } from './profile-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profile-file-'))
})
afterEach(() => rm(folder, { recursive: true }))
const now = () => new Date(0)
const profile = (id: string) => ({ id, system: 'kafka', title: id, endpoints: { brokers: { addresses: ['b1:9092'] } }, settings: {} })

describe('the file of connections', () => {
  it('keeps connections and who answered, over a restart', async () => {
    const file = await openProfileFile(join(folder, 'new'), now)
    await Promise.all([file.put(profile('a')), file.put(profile('b')), file.remember('a', { instance: 'x', by: 'server' })])
    await file.put({ ...profile('a'), title: 'Ä' })
    await file.remove('b')
    const again = await openProfileFile(join(folder, 'new'), now)
    expect(again.profiles()).toEqual([{ ...profile('a'), title: 'Ä' }])
    expect(again.identity('a')).toEqual({ instance: 'x', by: 'server' })
    expect(again.notices()).toEqual([])
  })

  it('keeps exact numbers as text', async () => {
    const file = await openProfileFile(folder, now)
    await file.put({ ...profile('a'), settings: { from: 9_223_372_036_854_775_807n } })
    expect((await openProfileFile(folder, now)).profiles()[0]?.settings).toEqual({ from: '9223372036854775807' })
  })

  it.each(['', '{', '{}', 'null', '{"format":"landscope-connections","version":2}', '\u0000\u0000'])(
    'sets a damaged file (%j) aside, says where, and goes on',
    async (text) => {
      await writeFile(join(folder, profileFileName), text)
      const file = await openProfileFile(folder, now)
      expect(file.profiles()).toEqual([])
      const [notice] = file.notices()
      const aside = (await readdir(folder)).find((n) => n.includes('damaged')) ?? ''
      expect(notice?.says).toContain(aside)
      expect(await readFile(join(folder, aside), 'utf8')).toBe(text)
      await file.put(profile('a'))
      expect((await openProfileFile(folder, now)).profiles()).toHaveLength(1)
    },
  )

  it('refuses what is no connection, and keeps what was there', async () => {
    const file = await openProfileFile(folder, now)
    await file.put(profile('a'))
    await expect(file.put({ ...profile('b'), title: '' })).rejects.toMatchObject({ data: { code: 'bad-request' } })
    expect(file.profiles()).toEqual([profile('a')])
  })
})
