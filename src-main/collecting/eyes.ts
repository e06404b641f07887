// Our own eyes: when most connections lose their servers at one moment, it is our network that is gone, not theirs.
import type { ErrorCode } from '../../shared/model/app-error.ts'
import type { Clock } from './clock.ts'

const togetherMs = 10_000
const networkCodes: readonly ErrorCode[] = ['unreachable', 'timeout']

export interface Eyes {
  /** A call of a connection came back: with nothing, or with this code. True when it just lost its server. */
  heard(connection: string, error?: ErrorCode): boolean
  forget(connection: string): void
  /** Set while two or more, and more than half, of the connections that ever answered fail with network errors that began within 10 s. */
  offline(): { readonly since: Date } | undefined
}

/** Eyes that see. `changed` is told when they close or open. */
export function createEyes(clock: Clock, changed: (offline: { readonly since: Date } | undefined) => void): Eyes {
  const downSince = new Map<string, { readonly ms: number; readonly at: Date } | undefined>()
  let offline: { readonly since: Date } | undefined

  const judge = (): void => {
    const down = [...downSince.values()].flatMap((d) => d ?? []).sort((a, b) => a.ms - b.ms)
    const most = Math.max(2, Math.floor(downSince.size / 2) + 1)
    const began = down.findIndex((first, i) => {
      const last = down[i + most - 1]
      return last !== undefined && last.ms - first.ms <= togetherMs
    })
    const first = down[began]
    const was = offline
    // Once closed they open only when no more than half are down, however far apart the others failed.
    if (offline === undefined && first !== undefined) offline = { since: first.at }
    else if (offline !== undefined && down.length < most) offline = undefined
    if (was !== offline) changed(offline)
  }
  return {
    heard: (connection, error) => {
      // Servers that never answered say nothing about our network.
      if (error !== undefined && !downSince.has(connection)) return false
      const isNetwork = error !== undefined && networkCodes.includes(error)
      const isNew = isNetwork && downSince.get(connection) === undefined
      if (!isNetwork) downSince.set(connection, undefined)
      else if (isNew) downSince.set(connection, { ms: clock.monotonicMs(), at: clock.now() })
      judge()
      return isNew
    },
    forget: (connection) => {
      downSince.delete(connection)
      judge()
    },
    offline: () => offline,
  }
}
