// One process owns a profile folder. A file names it; a second process finds it there, and a file left by a dead process is taken over.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/model/app-error.ts'

export const ownerFileName = 'owner.json'
/** Who owns a folder; `began` tells a process from a later one with the same number. `address`: where it can be talked to, if it says. */
interface Owner {
  readonly pid: number
  readonly began: string
  readonly token: string
  readonly address?: string
}
export interface Ownership {
  /** Says where this process can be talked to. */
  announce(address: string): Promise<void>
  release(): Promise<void>
}

/** When a process began, in the kernel's count where it tells it (Linux); empty elsewhere and for dead processes. */
function beganOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0)
  } catch (thrown) {
    if (!(typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'EPERM')) return false
  }
  const began = beganOf(owner.pid)
  return began === '' || owner.began === '' || began === owner.began
}
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(path, 'utf8'))
    const isOwner = typeof owner === 'object' && owner !== null && 'pid' in owner && typeof owner.pid === 'number' && 'token' in owner
    return isOwner ? (owner as Owner) : undefined
  } catch {
    return undefined
  }
}

/** Takes a folder for this process. busy: another living process owns it; its address is in the hint where it told one. */
export async function ownFolder(folder: string): Promise<Ownership> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, ownerFileName)
  const mine: Owner = { pid: process.pid, began: beganOf(process.pid), token: randomUUID() }
  const draft = `${path}.${mine.token}`
  for (let tries = 0; tries < 20; tries += 1) {
    await writeFile(draft, JSON.stringify(mine), { mode: 0o600 })
    try {
      // A link appears whole or not at all, and never over another one.
      await link(draft, path)
      return holding(path, mine)
    } catch {
      const owner = await readOwner(path)
      if (owner !== undefined && isAlive(owner))
        throw new AppError('busy', `Another Landscope (process ${owner.pid}) uses ${folder}.`, {
          ...(owner.address === undefined ? {} : { hint: `It answers at ${owner.address}.` }),
        })
      // Moved away first: of two that find the same dead owner only one gets its file.
      await rename(path, `${draft}.dead`).catch(() => {})
      const moved = await readOwner(`${draft}.dead`)
      if (moved !== undefined && moved.token !== owner?.token && isAlive(moved)) await link(`${draft}.dead`, path).catch(() => {})
      await rm(`${draft}.dead`, { force: true })
    } finally {
      await rm(draft, { force: true })
    }
  }
  throw new AppError('busy', `The folder ${folder} could not be taken.`)
}

function holding(path: string, mine: Owner): Ownership {
  const holds = async (): Promise<boolean> => (await readOwner(path))?.token === mine.token
  return {
    announce: async (address) => {
      if (!(await holds())) return
      await writeFile(`${path}.${mine.token}`, JSON.stringify({ ...mine, address }), { mode: 0o600 })
      await rename(`${path}.${mine.token}`, path)
    },
    release: async () => {
      if (await holds()) await rm(path, { force: true })
    },
  }
}
