// The line from the host to a connection's worker: a thread of its own with a heap cap, or (in tests) the same thread.
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorData } from '../../shared/model/app-error.ts'
import { type LoadConnect, serveWorker } from './serve-worker.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

export interface Line {
  send(message: ToWorker): void
  onMessage(told: (message: FromWorker) => void): void
  /** Told once when the worker is gone, unless `end` was called first. */
  onEnd(told: (why: ErrorData) => void): void
  /** Ends the worker by force, whatever it does; resolves when it is gone. */
  end(): Promise<void>
}
/** Opens a line to a fresh worker for a connection. */
export type OpenLine = (name: string) => Line

/** Heap of one connection's thread; buffers of rows lie outside it. */
export const heapMb = 768

function whyEnded(thrown: unknown): ErrorData {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new AppError('internal', 'The worker of this connection ran out of memory; it is opened again.').data
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('internal', `The worker of this connection failed: ${message}`).data
}

/** One thread per connection, without the environment's variables and with a heap of at most `heap` MiB. */
export function threadLine(entry: string | URL, heap: number = heapMb): OpenLine {
  return (name) => {
    const worker = new Worker(entry, {
      name,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: Math.min(64, heap), stackSizeMb: 4 },
    })
    worker.unref()
    let told: ((why: ErrorData) => void) | undefined
    let ending = false
    const end = (why: ErrorData): void => {
      if (ending) return
      ending = true
      told?.(why)
    }
    worker.on('error', (thrown) => end(whyEnded(thrown)))
    worker.on('messageerror', (thrown) => {
      end(whyEnded(thrown))
      void worker.terminate()
    })
    worker.on('exit', (code) => end(new AppError('internal', `The worker of this connection ended by itself (code ${code}).`).data))
    return {
      send: (message) => worker.postMessage(message),
      onMessage: (take) => worker.on('message', take),
      onEnd: (take) => {
        told = take
      },
      end: async () => {
        ending = true
        await worker.terminate()
      },
    }
  }
}

/** The same without a thread, for tests: messages are cloned as between threads and arrive in later turns. */
export function inlineLine(load: LoadConnect): OpenLine {
  return () => {
    let open = true
    let toHost: (message: FromWorker) => void = () => {}
    let toWorker: (message: ToWorker) => void = () => {}
    let told: (why: ErrorData) => void = () => {}
    const later = <T>(message: T, buffers: readonly ArrayBuffer[], take: () => (message: T) => void): void => {
      const copy = structuredClone(message, { transfer: [...buffers] })
      queueMicrotask(() => {
        if (open) take()(copy)
      })
    }
    serveWorker(
      {
        send: (message, buffers = []) => {
          if (open) later(message, buffers, () => toHost)
        },
        onMessage: (take) => {
          toWorker = take
        },
        close: () => {
          if (!open) return
          open = false
          told(new AppError('cancelled', 'The worker of this connection was closed.').data)
        },
      },
      load,
    )
    return {
      send: (message) => {
        if (open) later(message, [], () => toWorker)
      },
      onMessage: (take) => {
        toHost = take
      },
      onEnd: (take) => {
        told = take
      },
      end: async () => {
        open = false
      },
    }
  }
}
