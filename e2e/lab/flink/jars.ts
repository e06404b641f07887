// Flink as the lab runs it: there is no published distribution, so it is put together from its parts.
import { fetchJars } from '../../support/maven.ts'

export const FLINK_VERSION = '2.3.0'

const PARTS = [
  'flink-runtime',
  'flink-runtime-web',
  'flink-clients',
  'flink-rpc-akka-loader',
  'flink-streaming-java',
  'flink-connector-base',
  'flink-connector-datagen',
  'flink-connector-files',
  'flink-json',
  'flink-table-api-java-bridge',
  'flink-table-planner-loader',
  'flink-table-runtime',
  'flink-sql-gateway',
]

/** Jars of job manager, task managers and SQL gateway, with the Kafka connector (its newest build is for 2.2 and runs on 2.3). */
export function flinkJars(): Promise<string> {
  return fetchJars({
    name: 'flink',
    version: FLINK_VERSION,
    dependencies: [
      ...PARTS.map((artifact) => `org.apache.flink:${artifact}:${FLINK_VERSION}`),
      'org.apache.flink:flink-connector-kafka:5.0.0-2.2',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
      'org.apache.logging.log4j:log4j-core:2.24.3',
    ],
  })
}
