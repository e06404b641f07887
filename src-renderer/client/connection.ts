// The page's one connection to the host, over whatever carrier: opens it, notices when the host died or froze, opens it again, and
// rejects what was pending so that it can be asked again.
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { contract } from '../../shared/contract/contract.ts'
import type { Frames } from '../../shared/contract/frames.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { hostLost, wireError } from './wire-errors.ts'

/** The contract as the page calls it. Every rejection is an AppError. */
export type Client = ContractRouterClient<typeof contract>
export type ConnectionState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly since: Date }
  | { readonly state: 'lost'; readonly since: Date; readonly why: string }

/** Opens a carrier; rejects where there is none yet. */
export type OpenCarrier = (signal: AbortSignal) => Promise<Frames>
export interface Timing {
  /** Until a call (or the first item's header of a stream) must be answered, waiting for a connection included. */
  readonly callMs: number
  /** Between two questions whether the host still answers, and how long it may take. */
  readonly heartbeatMs: number
  readonly heartbeatAnswerMs: number
  /** First and longest wait before trying again; the wait in between doubles, with jitter. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
}
export const defaultTiming: Timing = {
  callMs: 30_000,
  heartbeatMs: 5_000,
  heartbeatAnswerMs: 10_000,
  firstWaitMs: 50,
  longestWaitMs: 5_000,
}

export interface Connection {
  readonly client: Client
  readonly state: () => ConnectionState
  /** Told of each change; returns the function that ends it. */
  readonly onState: (told: (state: ConnectionState) => void) => () => void
  /** Follows a stream for ever: after a lost connection or a retryable error it is asked for again. Ends by the signal; a final error is told. */
  readonly follow: <T>(
    start: (client: Client, signal: AbortSignal) => Promise<AsyncIterable<T>>,
    told: { readonly item: (item: T) => void; readonly error?: (error: AppError) => void },
    signal: AbortSignal,
  ) => Promise<void>
  readonly close: () => void
}

interface Live {
  readonly link: RPCLink<Record<never, never>>
  readonly frames: Frames
  readonly closed: () => string | undefined
}

const isIterator = (value: unknown): value is AsyncIterableIterator<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}

/** One carrier with the RPC library on it. */
function linkOver(frames: Frames): Live {
  let reason: string | undefined
  frames.onClose((why) => {
    reason = why
  })
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
  return { link, frames, closed: () => reason }
}

export function openConnection(open: OpenCarrier, timing: Timing = defaultTiming): Connection {
  const ended = new AbortController()
  const listeners = new Set<(state: ConnectionState) => void>()
  let state: ConnectionState = { state: 'connecting' }
  let live: Live | undefined
  const waiting = new Set<() => void>()

  function setState(next: ConnectionState): void {
    state = next
    for (const told of listeners) told(next)
  }

  /** The live carrier, as soon as there is one. */
  async function connected(signal: AbortSignal): Promise<Live> {
    while (live === undefined) {
      if (ended.signal.aborted) throw hostLost('the page closed it')
      if (signal.aborted) throw wireError(signal.reason, signal, undefined)
      await new Promise<void>((resolve) => {
        const go = (): void => {
          waiting.delete(go)
          signal.removeEventListener('abort', go)
          resolve()
        }
        waiting.add(go)
        signal.addEventListener('abort', go, { once: true })
      })
    }
    return live
  }
  const wakeAll = (): void => {
    for (const go of [...waiting]) go()
  }

  /** One call on one carrier: rejects with an AppError when it fails, when it takes too long, when the carrier closes. */
  async function callOn(
    pick: (signal: AbortSignal) => Promise<Live> | Live,
    path: readonly string[],
    input: unknown,
    caller: AbortSignal | undefined,
    ms: number,
  ): Promise<unknown> {
    const stop = new AbortController()
    const abort = (): void => stop.abort(caller?.reason)
    if (caller?.aborted === true) abort()
    caller?.addEventListener('abort', abort, { once: true })
    const late = setTimeout(() => stop.abort(new AppError('timeout', `The host did not answer within ${ms / 1_000} s.`)), ms)
    let on: Live | undefined
    let streaming = false
    try {
      on = await pick(stop.signal)
      const answer = await on.link.call(path, input, { context: {}, signal: stop.signal })
      if (!isIterator(answer)) return answer
      streaming = true
      return mapped(answer, on, stop.signal, () => caller?.removeEventListener('abort', abort))
    } catch (thrown) {
      throw wireError(thrown, stop.signal, on?.closed())
    } finally {
      clearTimeout(late)
      if (!streaming) caller?.removeEventListener('abort', abort)
    }
  }

  async function* mapped(
    items: AsyncIterableIterator<unknown>,
    on: Live,
    signal: AbortSignal,
    done: () => void,
  ): AsyncGenerator<unknown, void, void> {
    try {
      for await (const item of items) yield item
      // A carrier that closes may end a stream like its producer would.
      if (on.closed() !== undefined) throw hostLost(on.closed() ?? '')
    } catch (thrown) {
      throw wireError(thrown, signal, on.closed())
    } finally {
      done()
    }
  }

  const client: Client = createORPCClient({
    call: (path, input, options) => callOn(connected, path, input, options.signal, timing.callMs),
  })

  async function heartbeat(on: Live): Promise<void> {
    while (on.closed() === undefined && !ended.signal.aborted) {
      await wait(timing.heartbeatMs, ended.signal)
      if (on.closed() !== undefined || ended.signal.aborted) return
      try {
        await callOn(() => on, ['hello'], {}, undefined, timing.heartbeatAnswerMs)
      } catch (thrown) {
        if (thrown instanceof AppError && thrown.data.code === 'timeout') on.frames.close('the host does not answer')
      }
    }
  }

  async function keepOpen(): Promise<void> {
    let pause = timing.firstWaitMs
    while (!ended.signal.aborted) {
      let frames: Frames | undefined
      try {
        frames = await open(ended.signal)
        const on = linkOver(frames)
        const over = new Promise<string>((resolve) => on.frames.onClose(resolve))
        await Promise.race([
          callOn(() => on, ['hello'], {}, ended.signal, timing.heartbeatAnswerMs),
          over.then((why) => {
            throw hostLost(why)
          }),
        ])
        pause = timing.firstWaitMs
        live = on
        setState({ state: 'connected', since: new Date() })
        wakeAll()
        void heartbeat(on)
        const why = await over
        live = undefined
        if (!ended.signal.aborted) setState({ state: 'lost', since: new Date(), why })
      } catch (thrown) {
        frames?.close('it did not answer')
        if (state.state === 'connecting') {
          setState({ state: 'lost', since: new Date(), why: thrown instanceof Error ? thrown.message : String(thrown) })
        }
      }
      await wait(pause * (0.5 + Math.random()), ended.signal)
      pause = Math.min(pause * 2, timing.longestWaitMs)
    }
  }
  void keepOpen()

  return {
    client,
    state: () => state,
    onState: (told) => {
      listeners.add(told)
      return () => listeners.delete(told)
    },
    follow: async (start, told, signal) => {
      let pause = timing.firstWaitMs
      while (!signal.aborted && !ended.signal.aborted) {
        try {
          for await (const item of await start(client, signal)) {
            if (signal.aborted) return
            pause = timing.firstWaitMs
            told.item(item)
          }
          return
        } catch (thrown) {
          if (signal.aborted) return
          const error = wireError(thrown, signal, undefined)
          if (!error.data.retryable) return told.error?.(error)
          await wait(pause * (0.5 + Math.random()), signal)
          pause = Math.min(pause * 2, timing.longestWaitMs)
        }
      }
    },
    close: () => {
      ended.abort()
      live?.frames.close('closed by the page')
      live = undefined
      wakeAll()
    },
  }
}
