import { createRequire } from 'node:module'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { stopKafkajsIdleTimer } from './kafkajs-idle-timer.ts'

interface Queue {
  readonly pending: unknown[]
  push(request: { entry: { correlationId: number }; expectResponse: boolean; sendRequest: () => void }): void
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void
}
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as new (options: object) => Queue

const queueOf = (maxInFlightRequests: number): Queue =>
  new RequestQueue({
    maxInFlightRequests,
    requestTimeout: 1_000,
    clientId: 'test',
    broker: 'b:1',
    logger: { debug: () => undefined, warn: () => undefined },
  })

const request = (correlationId: number, sent: number[]) => ({
  entry: { correlationId, resolve: () => undefined, reject: () => undefined },
  expectResponse: true,
  sendRequest: () => void sent.push(correlationId),
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('kafkajs without its idle timer', () => {
  stopKafkajsIdleTimer()

  it('arms no timer after an answer when nothing is pending', () => {
    const queue = queueOf(5)
    queue.push(request(1, []))
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('still sends what had to wait', () => {
    const sent: number[] = []
    const queue = queueOf(1)
    queue.push(request(1, sent))
    queue.push(request(2, sent))
    expect(vi.getTimerCount()).toBe(1)
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 })
    expect(sent).toEqual([1, 2])
  })
})
