// The Kafka versions of the lab and the jars they consist of.
import { fetchJars } from '../../support/maven.ts'

export type KafkaVersion = '4.4.0' | '3.9.2'

// Without an slf4j binding a broker logs nothing, not even why it did not start.
const LOGGING = 'org.slf4j:slf4j-simple:1.7.36'

/** Jars of a broker. */
export function brokerJars(version: KafkaVersion): Promise<string> {
  return fetchJars({ name: 'kafka', version, dependencies: [`org.apache.kafka:kafka_2.13:${version}`, LOGGING] })
}

/** Jars of the command line tools. 4.4.0 is not published; 4.3.1 is the newest and speaks to 4.4.0 brokers. */
export function toolJars(): Promise<string> {
  return fetchJars({ name: 'kafka-tools', version: '4.3.1', dependencies: ['org.apache.kafka:kafka-tools:4.3.1', LOGGING] })
}
