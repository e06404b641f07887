// The key that pseudonyms are made with: one a profile, so that files of one team compare. It never leaves the profile folder.
import { createHash, randomBytes } from 'node:crypto'
import { chmod, link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/model/app-error.ts'
import { base32 } from './base32.ts'

const KEY_BYTES = 32

/** The key of a profile; made at first use, readable by its owner only (0600). Throws `internal` where the file is not a key. */
export async function projectKey(profileFolder: string): Promise<Buffer> {
  const file = join(profileFolder, 'snapshot-key')
  const read = async (): Promise<Buffer | undefined> => {
    try {
      return await readFile(file)
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
      throw thrown
    }
  }
  const found = (await read()) ?? (await make(file, read))
  if (found.length !== KEY_BYTES) {
    throw new AppError('internal', `${file} is not a key of ${KEY_BYTES} bytes.`, {
      hint: 'Move it away; a new one is made, and files shared from then on no longer compare with older ones.',
    })
  }
  await chmod(file, 0o600)
  return found
}

/** Links a whole file into place: of two that try at once one wins, and nobody reads half a key. */
async function make(file: string, read: () => Promise<Buffer | undefined>): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES)
  const whole = `${file}.${randomBytes(6).toString('hex')}.tmp`
  await writeFile(whole, key, { mode: 0o600, flag: 'wx' })
  try {
    await link(whole, file)
    return key
  } catch {
    return (await read()) ?? key
  } finally {
    await rm(whole, { force: true })
  }
}

/** Says which key a file was made with without giving it away: equal for files that compare. */
export function keyFingerprint(key: Buffer): string {
  return base32(createHash('sha256').update('landscope snapshot key').update(key).digest()).slice(0, 16)
}
