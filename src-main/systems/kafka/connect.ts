/** Opens a Kafka connection: one set of sockets, two sweeps, one read. Contacts nobody until asked. */
import { AppError } from '../../../shared/model/app-error.ts'
import type { Connect } from '../../../shared/model/connector.ts'
import type { kafka } from '../../../shared/systems/kafka/system.ts'
import { parseKafkaAddress } from '../../connections/addresses.ts'
import { readOnlyPolicy } from '../../net/policy.ts'
import { TrafficLedger } from '../../net/traffic.ts'
import { createMemory } from './memory.ts'
import { readMessages } from './reads/messages.ts'
import { sweepHealth } from './sweeps/health.ts'
import { sweepLag } from './sweeps/lag.ts'
import { Cluster } from './wire/cluster.ts'

export const connect: Connect<typeof kafka> = async (given, ctx) => {
  const endpoint = given.endpoints.brokers
  if (endpoint === undefined || endpoint.addresses.length === 0)
    throw new AppError('bad-request', 'No bootstrap server is given.', { system: 'kafka' })
  if (endpoint.tls !== undefined || endpoint.credential !== undefined)
    throw new AppError('unsupported', 'TLS and sign-in are not offered yet; only plaintext listeners can be opened.', { system: 'kafka' })
  const bootstrap = endpoint.addresses.map(parseKafkaAddress)
  const ledger = new TrafficLedger()
  const policy = readOnlyPolicy('kafka', [...bootstrap.map((target) => target.host), ...ctx.allowed])
  const cluster = new Cluster({
    door: { clientId: 'landscope', policy, security: {}, ledger },
    bootstrap,
    now: ctx.now,
    onLost: () => ctx.wake('lag'),
  })
  const memory = createMemory()
  return {
    identify: async () => {
      const { clusterId, brokers } = await cluster.metadata([])
      if (clusterId !== null && clusterId !== '') return { instance: clusterId, by: 'server' }
      return {
        instance: brokers
          .map((broker) => `${broker.host}:${broker.port}`)
          .sort()
          .join(','),
        by: 'address',
      }
    },
    sweeps: {
      lag: (out, asked) => sweepLag({ cluster, memory, ctx }, out, asked),
      health: (out, asked) => sweepHealth({ cluster, memory, ctx }, out, asked),
    },
    reads: { messages: (input, signal) => readMessages(cluster, input, signal) },
    actions: {},
    traffic: () => Object.fromEntries(ledger.list().map(({ endpoint: target, ...traffic }) => [target, traffic])),
    close: () => cluster.close(),
  }
}
