// The file of configured connections: checked when read and when written, replaced as a whole, set aside and named when it is damaged.
import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { type Profile, profile } from '../../shared/contract/control.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Notice } from '../store/store-types.ts'

const identity = z.strictObject({
  instance: z.string().min(1).max(2_000),
  by: z.enum(['server', 'address', 'user']),
  version: z.string().max(200).exactOptional(),
})
type Identity = z.infer<typeof identity>
/** `identities`: who answered last, by connection, so that a connection that is down keeps its place in the landscape. */
const shape = z.strictObject({
  format: z.literal('landscope-connections'),
  version: z.literal(1),
  connections: z.array(profile).max(1_000),
  identities: z.record(z.string(), identity),
})
type Content = z.infer<typeof shape>
const nothing: Content = { format: 'landscope-connections', version: 1, connections: [], identities: {} }
export const profileFileName = 'connections.json'

export interface ProfileFile {
  profiles(): readonly Profile[]
  identity(connection: string): Identity | undefined
  /** bad-request: not a profile. disk-full, forbidden: it could not be written; what was there before stays. */
  put(profile: Profile): Promise<void>
  remove(id: string): Promise<void>
  remember(connection: string, identity: Identity): Promise<void>
  /** Says so when the file was damaged, and where it lies now. */
  notices(): readonly Notice[]
}

/** JSON has no 64-bit numbers and times; their texts are read back by the declared settings. */
const textual = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** Reads the file of a profile folder, which is made where it is missing. Never throws for what is in the file. */
export async function openProfileFile(folder: string, now: () => Date): Promise<ProfileFile> {
  const path = join(folder, profileFileName)
  const notices: Notice[] = []
  await mkdir(folder, { recursive: true })
  let content = await read(path, now, notices)
  let writing = Promise.resolve()

  const change = (to: (was: Content) => Content): Promise<void> => {
    const turn = writing.then(async () => {
      const parsed = shape.safeParse(to(content))
      if (!parsed.success) throw new AppError('bad-request', `This is no connection: ${says(parsed.error)}.`)
      await write(path, `${JSON.stringify(parsed.data, textual, 2)}\n`)
      content = parsed.data
    })
    writing = turn.catch(() => {})
    return turn
  }
  return {
    profiles: () => content.connections,
    identity: (id) => content.identities[id],
    put: (added) => change((was) => ({ ...was, connections: [...was.connections.filter((c) => c.id !== added.id), added] })),
    remove: (id) =>
      change((was) => {
        const { [id]: _, ...identities } = was.identities
        return { ...was, identities, connections: was.connections.filter((c) => c.id !== id) }
      }),
    remember: (id, who) => change((was) => ({ ...was, identities: { ...was.identities, [id]: { ...who } } })),
    notices: () => notices,
  }
}

async function read(path: string, now: () => Date, notices: Notice[]): Promise<Content> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return nothing
    notices.push({ id: 'connections-unreadable', says: `The connections in ${path} cannot be read (${codeOf(thrown)}).`, since: now() })
    return nothing
  }
  const parsed = shape.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const aside = `${path}.damaged-${now().toISOString().replaceAll(/[:.]/g, '-')}`
  await rename(path, aside).catch(() => {})
  notices.push({
    id: 'connections-damaged',
    says: `The file of connections was damaged and lies now in ${aside}; nothing of it was used.`,
    since: now(),
  })
  return nothing
}
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
async function write(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(path, text, { mode: 0o600 })
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new AppError('disk-full', `The connections could not be written to ${path}.`, { cause: thrown })
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new AppError('forbidden', `${path} may not be written.`, { cause: thrown })
    throw new AppError('internal', `The connections could not be written to ${path} (${code}).`, { cause: thrown })
  }
}
const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : 'unknown'
const says = (error: z.ZodError): string =>
  error.issues
    .map((i) => `${i.path.join('.')}: ${i.message}`)
    .slice(0, 3)
    .join('; ')
