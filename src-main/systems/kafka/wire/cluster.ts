/** All brokers of one cluster as one thing to ask: finds them from any bootstrap address, and keeps what our sockets saw of each. */
import { AppError } from '../../../../shared/model/app-error.ts'
import type { KafkaDoor } from '../../../net/kafka-connection.ts'
import { type Target, targetText } from '../../../net/policy.ts'
import { BrokerLink, type Channel, type Contact } from './broker-link.ts'
import { type MetadataAnswer, metadata } from './metadata.ts'
import type { WireApi } from './wire-api.ts'

export interface ClusterOptions {
  readonly door: KafkaDoor
  readonly bootstrap: readonly Target[]
  readonly now: () => Date
  /** A socket that worked has ended: ask again now rather than at the next poll. */
  readonly onLost: (target: Target) => void
}

/** After this long without a byte a broker counts as silent for the round that asks; its request goes on until its own deadline. */
export const patienceMs = 5_000

export class Cluster {
  readonly #options: ClusterOptions
  readonly #links = new Map<string, BrokerLink>()
  readonly #nodes = new Map<number, Target>()

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  /** Brokers of the last metadata, by id. */
  get nodes(): ReadonlyMap<number, Target> {
    return this.#nodes
  }

  /** What our sockets saw of a broker; undefined before it was asked anything. */
  contact(node: number): Contact | undefined {
    const target = this.#nodes.get(node)
    return target === undefined ? undefined : this.#links.get(targetText(target))?.contact
  }

  /** All topics (or the named ones) from whichever broker answers first; remembers the brokers. */
  async metadata(topics: readonly string[] | null = null): Promise<MetadataAnswer> {
    const link = await this.#anyLink()
    const answer = await this.#patient(link, link.ask(metadata, { topics }, 'bulk'))
    for (const broker of answer.brokers) this.#nodes.set(broker.nodeId, { host: broker.host, port: broker.port })
    const alive = new Set(answer.brokers.map((broker) => broker.nodeId))
    for (const node of this.#nodes.keys()) if (!alive.has(node)) await this.#forget(node)
    return answer
  }

  /** Asks one broker, or any that is open. A broker that has been silent on a request for 5 s is not asked more until it answers or is cut off. */
  async ask<I, O>(node: number | 'any', api: WireApi<I, O>, input: I, channel: Channel = 'control'): Promise<O> {
    const link = node === 'any' ? await this.#anyLink() : this.#linkOf(node)
    if (link.silentMs() > patienceMs)
      throw new AppError('timeout', `${targetText(link.target)} has not answered for ${Math.round(link.silentMs() / 1000)} s.`, {
        system: 'kafka',
        target: targetText(link.target),
      })
    return this.#patient(link, link.ask(api, input, channel))
  }

  async speaks(node: number, api: WireApi<never, unknown>): Promise<boolean> {
    return this.#linkOf(node).speaks(api)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()))
    this.#links.clear()
  }

  #linkTo(target: Target): BrokerLink {
    const key = targetText(target)
    const open = this.#links.get(key)
    if (open !== undefined) return open
    const link = new BrokerLink({ door: this.#options.door, target, now: this.#options.now, onLost: () => this.#options.onLost(target) })
    this.#links.set(key, link)
    return link
  }

  #linkOf(node: number): BrokerLink {
    const target = this.#nodes.get(node)
    if (target === undefined) throw new AppError('not-found', `Broker ${node} is not in the cluster's metadata.`, { system: 'kafka' })
    return this.#linkTo(target)
  }

  /** The first of all known and bootstrap brokers whose socket and versions are ready: a frozen one accepts connections and never is. */
  async #anyLink(): Promise<BrokerLink> {
    const targets = new Map([...this.#nodes.values(), ...this.#options.bootstrap].map((target) => [targetText(target), target]))
    const links = [...targets.values()].map((target) => this.#linkTo(target))
    const ready = links.filter(
      (link) => link.contact.failures === 0 && link.contact.lastAnswer !== undefined && link.silentMs() < patienceMs,
    )
    try {
      return await Promise.any((ready.length > 0 ? ready.slice(0, 1) : links).map((link) => link.open('control').then(() => link)))
    } catch (thrown) {
      if (ready.length > 0) return this.#anyOf(links)
      throw firstOf(thrown)
    }
  }

  async #anyOf(links: readonly BrokerLink[]): Promise<BrokerLink> {
    try {
      return await Promise.any(links.map((link) => link.open('control').then(() => link)))
    } catch (thrown) {
      throw firstOf(thrown)
    }
  }

  async #patient<O>(link: BrokerLink, answer: Promise<O>): Promise<O> {
    const { promise: silent, reject } = Promise.withResolvers<never>()
    const timer = setInterval(() => {
      const target = targetText(link.target)
      if (link.silentMs() > patienceMs)
        reject(new AppError('timeout', `${target} did not answer within ${patienceMs / 1000} s.`, { system: 'kafka', target }))
    }, patienceMs / 10)
    try {
      return await Promise.race([answer, silent])
    } finally {
      clearInterval(timer)
      answer.catch(() => {}) // it may still fail after we stopped waiting; its link remembers that
    }
  }

  async #forget(node: number): Promise<void> {
    const target = this.#nodes.get(node)
    this.#nodes.delete(node)
    if (target === undefined || this.#options.bootstrap.some((b) => targetText(b) === targetText(target))) return
    const link = this.#links.get(targetText(target))
    this.#links.delete(targetText(target))
    await link?.close()
  }
}

function firstOf(thrown: unknown): unknown {
  return thrown instanceof AggregateError ? (thrown.errors[0] ?? thrown) : thrown
}
