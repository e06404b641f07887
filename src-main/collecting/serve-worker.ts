// The worker's side: one connection, its sweeps, reads and actions, asked for by messages. The same code serves a thread and a test.
import { AppError, errorData } from '../../shared/model/app-error.ts'
import type { Connect, Credential, Ctx, Outcome, Traffic } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import type { AnyRow } from '../triage/judging.ts'
import { batchesAhead, type Call, type FromWorker, type Input, itemsPerBatch, type ToWorker } from './worker-messages.ts'
import { createOut } from './worker-out.ts'

/** A system's declaration and connector by its id; loaded only in the worker that needs it. */
export type LoadConnect = (system: string) => Promise<{ readonly declared: AnySystem; readonly connect: Connect<AnySystem> }>
/** The worker's end of the line to the host. */
export interface WorkerPort {
  send(message: FromWorker, buffers?: readonly ArrayBuffer[]): void
  onMessage(told: (message: ToWorker) => void): void
  close(): void
}

/** A Connected with the declaration's types forgotten. */
interface Opened {
  readonly identify: () => Promise<unknown>
  readonly sweeps: Readonly<
    Record<string, ((out: unknown, asked: { wanted: readonly AnyRow[]; first: boolean; signal: AbortSignal }) => Promise<void>) | undefined>
  >
  readonly reads: Readonly<Record<string, ((input: Input, signal: AbortSignal) => AsyncIterable<Input>) | undefined>>
  readonly actions: Readonly<
    Record<
      string,
      | {
          plan(input: Input, signal: AbortSignal): Promise<unknown>
          run(input: Input, facts: Readonly<Record<string, string>>, signal: AbortSignal): AsyncIterable<Outcome>
        }
      | undefined
    >
  >
  readonly traffic: () => Readonly<Record<string, Traffic>>
  readonly close: () => Promise<void>
}

/** Serves one connection until the host says close. Never throws: every call ends in `done` or `failed`. */
export function serveWorker(port: WorkerPort, load: LoadConnect): void {
  const calls = new Map<number, { readonly abort: AbortController; more: () => void }>()
  const asked = new Map<number, { resolve: (c: Credential | undefined) => void; reject: (e: AppError) => void }>()
  const life = new AbortController()
  let declared: AnySystem | undefined
  let opened: Opened | undefined
  let asks = 0

  const ctx = (allowed: readonly string[]): Ctx => ({
    signal: life.signal,
    now: () => new Date(),
    allowed,
    clock: (offsetMs) => port.send({ type: 'clock', offsetMs }),
    credential: (endpoint) =>
      new Promise((resolve, reject) => {
        asks += 1
        asked.set(asks, { resolve, reject })
        port.send({ type: 'credential?', ask: asks, endpoint })
      }),
    wake: (sweep) => port.send({ type: 'wake', sweep }),
    log: (level, message, data) => port.send({ type: 'log', level, message, ...(data === undefined ? {} : { data }) }),
  })
  const traffic = (): Readonly<Record<string, Traffic>> => opened?.traffic() ?? {}
  const there = (): { readonly system: AnySystem; readonly opened: Opened } => {
    if (declared === undefined || opened === undefined) throw new AppError('internal', 'The connection is not open.')
    return { system: declared, opened }
  }
  const named = <T>(of: Readonly<Record<string, T | undefined>>, kind: string, name: string): T => {
    const found = Object.hasOwn(of, name) ? of[name] : undefined
    if (found === undefined) throw new AppError('bad-request', `This system has no ${kind} ${name}.`, { system: declared?.id })
    return found
  }

  async function open(call: Extract<Call, { type: 'open' }>): Promise<void> {
    const { system, settings, endpoints, allowed } = call.opening
    const loaded = await load(system)
    declared = loaded.declared
    opened = (await loaded.connect({ settings, endpoints }, ctx(allowed))) as unknown as Opened
  }
  async function sweep(id: number, call: Extract<Call, { type: 'sweep' }>, signal: AbortSignal): Promise<void> {
    const { system, opened } = there()
    const out = createOut(system, call.sweep, signal, (op, buffers) => port.send({ type: 'op', id, op }, buffers))
    await named(opened.sweeps, 'sweep', call.sweep)(out, { wanted: call.wanted, first: call.first, signal })
  }
  async function read(id: number, call: Extract<Call, { type: 'read' }>, signal: AbortSignal): Promise<void> {
    const items = named(there().opened.reads, 'read', call.read)(call.input, signal)
    let batch: Input[] = []
    let credit = batchesAhead
    let wait = (): void => {}
    const state = calls.get(id)
    if (state !== undefined)
      state.more = () => {
        credit += 1
        wait()
      }
    signal.addEventListener('abort', () => wait(), { once: true })
    const flush = (): void => {
      if (batch.length === 0 || credit <= 0 || signal.aborted) return
      port.send({ type: 'items', id, items: batch })
      batch = []
      credit -= 1
    }
    const timer = setInterval(flush, 50)
    try {
      for await (const item of items) {
        if (signal.aborted) return
        batch.push(item)
        if (batch.length < itemsPerBatch) continue
        flush()
        while (credit <= 0 && !signal.aborted) await new Promise<void>((resolve) => (wait = resolve))
      }
      while (batch.length > 0 && !signal.aborted) {
        flush()
        if (batch.length > 0) await new Promise<void>((resolve) => (wait = resolve))
      }
    } finally {
      clearInterval(timer)
    }
  }
  async function answer(id: number, call: Call, signal: AbortSignal): Promise<unknown> {
    switch (call.type) {
      case 'open':
        return open(call)
      case 'identify':
        return there().opened.identify()
      case 'sweep':
        return sweep(id, call, signal)
      case 'read':
        return read(id, call, signal)
      case 'plan':
        return named(there().opened.actions, 'action', call.action).plan(call.input, signal)
      case 'run':
        for await (const outcome of named(there().opened.actions, 'action', call.action).run(call.input, call.facts, signal))
          port.send({ type: 'outcome', id, outcome })
        return undefined
    }
  }
  async function take(id: number, call: Call): Promise<void> {
    const abort = new AbortController()
    calls.set(id, { abort, more: () => {} })
    try {
      const value = await answer(id, call, abort.signal)
      port.send({ type: 'done', id, value, traffic: traffic() })
    } catch (thrown) {
      port.send({ type: 'failed', id, error: errorData(thrown), traffic: traffic() })
    } finally {
      calls.delete(id)
    }
  }
  async function close(): Promise<void> {
    life.abort()
    for (const call of calls.values()) call.abort.abort()
    try {
      await opened?.close()
    } finally {
      port.close()
    }
  }

  port.onMessage((message) => {
    switch (message.type) {
      case 'call':
        void take(message.id, message.call)
        return
      case 'cancel':
        calls.get(message.id)?.abort.abort()
        return
      case 'more':
        calls.get(message.id)?.more()
        return
      case 'ping':
        port.send({ type: 'pong', n: message.n, traffic: traffic() })
        return
      case 'credential': {
        const waiting = asked.get(message.ask)
        asked.delete(message.ask)
        if (message.error !== undefined) waiting?.reject(AppError.from(message.error))
        else waiting?.resolve(message.credential)
        return
      }
      case 'close':
        void close().catch(() => {})
    }
  })
}
