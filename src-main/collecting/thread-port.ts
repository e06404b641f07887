// A thread's parent port as the worker's end of the line.
import type { MessagePort } from 'node:worker_threads'
import type { WorkerPort } from './serve-worker.ts'

/** Wraps `parentPort`; closing it lets the thread end. */
export function threadPort(parent: MessagePort): WorkerPort {
  return {
    send: (message, buffers = []) => parent.postMessage(message, [...buffers]),
    onMessage: (told) => parent.on('message', told),
    close: () => parent.close(),
  }
}
