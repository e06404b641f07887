// A connection without a carrier: calls go straight to handlers in the same page. For tests of the page and its dev harness.
import { createORPCClient } from '@orpc/client'
import type { Handlers } from '../../shared/contract/handlers.ts'
import type { Client, Connection } from '../client/connection.ts'
import { wireError } from '../client/wire-errors.ts'

export function directConnection(handlers: Handlers): Connection {
  const call = async (
    path: readonly string[],
    input: unknown,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<unknown> => {
    let at: unknown = handlers
    for (const part of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined
    if (typeof at !== 'function') throw new Error(`${path.join('.')} is not in the contract`)
    try {
      return await at(input, { signal: options.signal ?? new AbortController().signal })
    } catch (thrown) {
      throw wireError(thrown, options.signal, undefined)
    }
  }
  const client: Client = createORPCClient({ call })
  const state = { state: 'connected', since: new Date() } as const
  return {
    client,
    state: () => state,
    onState: () => () => undefined,
    follow: async (start, told, signal) => {
      for await (const item of await start(client, signal)) {
        if (signal.aborted) return
        told.item(item)
      }
    },
    close: () => undefined,
  }
}
