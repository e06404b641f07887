/** Opens one Kafka socket under a policy: host check, deadlines, frame guard, counting, and a stop for requests that could write. */
import './with-resolvers.ts'
import { Connection } from '@platformatic/kafka'
import { AppError } from '../../shared/model/app-error.ts'
import { createFrameGuard } from './frame-guard.ts'
import { checkTarget, type NetPolicy, type Target, targetText } from './policy.ts'
import { checkSecurity, type Security } from './security.ts'
import type { TrafficLedger } from './traffic.ts'
import { throughTheDoor } from './tripwire.ts'

/** Largest answer accepted; a coordinator's offsets of 1,000 groups with 1,000 partitions each are 28 MB. */
export const maxFrameBytes = 64 * 1024 * 1024

/**
 * API keys that only ask. Everything else counts as a write and needs an unlocked policy: a list of what is harmless stays right
 * when brokers learn new keys.
 */
const asking = new Set([1, 2, 3, 9, 15, 16, 17, 18, 23, 29, 32, 35, 36, 46, 48, 50, 55, 60, 61, 65, 66, 69, 74, 75, 77, 89, 90])

export interface KafkaDoor {
  readonly clientId: string
  readonly policy: NetPolicy
  readonly security: Security
  readonly ledger: TrafficLedger
}

/** A driver connection that counts and refuses; the driver's own API functions take it as it is. */
export class GuardedConnection extends Connection {
  readonly #door: KafkaDoor
  readonly #endpoint: string
  #counted = { in: 0, out: 0 }
  #fault: string | undefined
  #heardAt = 0

  constructor(door: KafkaDoor, target: Target) {
    super(door.clientId, { connectTimeout: door.policy.connectDeadlineMs, requestTimeout: door.policy.requestDeadlineMs, maxInflights: 8 })
    this.#door = door
    this.#endpoint = targetText(target)
    this.on('error', () => {}) // every caller gets its own rejection; an event nobody hears would end the process
  }

  /** Why we dropped the stream, once we did. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** When the last bytes came in (`performance.now()`); 0 before any. */
  get heardAt(): number {
    return this.#heardAt
  }

  /** Ends the socket because what came in cannot be trusted. */
  drop(why: string): void {
    this.#fault ??= why
    this.socket?.destroy()
  }

  /** Starts watching the socket; call in the same turn as `connect`, before the driver listens. */
  guard(): void {
    const frames = createFrameGuard(maxFrameBytes)
    this.socket.prependListener('data', (chunk: Buffer) => {
      this.#heardAt = performance.now()
      this.#count()
      const fault = frames.feed(chunk)
      if (fault !== undefined) this.drop(fault)
    })
    // the driver destroys the socket on a wrong correlation id, but tells its callers only that it closed
    this.socket.on('error', (error: Error & { readonly code?: unknown }) => {
      if (error.code === 'PLT_KFK_UNEXPECTED_CORRELATION_ID') this.#fault ??= error.message
    })
    this.socket.once('close', () => this.#count())
  }

  override send<T>(...args: Parameters<typeof Connection.prototype.send<T>>): void {
    const [apiKey, version, create, parse, requestTags, responseTags, callback] = args
    const isWrite = !asking.has(apiKey)
    if (isWrite && !this.#door.policy.writes) {
      callback(
        new AppError('locked', `API ${apiKey} could change something and this connection is read-only.`, {
          system: this.#door.policy.system,
          target: this.#endpoint,
        }),
      )
      return
    }
    this.#door.ledger.countRequest(this.#endpoint, isWrite)
    const began = performance.now()
    super.send<T>(apiKey, version, create, parse, requestTags, responseTags, (error, payload) => {
      if (error === null) this.#door.ledger.countAnswer(this.#endpoint, performance.now() - began)
      this.#count()
      callback(error, payload)
    })
  }

  #count(): void {
    const { bytesRead, bytesWritten } = this.socket
    this.#door.ledger.countBytes(this.#endpoint, bytesRead - this.#counted.in, bytesWritten - this.#counted.out)
    this.#counted = { in: bytesRead, out: bytesWritten }
  }
}

/**
 * Opens a connection to a broker. Throws AppError `forbidden` (host not allowed), `unsupported` (TLS or sign-in asked for); the
 * driver's own errors (refused, timed out) pass through as they are. `dialling` gets the connection before it is ready, to end it early.
 */
export async function openKafkaConnection(
  door: KafkaDoor,
  target: Target,
  dialling: (connection: GuardedConnection) => void,
): Promise<GuardedConnection> {
  checkTarget(door.policy, target.host, target.port)
  checkSecurity(door.security, door.policy.system, targetText(target))
  const connection = new GuardedConnection(door, target)
  await throughTheDoor(() => {
    const ready = connection.connect(target.host, target.port)
    connection.guard()
    dialling(connection)
    return ready
  })
  return connection
}
