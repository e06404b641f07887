// The command line's way to a host: the same contract as the page's, to the Landscope that has the profile open, else over memory to a
// host of this process.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { contract } from '../../shared/contract/contract.ts'
import { type Frames, memoryFrames } from '../../shared/contract/frames.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { defaultProfileFolder } from '../host/profile-folder.ts'

export type HostClient = ContractRouterClient<typeof contract>

/** The contract over frames. */
export function clientOver(frames: Frames): HostClient {
  const link = new RPCLink<Record<never, never>>({
    port: {
      on: (event: string, told: (event?: { data: unknown }) => void) => {
        if (event === 'close') frames.onClose(() => told())
        if (event === 'message') frames.onFrame((data) => told({ data }))
      },
      postMessage: (frame: unknown) => {
        if (typeof frame === 'string') frames.send(frame)
      },
    },
  })
  return createORPCClient(link)
}

/** Which host: that of a profile, or one that only reads files and remembers nothing. */
export type Whose = { readonly profile: string | undefined } | 'nobody'

/**
 * Hands a host to `work`: that of the Landscope that has the profile open, where one has; else one of its own, closed again whatever
 * happens. busy: a process owns the profile and does not answer.
 */
export async function withHost<T>(whose: Whose, work: (client: HostClient) => Promise<T>): Promise<T> {
  const folder = whose === 'nobody' ? await mkdtemp(join(tmpdir(), 'landscope-cli-')) : (whose.profile ?? defaultProfileFolder())
  try {
    // loaded when it is needed: help must not wait for it
    const { knock } = await import('../served/profile-door.ts')
    const owner = whose === 'nobody' ? undefined : await knock(folder)
    if (owner !== undefined) return await asking(owner, work)
    const [{ openHost }, { forkReader }] = await Promise.all([import('../host/open-host.ts'), import('../reader/fork-reader.ts')])
    const host = await openHost({ profile: folder, mode: 'served', startReader: () => forkReader() })
    const [mine, theirs] = memoryFrames()
    try {
      host.attach(theirs)
      return await asking(mine, work)
    } finally {
      await host.close()
    }
  } finally {
    if (whose === 'nobody') await rm(folder, { recursive: true, force: true })
  }
}

/** A host that ends in the middle of the work ends the work; a call made after its end would wait for ever. */
async function asking<T>(frames: Frames, work: (client: HostClient) => Promise<T>): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    frames.onClose(() =>
      reject(new AppError('unreachable', 'The Landscope that has the profile open has ended.', { hint: 'Run the command again.' })),
    )
  })
  ended.catch(() => undefined)
  try {
    return await Promise.race([work(clientOver(frames)), ended])
  } finally {
    frames.close()
  }
}
