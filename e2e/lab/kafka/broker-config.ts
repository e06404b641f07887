// server.properties of one lab broker: controller and broker in one process, three listeners on loopback.

export interface BrokerPlan {
  readonly id: number
  readonly host: string
  /** Listener for clients; `advertised` is what it tells them, the same or a proxy in front of it. */
  readonly clientPort: number
  readonly advertised: { readonly host: string; readonly port: number }
  /** Listener for the other brokers and for the lab's own work: never proxied. */
  readonly brokerPort: number
  readonly controllerPort: number
  readonly logDir: string
}

export interface ClusterPlan {
  readonly brokers: readonly BrokerPlan[]
  readonly sessionTimeoutMs: number
  readonly extra: Readonly<Record<string, string>>
  readonly shareGroups: boolean
}

/** The properties file of one broker of the cluster. */
export function brokerProperties(cluster: ClusterPlan, broker: BrokerPlan): string {
  const replicas = Math.min(3, cluster.brokers.length)
  const minInSync = Math.max(1, replicas - 1)
  const voters = cluster.brokers.map((one) => `${one.id}@${one.host}:${one.controllerPort}`).join(',')
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'broker.rack': `rack-${broker.id}`,
    'controller.quorum.voters': voters,
    listeners: [
      `CLIENT://${broker.host}:${broker.clientPort}`,
      `BROKER://${broker.host}:${broker.brokerPort}`,
      `CONTROLLER://${broker.host}:${broker.controllerPort}`,
    ].join(','),
    'advertised.listeners': `CLIENT://${broker.advertised.host}:${broker.advertised.port},BROKER://${broker.host}:${broker.brokerPort}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'BROKER',
    'log.dirs': broker.logDir,
    'broker.session.timeout.ms': cluster.sessionTimeoutMs,
    'default.replication.factor': replicas,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': cluster.brokers.length === 1 ? 5 : 9,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'transaction.state.log.num.partitions': 3,
    'group.initial.rebalance.delay.ms': 0,
    // Index files are allocated in full, 10 MiB each, unless told otherwise.
    'log.index.size.max.bytes': 4096,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'auto.create.topics.enable': 'false',
  }
  if (cluster.shareGroups) {
    properties['share.coordinator.state.topic.replication.factor'] = replicas
    properties['share.coordinator.state.topic.min.isr'] = minInSync
    properties['share.coordinator.state.topic.num.partitions'] = 3
  }
  return Object.entries({ ...properties, ...cluster.extra })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
