/** What we did to a server: requests, bytes and the slowest answer of each endpoint, counted at the socket. */

export interface Traffic {
  readonly requests: number
  /** Requests that could change something on the server. */
  readonly writes: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly slowestMs: number
}

const none: Traffic = { requests: 0, writes: 0, bytesIn: 0, bytesOut: 0, slowestMs: 0 }

/** Counters by endpoint (`host:port`) since the connection was opened; they only grow. */
export class TrafficLedger {
  readonly #byEndpoint = new Map<string, Traffic>()

  countRequest(endpoint: string, isWrite: boolean): void {
    const was = this.of(endpoint)
    this.#byEndpoint.set(endpoint, { ...was, requests: was.requests + 1, writes: was.writes + (isWrite ? 1 : 0) })
  }

  countBytes(endpoint: string, bytesIn: number, bytesOut: number): void {
    const was = this.of(endpoint)
    this.#byEndpoint.set(endpoint, { ...was, bytesIn: was.bytesIn + bytesIn, bytesOut: was.bytesOut + bytesOut })
  }

  countAnswer(endpoint: string, tookMs: number): void {
    const was = this.of(endpoint)
    if (tookMs > was.slowestMs) this.#byEndpoint.set(endpoint, { ...was, slowestMs: tookMs })
  }

  of(endpoint: string): Traffic {
    return this.#byEndpoint.get(endpoint) ?? none
  }

  /** All endpoints, in the order they were first used. */
  list(): readonly (Traffic & { readonly endpoint: string })[] {
    return [...this.#byEndpoint].map(([endpoint, traffic]) => ({ endpoint, ...traffic }))
  }

  total(): Traffic {
    const all = [...this.#byEndpoint.values()]
    return {
      requests: all.reduce((sum, t) => sum + t.requests, 0),
      writes: all.reduce((sum, t) => sum + t.writes, 0),
      bytesIn: all.reduce((sum, t) => sum + t.bytesIn, 0),
      bytesOut: all.reduce((sum, t) => sum + t.bytesOut, 0),
      slowestMs: all.reduce((most, t) => Math.max(most, t.slowestMs), 0),
    }
  }
}
