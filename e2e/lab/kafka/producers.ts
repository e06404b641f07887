// Producers of the lab: play events as JSON at a steady rate, and the record that is no JSON.
import kafkajs from 'kafkajs'
import { kafkaClient } from './client.ts'

export interface PlayEvent {
  readonly event: 'play' | 'pause' | 'stop'
  readonly user_id: string
  readonly title: string
  readonly position_ms: number
  /** Epoch milliseconds. */
  readonly at: number
  /** Counts up from 0 per producer. */
  readonly n: number
}

/** The n-th event of a producer. */
export function playEvent(n: number): PlayEvent {
  const events = ['play', 'pause', 'stop'] as const
  return {
    event: events[n % 3] ?? 'play',
    user_id: `user-${(n * 7_919) % 500}`,
    title: `title-${n % 40}`,
    position_ms: (n * 137) % 7_200_000,
    at: Date.now(),
    n,
  }
}

export interface LabProducer {
  readonly topic: string
  /** Records the brokers have acknowledged. */
  readonly sent: number
  /** Resolves when nothing is on its way any more. */
  pause(): Promise<void>
  resume(): void
  stop(): Promise<void>
}

export interface ProducerOptions {
  readonly topic: string
  /** Records a second over all partitions. */
  readonly rate: number
  /** Only this partition; default: round robin over `partitions`. */
  readonly partition?: number
  readonly partitions?: number
  readonly clientId?: string
}

const TICK_MS = 200

/** Sends at a steady rate until it is stopped. What cannot be sent (broker gone) is tried again, not dropped. */
export async function startProducer(bootstrap: readonly string[], options: ProducerOptions): Promise<LabProducer> {
  const producer = kafkaClient(bootstrap, options.clientId ?? `producer-${options.topic}`).producer({ idempotent: false })
  await producer.connect()
  let sent = 0
  let numbered = 0
  let owed = 0
  let running = true
  let inFlight: Promise<void> = Promise.resolve()
  let busy = false

  const send = async (count: number): Promise<void> => {
    busy = true
    const messages = Array.from({ length: count }, () => {
      const event = playEvent(numbered)
      const partition = options.partition ?? numbered % (options.partitions ?? 1)
      numbered += 1
      return { key: event.user_id, value: JSON.stringify(event), partition, headers: { source: 'lab' } }
    })
    try {
      await producer.send({ topic: options.topic, messages, acks: -1 })
      sent += count
    } catch {
      owed += count
    } finally {
      busy = false
    }
  }
  const timer = setInterval(() => {
    if (!running) return
    // Never more than a second's worth at once, so a broker that comes back is not flooded.
    owed = Math.min(owed + (options.rate * TICK_MS) / 1000, Math.max(1, options.rate))
    const count = Math.floor(owed)
    if (busy || count === 0) return
    owed -= count
    inFlight = send(count)
  }, TICK_MS)
  const pause = async (): Promise<void> => {
    running = false
    owed = 0
    await inFlight
  }
  return {
    topic: options.topic,
    get sent() {
      return sent
    },
    pause,
    resume: () => {
      running = true
    },
    stop: async () => {
      clearInterval(timer)
      await pause()
      await producer.disconnect()
    },
  }
}

export interface SentRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** Sends values to one partition, one batch; answers where the first of them is. */
export async function produce(
  bootstrap: readonly string[],
  to: { readonly topic: string; readonly partition?: number },
  values: readonly (string | null)[],
): Promise<SentRecord> {
  const producer = kafkaClient(bootstrap).producer()
  await producer.connect()
  try {
    const partition = to.partition ?? 0
    const messages = values.map((value, index) => ({ key: `key-${index}`, value, partition }))
    const [written] = await producer.send({ topic: to.topic, messages, acks: -1, compression: kafkajs.CompressionTypes.None })
    return { topic: to.topic, partition, offset: BigInt(written?.baseOffset ?? -1) }
  } finally {
    await producer.disconnect()
  }
}

/** What a careless deploy once wrote into a topic of JSON. */
export const BAD_RECORD = 'play;user-17;title-3;;2026-13-41T25:61:00'

/** Writes the bad record; answers where it is. */
export function produceBadRecord(bootstrap: readonly string[], topic: string, partition: number): Promise<SentRecord> {
  return produce(bootstrap, { topic, partition }, [BAD_RECORD])
}
