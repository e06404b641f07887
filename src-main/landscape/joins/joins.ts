/** Joins: pairs of systems whose records match by value. "Matches", never "is". One line for each pair. */
import { flinkKafka } from './flink-kafka.ts'
import type { Joiner } from './joiner.ts'

export const joins: readonly Joiner[] = [flinkKafka]
