// Reads the heads of Kafka's length-prefixed frames out of a stream of chunks, without keeping their bodies.

export interface KafkaRequestHead {
  readonly apiKey: number
  readonly apiName: string
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | undefined
  /** Size of the frame with its length field. */
  readonly bytes: number
}

const LENGTH_BYTES = 4
/** Key, version, correlation id, length of the client id, and room for a client id. */
const HEAD_BYTES = 10 + 256

/** A sink for what a client sends; calls back once per request, when its last byte has passed. */
export function kafkaRequests(seen: (request: KafkaRequestHead) => void): (chunk: Buffer) => void {
  return frames((head, bytes) => {
    if (head.length < 8) return
    const apiKey = head.readInt16BE(0)
    const clientIdLength = head.length >= 10 ? head.readInt16BE(8) : -1
    seen({
      apiKey,
      apiName: KAFKA_APIS[apiKey] ?? `api ${apiKey}`,
      apiVersion: head.readInt16BE(2),
      correlationId: head.readInt32BE(4),
      clientId: clientIdLength >= 0 ? head.toString('utf8', 10, 10 + clientIdLength) : undefined,
      bytes,
    })
  })
}

/** A sink for what a broker sends. */
export function kafkaResponses(
  seen: (response: { readonly correlationId: number; readonly bytes: number }) => void,
): (chunk: Buffer) => void {
  return frames((head, bytes) => {
    if (head.length >= 4) seen({ correlationId: head.readInt32BE(0), bytes })
  })
}

function frames(seen: (head: Buffer, bytes: number) => void): (chunk: Buffer) => void {
  let length = Buffer.alloc(0)
  let head = Buffer.alloc(0)
  /** Bytes of the present frame's body that are still to come; -1 while its length is not known. */
  let left = -1
  return (chunk) => {
    let rest = chunk
    while (rest.length > 0) {
      if (left < 0) {
        const missing = LENGTH_BYTES - length.length
        length = Buffer.concat([length, rest.subarray(0, missing)])
        rest = rest.subarray(missing)
        if (length.length < LENGTH_BYTES) return
        left = length.readInt32BE(0)
        head = Buffer.alloc(0)
      }
      const body = rest.subarray(0, left)
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, body.subarray(0, HEAD_BYTES - head.length)])
      left -= body.length
      rest = rest.subarray(body.length)
      if (left > 0) return
      seen(head, LENGTH_BYTES + length.readInt32BE(0))
      length = Buffer.alloc(0)
      left = -1
    }
  }
}

/** Kafka's names of its API keys (protocol guide, "Api Keys"). */
const KAFKA_APIS: Readonly<Record<number, string>> = Object.fromEntries(
  (
    'Produce Fetch ListOffsets Metadata LeaderAndIsr StopReplica UpdateMetadata ControlledShutdown OffsetCommit OffsetFetch ' +
    'FindCoordinator JoinGroup Heartbeat LeaveGroup SyncGroup DescribeGroups ListGroups SaslHandshake ApiVersions CreateTopics ' +
    'DeleteTopics DeleteRecords InitProducerId OffsetForLeaderEpoch AddPartitionsToTxn AddOffsetsToTxn EndTxn WriteTxnMarkers ' +
    'TxnOffsetCommit DescribeAcls CreateAcls DeleteAcls DescribeConfigs AlterConfigs AlterReplicaLogDirs DescribeLogDirs ' +
    'SaslAuthenticate CreatePartitions CreateDelegationToken RenewDelegationToken ExpireDelegationToken DescribeDelegationToken ' +
    'DeleteGroups ElectLeaders IncrementalAlterConfigs AlterPartitionReassignments ListPartitionReassignments OffsetDelete ' +
    'DescribeClientQuotas AlterClientQuotas DescribeUserScramCredentials AlterUserScramCredentials Vote BeginQuorumEpoch ' +
    'EndQuorumEpoch DescribeQuorum AlterPartition UpdateFeatures Envelope FetchSnapshot DescribeCluster DescribeProducers ' +
    'BrokerRegistration BrokerHeartbeat UnregisterBroker DescribeTransactions ListTransactions AllocateProducerIds ' +
    'ConsumerGroupHeartbeat ConsumerGroupDescribe ControllerRegistration GetTelemetrySubscriptions PushTelemetry ' +
    'AssignReplicasToDirs ListConfigResources DescribeTopicPartitions ShareGroupHeartbeat ShareGroupDescribe ShareFetch ' +
    'ShareAcknowledge AddRaftVoter RemoveRaftVoter UpdateRaftVoter InitializeShareGroupState ReadShareGroupState ' +
    'WriteShareGroupState DeleteShareGroupState ReadShareGroupStateSummary StreamsGroupHeartbeat StreamsGroupDescribe ' +
    'DescribeShareGroupOffsets AlterShareGroupOffsets DeleteShareGroupOffsets'
  )
    .split(' ')
    .map((name, key) => [key, name]),
)
