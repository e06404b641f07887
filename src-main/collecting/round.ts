// One round of one sweep: what the worker puts goes to the Store as it comes, derived fields are filled, all of it is stored under one time.
import type { Tick } from '../../shared/contract/messages.ts'
import { AppError, type ErrorData, errorData } from '../../shared/model/app-error.ts'
import type { RoundWriter, Store, Stored } from '../store/store-types.ts'
import type { RoundOp } from './worker-messages.ts'

export interface RoundContext {
  readonly stored: Stored
  readonly sweep: string
  readonly began: Date
}
/** Fills derived fields of the staged rows; runs before the round is stored. */
export type DeriveHook = (context: RoundContext, writer: RoundWriter) => Promise<void>
export interface RoundPorts {
  readonly store: Pick<Store, 'round'>
  readonly derive?: DeriveHook
  /** The time to store it under; never earlier than the round before. */
  readonly stamp: () => Date
  readonly pollMs: number
  /** A fault on our side of the round: the Store failed, a judge failed. */
  readonly fault: (error: ErrorData) => void
}
export interface RoundResult {
  readonly at: Date
  readonly ticks: readonly Tick[]
  readonly error?: ErrorData
}

async function apply(writer: RoundWriter, op: RoundOp): Promise<void> {
  switch (op.do) {
    case 'put':
      await writer.stage(op.collection, op.rows)
      if (op.covered !== undefined) writer.cover(op.collection, op.covered)
      return
    case 'same':
      return writer.same(op.collection, op.covered)
    case 'lacks':
      return writer.lacks(op.collection, op.why)
    case 'ended':
      return writer.ended(op.collection, op.where as Parameters<RoundWriter['ended']>[1], op.why)
  }
}

/**
 * Drives a round to its end. `run` asks the worker and hands over what it puts; an error of it is stored as the reason why nothing more
 * was proved. Rows that the Store refuses (a duplicate key) undo the whole round, and only the error is stored.
 */
export async function driveRound(
  context: RoundContext,
  ports: RoundPorts,
  run: (op: (op: RoundOp) => void, stop: AbortController) => Promise<void>,
): Promise<RoundResult> {
  const { stored, sweep, began } = context
  const stop = new AbortController()
  const writer = ports.store.round(stored, sweep, began, ports.pollMs)
  let refused: ErrorData | undefined
  let staged = Promise.resolve()
  const take = (op: RoundOp): void => {
    staged = staged.then(async () => {
      if (refused !== undefined) return
      try {
        await apply(writer, op)
      } catch (thrown) {
        refused = errorData(thrown)
        stop.abort(AppError.from(refused))
      }
    })
  }
  let error: ErrorData | undefined
  try {
    await run(take, stop)
  } catch (thrown) {
    error = errorData(thrown)
  }
  await staged
  if (refused !== undefined) {
    await writer.abort()
    return finish(ports.store.round(stored, sweep, began, ports.pollMs), ports, refused)
  }
  try {
    await ports.derive?.(context, writer)
  } catch (thrown) {
    ports.fault(errorData(thrown))
  }
  return finish(writer, ports, error)
}

/** Stores the round. A Store that cannot (disk full) is no fault of the server: the round counts, the fault is told. */
async function finish(writer: RoundWriter, ports: RoundPorts, error: ErrorData | undefined): Promise<RoundResult> {
  const at = ports.stamp()
  let ticks: readonly Tick[] = []
  try {
    ticks = await writer.commit(at, error)
  } catch (thrown) {
    ports.fault(errorData(thrown))
  }
  return { at, ticks, ...(error === undefined ? {} : { error }) }
}

const feedFlushMs = 250
/** Feeds that say nothing for this long are opened anew: a client may hang silently when packets are dropped. */
const feedSilenceMs = 15_000

/** Runs a feed: what it puts within a quarter of a second is one round. Ends when the feed ends, fails or falls silent. */
export async function driveFeed(
  context: Omit<RoundContext, 'began'>,
  ports: RoundPorts & {
    readonly after: (ms: number, call: () => void) => () => void
    readonly now: () => Date
    readonly told: (began: Date, result: RoundResult) => void
    readonly silenceMs?: number | undefined
  },
  run: (op: (op: RoundOp) => void, stop: AbortController) => Promise<void>,
): Promise<ErrorData | undefined> {
  const stop = new AbortController()
  let gathered: RoundOp[] = []
  let flushing = Promise.resolve()
  let refused: ErrorData | undefined
  let calm = (): void => {}
  let later: (() => void) | undefined
  const silenceMs = ports.silenceMs ?? feedSilenceMs

  const store = async (ops: readonly RoundOp[], error?: ErrorData): Promise<void> => {
    const began = ports.now()
    const result = await driveRound({ ...context, began }, ports, async (op) => {
      for (const one of ops) op(one)
      if (error !== undefined) throw AppError.from(error)
    })
    if (error === undefined && result.error !== undefined) {
      refused = result.error
      stop.abort(AppError.from(result.error))
    }
    ports.told(began, result)
  }
  const flush = (): void => {
    later = undefined
    const ops = gathered
    gathered = []
    if (ops.length > 0) flushing = flushing.then(() => store(ops))
  }
  const listen = (): void => {
    calm()
    calm = ports.after(silenceMs, () =>
      stop.abort(new AppError('timeout', `The feed ${context.sweep} said nothing for ${silenceMs / 1000} s.`)),
    )
  }
  let error: ErrorData | undefined
  listen()
  try {
    await run((op) => {
      listen()
      gathered.push(op)
      later ??= ports.after(feedFlushMs, flush)
    }, stop)
  } catch (thrown) {
    error = errorData(thrown)
  }
  calm()
  later?.()
  flush()
  await flushing
  error = refused ?? error
  if (error !== undefined && refused === undefined) await store([], error)
  return error
}
