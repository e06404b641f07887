/** Our own contact with one broker: two sockets (control and bulk), its versions, and what our sockets saw of it lately. */
import { AppError } from '../../../../shared/model/app-error.ts'
import { type GuardedConnection, type KafkaDoor, openKafkaConnection } from '../../../net/kafka-connection.ts'
import { type Target, targetText } from '../../../net/policy.ts'
import { apiVersions, type BrokerVersions, chooseVersion } from './api-versions.ts'
import { errorName, toAppError } from './errors.ts'
import { call, type WireApi } from './wire-api.ts'

/** Brokers serve one request per socket at a time: what may be large goes over `bulk`, so that it delays nothing small. */
export type Channel = 'control' | 'bulk'

interface Line {
  readonly connection: GuardedConnection
  readonly versions: BrokerVersions
}

/** What our sockets saw of a broker, beside what the cluster says of it. */
export interface Contact {
  readonly lastAnswer: Date | undefined
  /** Failures in a row since the last answer. */
  readonly failures: number
  readonly failingSince: Date | undefined
  readonly lastError: AppError | undefined
}

export interface BrokerLinkOptions {
  readonly door: KafkaDoor
  readonly target: Target
  readonly now: () => Date
  /** A socket that worked has ended without our doing. */
  readonly onLost: () => void
}

const firstPauseMs = 500
const longestPauseMs = 15_000

export class BrokerLink {
  readonly target: Target
  readonly #options: BrokerLinkOptions
  readonly #lines = new Map<Channel, Promise<Line>>()
  #sockets: readonly GuardedConnection[] = []
  #contact: Contact = { lastAnswer: undefined, failures: 0, failingSince: undefined, lastError: undefined }
  #notBefore = 0
  #pauses = 0
  #openedAt = 0
  #pending = 0
  #oldestPending = 0
  #closed = false

  constructor(options: BrokerLinkOptions) {
    this.#options = options
    this.target = options.target
  }

  get contact(): Contact {
    return this.#contact
  }

  /** For how long a request has waited without a byte from the broker; 0 when none waits. */
  silentMs(): number {
    return this.#pending === 0 ? 0 : performance.now() - Math.max(this.#oldestPending, ...this.#sockets.map((socket) => socket.heardAt))
  }

  /** Opens a channel if it is not open: a socket, then ApiVersions on it. */
  open(channel: Channel): Promise<Line> {
    const open = this.#lines.get(channel)
    if (open !== undefined) return open
    const wait = this.#notBefore - performance.now()
    if (wait > 0 && this.#contact.lastError !== undefined) return Promise.reject(this.#contact.lastError)
    const line = this.#dial(channel)
    this.#lines.set(channel, line)
    line.catch(() => {
      if (this.#lines.get(channel) === line) this.#lines.delete(channel)
    })
    return line
  }

  /** Sends one request; every failure is an AppError and is remembered as contact. */
  async ask<I, O>(api: WireApi<I, O>, input: I, channel: Channel): Promise<O> {
    const line = await this.open(channel)
    const version = chooseVersion(api, line.versions, targetText(this.target))
    return this.#watched(line.connection, () => call(line.connection, api, version, input))
  }

  /** True when the broker offers a version of the API that we speak; false while it is not open. */
  async speaks(api: WireApi<never, unknown>): Promise<boolean> {
    const line = await this.open('control')
    const offered = line.versions.get(api.key)
    return offered !== undefined && offered.max >= api.min && offered.min <= api.max
  }

  /** Ends every socket now, also those still being dialled; what waits on them is rejected. */
  async close(): Promise<void> {
    this.#closed = true
    const closed = this.#sockets.map((connection) => new Promise((done) => connection.socket.once('close', done)))
    for (const connection of this.#sockets) connection.socket.destroy()
    await Promise.all(closed)
    this.#lines.clear()
  }

  async #dial(channel: Channel): Promise<Line> {
    const name = targetText(this.target)
    try {
      const connection = await openKafkaConnection(this.#options.door, this.target, (dialling) => this.#hold(dialling))
      const answer = await this.#watched(connection, () => call(connection, apiVersions, 3, {}))
      if (answer.errorCode !== 0) {
        connection.drop(`ApiVersions says ${errorName(answer.errorCode)}`)
        throw new AppError('unsupported', `${name} refuses ApiVersions 3 (${errorName(answer.errorCode)}).`, {
          system: 'kafka',
          target: name,
        })
      }
      this.#openedAt = performance.now()
      connection.once('close', () => this.#lost(channel))
      return { connection, versions: answer.versions }
    } catch (thrown) {
      const error = toAppError(thrown, name)
      this.#failed(error)
      this.#backOff()
      throw error
    }
  }

  async #watched<O>(connection: GuardedConnection, work: () => Promise<O>): Promise<O> {
    if (this.#pending === 0) this.#oldestPending = performance.now()
    this.#pending += 1
    try {
      const answer = await work()
      this.#contact = { lastAnswer: this.#options.now(), failures: 0, failingSince: undefined, lastError: undefined }
      this.#oldestPending = performance.now()
      return answer
    } catch (thrown) {
      const error = toAppError(thrown, targetText(this.target), connection.fault)
      if (error.data.code === 'protocol') connection.drop(error.message) // after undecodable bytes nothing on this stream is trusted
      if (!this.#closed) this.#failed(error)
      throw error
    } finally {
      this.#pending -= 1
    }
  }

  #failed(error: AppError): void {
    if (this.#contact.lastError === error) return
    const { lastAnswer, failures, failingSince } = this.#contact
    this.#contact = { lastAnswer, failures: failures + 1, failingSince: failingSince ?? this.#options.now(), lastError: error }
  }

  /** Full jitter, doubling up to 15 s; starts over only after a socket has lived for 10 s, so that a flapping link is not stormed. */
  #backOff(): void {
    if (this.#openedAt > 0 && performance.now() - this.#openedAt > 10_000) this.#pauses = 0
    this.#pauses += 1
    const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#pauses)
    this.#notBefore = performance.now() + ceiling * (0.5 + Math.random() / 2)
    this.#openedAt = 0
  }

  #hold(connection: GuardedConnection): void {
    this.#sockets = [...this.#sockets, connection]
    connection.socket.once('close', () => {
      this.#sockets = this.#sockets.filter((socket) => socket !== connection)
    })
  }

  #lost(channel: Channel): void {
    this.#lines.delete(channel)
    if (this.#closed) return
    this.#options.onLost()
  }
}
