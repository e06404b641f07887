// kafkajs 2.2.4 re-arms a timer of about 1 ms for ever on each connection that has answered once (tulios/kafkajs#1556,
// #1751): some 800 timers a second and connection. With nothing pending there is nothing to check.
import { createRequire } from 'node:module'

interface RequestQueue {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests(): void
}
interface RequestQueueClass {
  readonly prototype: RequestQueue
}

let done = false

/** Takes the idle timer out of kafkajs, for this process. May be called more than once. */
export function stopKafkajsIdleTimer(): void {
  if (done) return
  done = true
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as RequestQueueClass
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this)
  }
}
