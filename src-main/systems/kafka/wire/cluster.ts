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
/** … and after this long when it was silent or refusing before. */
const shortPatienceMs = 1_000
const metadataPatienceMs = 2_000

function patienceFor(link: BrokerLink): number {
  return link.contact.failures > 1 ? shortPatienceMs : patienceMs
}

export class Cluster {
  readonly #options: ClusterOptions
  readonly #links = new Map<string, BrokerLink>()
  readonly #nodes = new Map<number, Target>()
  /** Brokers that metadata listed once and then no more: where they were, and what our sockets had seen of them. */
  readonly #left = new Map<number, { readonly target: Target; readonly contact: Contact | undefined }>()

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  /** Brokers of the last metadata, by id. */
  get nodes(): ReadonlyMap<number, Target> {
    return this.#nodes
  }

  /** What our sockets saw of a broker, also of one that is listed no more; undefined before it was asked anything. */
  contact(node: number): Contact | undefined {
    const left = this.#left.get(node)
    const target = this.#nodes.get(node) ?? left?.target
    const now = target === undefined ? undefined : this.#links.get(targetText(target))?.contact
    if (now === undefined || (now.lastAnswer === undefined && now.failures === 0)) return left?.contact ?? now
    return now.lastAnswer === undefined ? { ...now, lastAnswer: left?.contact?.lastAnswer } : now
  }

  /** All topics (or the named ones); remembers the brokers. A broker that fails or is silent for 2 s is passed over for the next. */
  async metadata(topics: readonly string[] | null = null): Promise<MetadataAnswer> {
    const tried = new Set<BrokerLink>()
    for (;;) {
      const link = await this.#anyLink(tried)
      tried.add(link)
      try {
        const answer = await this.#patient(link, link.ask(metadata, { topics }, 'bulk'), metadataPatienceMs)
        await this.#learn(answer)
        return answer
      } catch (thrown) {
        if (!(thrown instanceof AppError) || !thrown.data.retryable || tried.size >= this.#targets().length) throw thrown
      }
    }
  }

  /** Asks one broker, or any that is open. A broker that has been silent on a request for 5 s is not asked more until it answers or is cut off. */
  async ask<I, O>(node: number | 'any', api: WireApi<I, O>, input: I, channel: Channel = 'control'): Promise<O> {
    return this.#send(node === 'any' ? await this.#anyLink() : this.#linkOf(node), api, input, channel)
  }

  /**
   * Asks over a socket of its own what the broker has to ask somebody else for (a controller, the keeper of share state): when that hangs,
   * it is the other who is silent, and the broker must not be taken for it.
   */
  async askThrough<I, O>(node: number | 'any', api: WireApi<I, O>, input: I, patience: number = patienceMs): Promise<O> {
    return this.#through(node === 'any' ? await this.#anyLink() : this.#linkOf(node), api, input, patience)
  }

  /** The same of any broker, and of one other unless `isEnough` takes what the first one answered: what each said, or why it did not. */
  async askAround<I, O>(api: WireApi<I, O>, input: I, isEnough: (answer: O) => boolean): Promise<readonly (O | AppError)[]> {
    const tried = new Set<BrokerLink>()
    const heard: (O | AppError)[] = []
    while (heard.length < Math.min(2, this.#targets().length)) {
      try {
        const link = await this.#anyLink(tried)
        tried.add(link)
        const answer = await this.#through(link, api, input)
        heard.push(answer)
        if (isEnough(answer)) break
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown
        heard.push(thrown)
      }
    }
    return heard
  }

  #through<I, O>({ target }: BrokerLink, api: WireApi<I, O>, input: I, patience: number = patienceMs): Promise<O> {
    return this.#send(this.#linkTo(target, 'through '), api, input, 'control', patience)
  }

  #send<I, O>(link: BrokerLink, api: WireApi<I, O>, input: I, channel: Channel, patience = patienceFor(link)): Promise<O> {
    const target = targetText(link.target)
    if (link.silentMs() > patience)
      return Promise.reject(
        new AppError('timeout', `${target} has not answered for ${Math.round(link.silentMs() / 1000)} s.`, { system: 'kafka', target }),
      )
    return this.#patient(link, link.ask(api, input, channel), patience)
  }

  async speaks(node: number, api: WireApi<never, unknown>): Promise<boolean> {
    return this.#linkOf(node).speaks(api)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()))
    this.#links.clear()
  }

  #linkTo(target: Target, purpose = ''): BrokerLink {
    const key = purpose + targetText(target)
    const open = this.#links.get(key)
    if (open !== undefined) return open
    const link = new BrokerLink({
      door: this.#options.door,
      target,
      now: this.#options.now,
      onLost: () => (purpose === '' ? this.#options.onLost(target) : undefined),
    })
    this.#links.set(key, link)
    return link
  }

  #linkOf(node: number): BrokerLink {
    const target = this.#nodes.get(node)
    if (target === undefined) throw new AppError('not-found', `Broker ${node} is not in the cluster's metadata.`, { system: 'kafka' })
    return this.#linkTo(target)
  }

  #targets(): readonly Target[] {
    return [...new Map([...this.#nodes.values(), ...this.#options.bootstrap].map((target) => [targetText(target), target])).values()]
  }

  async #learn(answer: MetadataAnswer): Promise<void> {
    for (const broker of answer.brokers) this.#nodes.set(broker.nodeId, { host: broker.host, port: broker.port })
    const alive = new Set(answer.brokers.map((broker) => broker.nodeId))
    for (const node of this.#nodes.keys()) if (!alive.has(node)) await this.#forget(node)
  }

  /**
   * A broker that answered lately, else the first of all known and bootstrap brokers whose socket and versions are ready: a frozen one
   * accepts connections and never is.
   */
  async #anyLink(except: ReadonlySet<BrokerLink> = new Set()): Promise<BrokerLink> {
    const links = this.#targets()
      .map((target) => this.#linkTo(target))
      .filter((link) => !except.has(link))
    const ready = links.filter((link) => link.contact.failures === 0 && link.contact.lastAnswer !== undefined)
    const [calmest] = ready.sort((a, b) => a.silentMs() - b.silentMs())
    const open = (link: BrokerLink): Promise<BrokerLink> => link.open('control').then(() => link)
    try {
      return await (calmest === undefined ? Promise.any(links.map(open)) : open(calmest).catch(() => Promise.any(links.map(open))))
    } catch (thrown) {
      throw thrown instanceof AggregateError ? (thrown.errors[0] ?? thrown) : thrown
    }
  }

  async #patient<O>(link: BrokerLink, answer: Promise<O>, patience: number = patienceFor(link)): Promise<O> {
    const { promise: silent, reject } = Promise.withResolvers<never>()
    const timer = setInterval(() => {
      const target = targetText(link.target)
      if (link.silentMs() > patience)
        reject(new AppError('timeout', `${target} did not answer within ${patience / 1000} s.`, { system: 'kafka', target }))
    }, patience / 10)
    try {
      return await Promise.race([answer, silent])
    } finally {
      clearInterval(timer)
      answer.catch(() => {}) // it may still fail after we stopped waiting; its link remembers that
    }
  }

  async #forget(node: number): Promise<void> {
    const target = this.#nodes.get(node)
    if (target === undefined) return
    this.#left.set(node, { target, contact: this.contact(node) })
    this.#nodes.delete(node)
    const name = targetText(target)
    const kept = this.#options.bootstrap.some((one) => targetText(one) === name) ? ['through '] : ['', 'through ']
    for (const key of kept.map((purpose) => purpose + name)) {
      const link = this.#links.get(key)
      this.#links.delete(key)
      await link?.close()
    }
  }
}
