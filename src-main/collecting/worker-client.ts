// The host's side of a connection's worker: calls with cancel, reads with back-pressure, and a watch over whether it still turns.
import { AppError, type ErrorData, errorData } from '../../shared/model/app-error.ts'
import type { Credential, Outcome, Plan, Traffic } from '../../shared/model/connector.ts'
import type { AnyRow } from '../triage/judging.ts'
import type { Line } from './worker.ts'
import type { Call, FromWorker, Input, Opening, RoundOp } from './worker-messages.ts'

export interface Identity {
  readonly instance: string
  readonly by: 'server' | 'address' | 'user'
  readonly version?: string
}
/** What the worker says by itself. */
export interface WorkerEvents {
  /** The worker is gone: it died, ran out of memory or was stuck. Told once; pending calls are rejected first. */
  ended(why: ErrorData): void
  traffic(byTarget: Readonly<Record<string, Traffic>>): void
  wake(sweep: string): void
  clock(offsetMs: number): void
  log(level: 'debug' | 'warn' | 'error', message: string, data?: Input): void
  credential(endpoint: string): Promise<Credential | undefined>
}
export interface WorkerClient {
  open(opening: Opening, signal: AbortSignal): Promise<void>
  identify(signal: AbortSignal): Promise<Identity>
  /** Runs a round; `op` hears what it puts, in order. Settles only when the worker has stopped it: one that ignores a cancel is ended by force. */
  sweep(
    sweep: string,
    asked: { readonly wanted: readonly AnyRow[]; readonly first: boolean },
    op: (op: RoundOp) => void,
    signal: AbortSignal,
  ): Promise<void>
  /** Batches of items; the worker stays at most eight batches ahead. Leaving the loop cancels it. */
  read(read: string, input: Input, signal: AbortSignal): AsyncGenerator<readonly Input[], void, undefined>
  plan(action: string, input: Input, signal: AbortSignal): Promise<Plan>
  run(action: string, input: Input, facts: Plan['facts'], signal: AbortSignal): AsyncGenerator<Outcome, void, undefined>
  /** Asks it to close, then ends it by force if it does not within `graceMs`. */
  close(graceMs?: number): Promise<void>
}

/** What a call hears besides its end. With `drain` a cancelled call ends when the worker says so, or with the worker. */
interface Hears {
  readonly op?: (op: RoundOp) => void
  readonly items?: (items: readonly Input[]) => void
  readonly outcome?: (outcome: Outcome) => void
  readonly drain?: true
}
interface Pending extends Hears {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: AppError) => void
}
/** Pings in a row without answer after which a worker counts as stuck. A ping is sent every `pingMs`. */
const unansweredPings = 5

/** A queue that an async loop empties: values, then an end or an error. */
function channel<T>(): { push(value: T): void; end(error?: AppError): void; take(): Promise<T | undefined> } {
  const values: T[] = []
  let over: { readonly error?: AppError } | undefined
  let wake = (): void => {}
  return {
    push: (value) => {
      values.push(value)
      wake()
    },
    end: (error) => {
      over ??= error === undefined ? {} : { error }
      wake()
    },
    take: async () => {
      while (true) {
        const value = values.shift()
        if (value !== undefined) return value
        if (over?.error !== undefined) throw over.error
        if (over !== undefined) return undefined
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

/** A client over a fresh line. `pingMs` is the pace of the watch (a worker that turns answers each ping at once), `drainMs` how long a cancelled round may go on. */
export function createWorkerClient(line: Line, events: WorkerEvents, { pingMs = 1_000, drainMs = 5_000 } = {}): WorkerClient {
  const pending = new Map<number, Pending>()
  let ids = 0
  let over: ErrorData | undefined
  let heard = false
  let pings = 0
  let ponged = 0
  let lastTick = performance.now()

  const finish = (why: ErrorData): void => {
    if (over !== undefined) return
    over = why
    clearInterval(watch)
    for (const call of [...pending.values()]) call.reject(AppError.from(why))
    pending.clear()
  }
  const gone = (why: ErrorData): void => {
    if (over !== undefined) return
    finish(why)
    events.ended(why)
  }
  const watch = setInterval(() => {
    const now = performance.now()
    // A thread that is still starting is bounded by the deadline of its opening.
    if (!heard) return
    // A host that itself was late (asleep, busy) has not looked: only ticks on time count against the worker.
    if (now - lastTick > 2 * pingMs) ponged = pings
    lastTick = now
    if (pings - ponged >= unansweredPings) {
      void line.end()
      gone(
        new AppError('timeout', `The worker of this connection did not turn for ${(unansweredPings * pingMs) / 1000} s and was ended.`)
          .data,
      )
      return
    }
    pings += 1
    line.send({ type: 'ping', n: pings })
  }, pingMs)
  watch.unref()

  const settle = (message: Extract<FromWorker, { type: 'done' | 'failed' }>): void => {
    events.traffic(message.traffic)
    const call = pending.get(message.id)
    pending.delete(message.id)
    if (message.type === 'done') call?.resolve(message.value)
    else call?.reject(AppError.from(message.error))
  }
  const giveCredential = async (ask: number, endpoint: string): Promise<void> => {
    try {
      const credential = await events.credential(endpoint)
      line.send({ type: 'credential', ask, ...(credential === undefined ? {} : { credential }) })
    } catch (thrown) {
      line.send({ type: 'credential', ask, error: errorData(thrown) })
    }
  }
  line.onEnd(gone)
  line.send({ type: 'ping', n: 0 })
  line.onMessage((message) => {
    heard = true
    switch (message.type) {
      case 'op':
        pending.get(message.id)?.op?.(message.op)
        return
      case 'items':
        pending.get(message.id)?.items?.(message.items)
        return
      case 'outcome':
        pending.get(message.id)?.outcome?.(message.outcome)
        return
      case 'done':
      case 'failed':
        settle(message)
        return
      case 'pong':
        ponged = Math.max(ponged, message.n)
        events.traffic(message.traffic)
        return
      case 'clock':
        events.clock(message.offsetMs)
        return
      case 'wake':
        events.wake(message.sweep)
        return
      case 'log':
        events.log(message.level, message.message, message.data)
        return
      case 'credential?':
        void giveCredential(message.ask, message.endpoint)
    }
  })

  /** Sends a call; when the signal fires it is cancelled there and rejected here at once with the signal's reason. */
  function call(question: Call, signal: AbortSignal, hears: Hears = {}): { readonly id: number; readonly done: Promise<unknown> } {
    ids += 1
    const id = ids
    const done = new Promise<unknown>((resolve, reject) => {
      if (over !== undefined) return reject(AppError.from(over))
      if (signal.aborted) return reject(reasonOf(signal))
      let drained: NodeJS.Timeout | undefined
      const cancel = (): void => {
        line.send({ type: 'cancel', id })
        pending.delete(id)
        if (hears.drain === undefined) {
          reject(reasonOf(signal))
          return
        }
        const stopped = (): void => {
          clearTimeout(drained)
          reject(reasonOf(signal))
        }
        pending.set(id, { resolve: stopped, reject: stopped })
        drained = setTimeout(() => {
          void line.end()
          gone(new AppError('timeout', 'The worker of this connection did not stop a round that was called off and was ended.').data)
        }, drainMs)
        drained.unref()
      }
      const clear = (): void => signal.removeEventListener('abort', cancel)
      pending.set(id, {
        ...hears,
        resolve: (value) => {
          clear()
          resolve(value)
        },
        reject: (error) => {
          clear()
          reject(error)
        },
      })
      signal.addEventListener('abort', cancel, { once: true })
      line.send({ type: 'call', id, call: question })
    })
    return { id, done }
  }

  async function* stream<T>(
    question: Call,
    signal: AbortSignal,
    hear: (push: (value: T) => void) => Hears,
    taken: (id: number) => void,
  ): AsyncGenerator<T, void, undefined> {
    const abort = new AbortController()
    const both = AbortSignal.any([signal, abort.signal])
    const queue = channel<T>()
    const { id, done } = call(question, both, hear(queue.push))
    done.then(
      () => queue.end(),
      (thrown: unknown) => queue.end(thrown instanceof AppError ? thrown : AppError.from(errorData(thrown))),
    )
    try {
      while (true) {
        const value = await queue.take()
        if (value === undefined) return
        taken(id)
        yield value
      }
    } finally {
      abort.abort()
    }
  }

  return {
    open: async (opening, signal) => void (await call({ type: 'open', opening }, signal).done),
    identify: async (signal) => (await call({ type: 'identify' }, signal).done) as Identity,
    sweep: async (sweep, asked, op, signal) => void (await call({ type: 'sweep', sweep, ...asked }, signal, { op, drain: true }).done),
    read: (read, input, signal) =>
      stream<readonly Input[]>(
        { type: 'read', read, input },
        signal,
        (items) => ({ items }),
        (id) => line.send({ type: 'more', id }),
      ),
    plan: async (action, input, signal) => (await call({ type: 'plan', action, input }, signal).done) as Plan,
    run: (action, input, facts, signal) =>
      stream<Outcome>(
        { type: 'run', action, input, facts },
        signal,
        (outcome) => ({ outcome }),
        () => {},
      ),
    close: async (graceMs = 2_000) => {
      finish(new AppError('cancelled', 'The connection was closed.').data)
      line.send({ type: 'close' })
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        line.onEnd(() => resolve())
        timer = setTimeout(resolve, graceMs)
      })
      clearTimeout(timer)
      await line.end()
    },
  }
}

/** Why a signal fired, as an AppError: its own reason where it has one, else `cancelled`. */
export function reasonOf(signal: AbortSignal): AppError {
  return signal.reason instanceof AppError ? signal.reason : new AppError('cancelled', 'It was stopped on request.')
}
