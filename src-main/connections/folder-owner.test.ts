import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownerFileName, ownFolder } from './folder-owner.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-owner-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a profile folder', () => {
  it('has one owner, who says where it answers', async () => {
    const owner = await ownFolder(folder)
    await owner.announce('http://127.0.0.1:4000')
    await expect(ownFolder(folder)).rejects.toMatchObject({ data: { code: 'busy', hint: 'It answers at http://127.0.0.1:4000.' } })
    await owner.release()
    await (await ownFolder(folder)).release()
    expect(await readdir(folder)).toEqual([])
  })

  it('is given to exactly one of many that ask at once', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => ownFolder(folder)))
    expect(asked.filter((a) => a.status === 'fulfilled')).toHaveLength(1)
  })

  it('is taken over from a process that died, also when its file is damaged', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    await writeFile(join(folder, ownerFileName), JSON.stringify({ pid, began: '1', token: 'dead' }))
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => ownFolder(folder)))
    expect(asked.filter((a) => a.status === 'fulfilled')).toHaveLength(1)
    await writeFile(join(folder, ownerFileName), '{')
    await ownFolder(folder)
  })

  it('is taken over when its owner’s number belongs to another process by now', async () => {
    await writeFile(join(folder, ownerFileName), JSON.stringify({ pid: process.pid, began: '1', token: 'earlier' }))
    if (process.platform === 'linux') await ownFolder(folder)
    else await expect(ownFolder(folder)).rejects.toThrow('Another Landscope')
  })
})
