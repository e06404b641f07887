// Kafka's own command line, as the second opinion on lag.
import { runJava } from '../java.ts'
import { toolJars } from './jars.ts'

export interface DescribedPartition {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** Undefined where the tool prints "-". */
  readonly currentOffset: bigint | undefined
  readonly logEndOffset: bigint | undefined
  readonly lag: bigint | undefined
}

/** Rows of `kafka-consumer-groups --describe --all-groups`, of classic and newer consumer groups. */
export async function describeAllGroups(bootstrap: readonly string[], withinMs = 120_000): Promise<readonly DescribedPartition[]> {
  const output = await runJava(
    {
      jars: await toolJars(),
      mainClass: 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
      flags: ['-Xmx256m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=off'],
      args: ['--bootstrap-server', bootstrap.join(','), '--describe', '--all-groups', '--offsets'],
    },
    withinMs,
  )
  return parseDescription(output)
}

/** Parses the tool's tables: one per group, each below a line `GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG …`. */
export function parseDescription(output: string): readonly DescribedPartition[] {
  const rows: DescribedPartition[] = []
  let columns: readonly string[] = []
  for (const line of output.split('\n')) {
    const cells = line.trim().split(/\s+/)
    if (cells[0] === 'GROUP') columns = cells
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? ''
    if (columns.length === 0 || cells[0] === 'GROUP' || !/^\d+$/.test(cell('PARTITION'))) continue
    rows.push({
      group: cell('GROUP'),
      topic: cell('TOPIC'),
      partition: Number(cell('PARTITION')),
      currentOffset: offset(cell('CURRENT-OFFSET')),
      logEndOffset: offset(cell('LOG-END-OFFSET')),
      lag: offset(cell('LAG')),
    })
  }
  return rows
}

function offset(cell: string): bigint | undefined {
  return /^-?\d+$/.test(cell) ? BigInt(cell) : undefined
}
