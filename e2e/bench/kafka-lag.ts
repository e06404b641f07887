// What it costs to know the lag of every group of a large cluster: our connector's first sweep, beside the two ways consoles go, an
// admin loop with kafkajs and Kafka's own kafka-consumer-groups. All must find the same lag.
import { setTimeout as delay } from 'node:timers/promises'
import { known } from '../../shared/model/known.ts'
import { withAdmin } from '../lab/kafka/client.ts'
import { describeAllGroups } from '../lab/kafka/tools.ts'
import { type ScaledKafka, startScaledKafka } from '../lab/scale.ts'
import { openRounds } from '../systems/kafka-rounds.ts'
import type { BenchResult } from './result.ts'

/** A peer that takes longer is stopped. */
const PATIENCE_MS = 120_000
const GAVE_UP = 'gave up after 120 s'

interface Measured {
  readonly seconds: number
  readonly cpuS: number
  readonly lagSum: bigint
}

/** The broker's size can be made smaller for a try: `LANDSCOPE_BENCH_TOPICS`, with 4.5 partitions each and a group for four of them. */
function size(): { readonly topics: number; readonly partitions: number; readonly groups: number } {
  const topics = Number(process.env.LANDSCOPE_BENCH_TOPICS ?? 2_000)
  return { topics, partitions: Math.round(topics * 4.5), groups: Math.max(2, Math.round(topics / 4)) }
}

export async function bench(): Promise<BenchResult> {
  const scaled = await startScaledKafka({ ...size(), says: (line) => console.error(line) })
  try {
    const ours = await ourSweep(scaled)
    const loop = await withinPatience(() => measured(() => adminLoop(scaled.kafka.directBootstrap)))
    const tool = await withinPatience(() => measured(() => groupsTool(scaled.kafka.directBootstrap)))
    const { topics, partitions, groups } = scaled
    const { lagSum, ...cost } = ours
    const figures = { topics, partitions, groups, brokers: 1, ...cost }
    const peer = {
      kafkajsSeconds: loop?.seconds ?? GAVE_UP,
      kafkajsCpuS: loop?.cpuS ?? GAVE_UP,
      consumerGroupsSeconds: tool?.seconds ?? GAVE_UP,
    }
    const fastest = Math.min(loop?.seconds ?? PATIENCE_MS / 1_000, tool?.seconds ?? PATIENCE_MS / 1_000)
    const agree = [lagSum, loop?.lagSum, tool?.lagSum].every((sum) => sum === undefined || sum === scaled.lagSum)
    if (!agree) console.error(`lag sums differ: made ${scaled.lagSum}, ours ${lagSum}, kafkajs ${loop?.lagSum}, tool ${tool?.lagSum}`)
    return {
      name: 'kafka-lag',
      figures,
      peer,
      ratio: Math.round((fastest / ours.seconds) * 10) / 10,
      pass: agree && ours.seconds < fastest,
    }
  } finally {
    await scaled.stop()
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100

async function measured(ask: () => Promise<bigint>): Promise<Measured> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const lagSum = await ask()
  const spent = process.cpuUsage(cpu)
  return { seconds: rounded((performance.now() - began) / 1_000), cpuS: rounded((spent.user + spent.system) / 1e6), lagSum }
}

/** Undefined: stopped. What a stopped peer still does ends with the broker. */
async function withinPatience(ask: () => Promise<Measured>): Promise<Measured | undefined> {
  const asked = ask().catch((error: unknown) => {
    console.error(`a peer failed: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  })
  return Promise.race([asked, delay(PATIENCE_MS, undefined, { ref: false })])
}

/** The first sweep of a fresh connection: it knows nothing yet, not even whom to ask. */
async function ourSweep(scaled: ScaledKafka): Promise<Measured & { readonly requests: number; readonly bytes: number }> {
  const rounds = await openRounds(scaled.kafka.bootstrap)
  try {
    const cost = await measured(async () => {
      const round = await rounds.lag()
      return round.rows('groupPartitions').reduce((sum, row) => sum + (known(row.lag) ?? 0n), 0n)
    })
    const traffic = Object.values(rounds.traffic())
    return {
      requests: traffic.reduce((sum, t) => sum + t.requests, 0),
      bytes: traffic.reduce((sum, t) => sum + t.bytesIn + t.bytesOut, 0),
      ...cost,
    }
  } finally {
    await rounds.close()
  }
}

/** As consoles on kafkajs do it: the offsets of each group, the ends of each topic, one call each. */
function adminLoop(bootstrap: readonly string[]): Promise<bigint> {
  return withAdmin(bootstrap, async (admin) => {
    const ends = new Map<string, bigint>()
    for (const topic of await admin.listTopics())
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) ends.set(`${topic}/${partition}`, BigInt(high))
    let sum = 0n
    for (const { groupId } of (await admin.listGroups()).groups)
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId }))
        for (const { partition, offset } of partitions) {
          const committed = BigInt(offset)
          if (committed >= 0n) sum += (ends.get(`${topic}/${partition}`) ?? committed) - committed
        }
    return sum
  })
}

async function groupsTool(bootstrap: readonly string[]): Promise<bigint> {
  const rows = await describeAllGroups(bootstrap, PATIENCE_MS)
  return rows.reduce((sum, row) => sum + (row.lag ?? 0n), 0n)
}
