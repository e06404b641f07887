// Puts the implementer of the contract on a transport. All carriers are frames (shared/contract/frames.ts), so that the page cannot
// tell them apart; every frame is judged before the RPC library sees it, because a bad one would end as an unhandled rejection there.
import { implement, ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { contract } from '../../shared/contract/contract.ts'
import { checkRequest } from '../../shared/contract/frame-check.ts'
import type { Frames } from '../../shared/contract/frames.ts'
import type { Call, Handlers } from '../../shared/contract/handlers.ts'
import { AppError, errorData } from '../../shared/model/app-error.ts'
import { redactText } from './redact.ts'

/** Items of a stream between two turns of the event loop: a producer that never waits could not be cancelled otherwise. */
const YIELD_EVERY = 100

/** A thrown value as the contract's one defined error. */
function failed(thrown: unknown): ORPCError<'FAILED', unknown> {
  const told = thrown instanceof ORPCError && thrown.code === 'BAD_REQUEST' ? badInput(thrown) : errorData(thrown)
  const data = { ...told, message: redactText(told.message) } // a fetch repeats the whole address in its error, password and all
  return new ORPCError('FAILED', { status: 500, message: data.message, data })
}

/** The first complaint about an input, as text: which field, what is wrong. */
function badInput(error: ORPCError<string, unknown>): AppError['data'] {
  const issues: unknown = typeof error.data === 'object' && error.data !== null && 'issues' in error.data ? error.data.issues : undefined
  const first: unknown = Array.isArray(issues) ? issues[0] : undefined
  if (typeof first !== 'object' || first === null) return new AppError('bad-request', 'The request is not one of the contract.').data
  const path = 'path' in first && Array.isArray(first.path) ? first.path.map(String).join('.') : ''
  const says = 'message' in first ? String(first.message) : 'not valid'
  return new AppError('bad-request', path === '' ? says : `${path}: ${says}`).data
}

/** A stream that ends typed, yields to the event loop and swallows what its producer throws after the caller went. */
async function* guarded<T>(items: AsyncIterable<T>, { signal }: Call): AsyncGenerator<T, void, void> {
  let n = 0
  try {
    for await (const item of items) {
      if (signal.aborted) return
      yield item
      n += 1
      if (n % YIELD_EVERY === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  } catch (thrown) {
    if (!signal.aborted) throw failed(thrown)
  }
}

/** The RPC router over handlers: thrown errors become the contract's defined error, inputs are checked, streams are guarded. */
export function implementContract(handlers: Handlers) {
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next()
    } catch (thrown) {
      throw failed(thrown)
    }
  })
  const never = new AbortController().signal
  const call = (signal: AbortSignal | undefined): Call => ({ signal: signal ?? never })
  const {
    changes,
    records,
    record,
    series,
    coverage,
    findings,
    headline,
    graph,
    names,
    reads,
    work,
    actions,
    sources,
    snapshots,
    connections,
  } = os
  return os.router({
    hello: os.hello.handler((o) => handlers.hello(o.input, call(o.signal))),
    changes: { watch: changes.watch.handler((o) => guarded(handlers.changes.watch(o.input, call(o.signal)), call(o.signal))) },
    records: {
      page: records.page.handler((o) => handlers.records.page(o.input, call(o.signal))),
      diff: records.diff.handler((o) => handlers.records.diff(o.input, call(o.signal))),
    },
    record: { get: record.get.handler((o) => handlers.record.get(o.input, call(o.signal))) },
    series: { read: series.read.handler((o) => handlers.series.read(o.input, call(o.signal))) },
    coverage: { read: coverage.read.handler((o) => handlers.coverage.read(o.input, call(o.signal))) },
    findings: { page: findings.page.handler((o) => handlers.findings.page(o.input, call(o.signal))) },
    headline: { read: headline.read.handler((o) => handlers.headline.read(o.input, call(o.signal))) },
    graph: { around: graph.around.handler((o) => handlers.graph.around(o.input, call(o.signal))) },
    names: { find: names.find.handler((o) => handlers.names.find(o.input, call(o.signal))) },
    reads: { run: reads.run.handler((o) => guarded(handlers.reads.run(o.input, call(o.signal)), call(o.signal))) },
    work: {
      watch: work.watch.handler((o) => guarded(handlers.work.watch(o.input, call(o.signal)), call(o.signal))),
      cancel: work.cancel.handler((o) => handlers.work.cancel(o.input, call(o.signal))),
    },
    actions: {
      plan: actions.plan.handler((o) => handlers.actions.plan(o.input, call(o.signal))),
      run: actions.run.handler((o) => guarded(handlers.actions.run(o.input, call(o.signal)), call(o.signal))),
    },
    sources: {
      open: sources.open.handler((o) => handlers.sources.open(o.input, call(o.signal))),
      close: sources.close.handler((o) => handlers.sources.close(o.input, call(o.signal))),
      get: sources.get.handler((o) => handlers.sources.get(o.input, call(o.signal))),
    },
    snapshots: {
      write: snapshots.write.handler((o) => handlers.snapshots.write(o.input, call(o.signal))),
      verify: snapshots.verify.handler((o) => handlers.snapshots.verify(o.input, call(o.signal))),
    },
    connections: {
      list: connections.list.handler((o) => handlers.connections.list(o.input, call(o.signal))),
      change: connections.change.handler((o) => handlers.connections.change(o.input, call(o.signal))),
      test: connections.test.handler((o) => guarded(handlers.connections.test(o.input, call(o.signal)), call(o.signal))),
    },
  })
}
export type HostRouter = ReturnType<typeof implementContract>

/** What one page sent so far, for the tests and the watching page. */
export interface Attached {
  readonly refused: () => number
}

/** Answers one page over its frames until they close; its running calls and streams are aborted then. */
export function attach(router: HostRouter, frames: Frames): Attached {
  let refused = 0
  new RPCHandler(router).upgrade({
    on: (event: string, told: (event?: { data: unknown }) => void) => {
      if (event === 'close') frames.onClose(() => told())
      if (event !== 'message') return
      frames.onFrame((raw) => {
        const checked = checkRequest(raw)
        if (checked.ok) return told({ data: checked.frame })
        refused += 1
        if (checked.id !== undefined) frames.send(refusal(checked.id, new AppError(checked.code, checked.why)))
      })
    },
    postMessage: (frame: unknown) => {
      if (typeof frame === 'string') frames.send(frame)
    },
  })
  return { refused: () => refused }
}

/** The answer to a call whose frame was not looked into, in the form of the RPC library. */
function refusal(id: string, error: AppError): string {
  const json = { defined: true, code: 'FAILED', status: 500, message: error.message, data: error.data }
  return JSON.stringify({ i: id, p: { s: 500, b: { json } } })
}
