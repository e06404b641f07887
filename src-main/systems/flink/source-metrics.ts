/** Sources of a job, read off the ids of its metrics: Kafka topics and partitions stand in them, no configuration is needed. */
import type { Out } from '../../../shared/model/connector.ts'
import type { flink } from '../../../shared/systems/flink/system.ts'
import type { Aggregated } from './answers.ts'
import { duration, metric, offset } from './known-values.ts'

type All = (typeof flink)['collections']
export type SourceRow = Parameters<Out<All, 'sources'>['put']>[1][number]
export type PartitionRow = Parameters<Out<All, 'sourcePartitions'>['put']>[1][number]

const partitionId = /^(.*)\.KafkaSourceReader\.topic\.(.+)\.partition\.(\d+)\.(currentOffset|committedOffset)$/s
const operatorId =
  /^(.*)\.(pendingRecords|numRecordsInPerSecond|currentEmitEventTimeLag|sourceIdleTime|KafkaSourceReader\.commitsFailed|KafkaSourceReader\.KafkaConsumer\.connection-count)$/s

/** The ids that tell about sources. Other operators of the vertex are left out: each id is a risk and makes the request longer. */
export function sourceMetrics(ids: readonly string[]): readonly string[] {
  const operators = new Set(
    ids.flatMap(
      (id) =>
        partitionId.exec(id)?.[1] ?? /^(.*)\.(?:sourceIdleTime|pendingRecords|KafkaSourceReader\.commitsFailed)$/s.exec(id)?.[1] ?? [],
    ),
  )
  return ids.filter((id) => partitionId.test(id) || operators.has(operatorId.exec(id)?.[1] ?? ''))
}

/** Sources of one vertex. An operator is one when its metrics say that it waits for records or reads Kafka. */
export function readSources(
  jid: string,
  vertex: string,
  metrics: ReadonlyMap<string, Aggregated>,
): { readonly sources: readonly SourceRow[]; readonly partitions: readonly PartitionRow[] } {
  const partitions = new Map<string, { topic: string; partition: bigint; operator: string; current?: number; committed?: number }>()
  const operators = new Map<string, Map<string, Aggregated>>()
  for (const [id, values] of metrics) {
    const [, reader, topic, number, which] = partitionId.exec(id) ?? []
    if (reader !== undefined && topic !== undefined && number !== undefined) {
      const found = partitions.get(`${topic} ${number}`) ?? { topic, partition: BigInt(number), operator: reader }
      if (values.max !== undefined) found[which === 'currentOffset' ? 'current' : 'committed'] = values.max
      partitions.set(`${topic} ${number}`, found)
      continue
    }
    const [, operator, name] = operatorId.exec(id) ?? []
    if (operator === undefined || name === undefined) continue
    operators.set(operator, (operators.get(operator) ?? new Map<string, Aggregated>()).set(name, values))
  }
  const rows = [...operators].flatMap(([operator, own]): readonly SourceRow[] => {
    const topics = [...new Set([...partitions.values()].filter((p) => p.operator === operator).map((p) => p.topic))].sort()
    const isKafka = topics.length > 0 || own.has('KafkaSourceReader.commitsFailed')
    if (!isKafka && !own.has('sourceIdleTime') && !own.has('pendingRecords')) return []
    return [
      {
        jid,
        vertex,
        operator,
        from: isKafka ? 'kafka' : 'other',
        topics,
        pending: metric(own.get('pendingRecords')?.sum),
        recordsPerSecond: metric(own.get('numRecordsInPerSecond')?.sum),
        emitLag: duration(own.get('currentEmitEventTimeLag')?.max),
        idle: metric(own.get('sourceIdleTime')?.min),
        connections: metric(own.get('KafkaSourceReader.KafkaConsumer.connection-count')?.sum),
        commitsFailed: metric(own.get('KafkaSourceReader.commitsFailed')?.sum),
      },
    ]
  })
  return {
    sources: rows,
    partitions: [...partitions.values()].map(({ topic, partition, operator, current, committed }) => ({
      jid,
      topic,
      partition,
      operator,
      current: offset(current),
      committed: offset(committed),
    })),
  }
}
