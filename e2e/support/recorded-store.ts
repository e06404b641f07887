// A Store with some minutes of a small Kafka platform in it, put there as a connector puts it: for tests of files that need no broker.

import { unknown } from '../../shared/model/known.ts'
import { own } from '../../shared/model/own.ts'
import { say } from '../../shared/model/sentence.ts'
import { formatUrn } from '../../shared/model/urn.ts'
import { kafka } from '../../shared/systems/kafka/system.ts'
import { encode } from '../../src-main/store/columns.ts'
import { openStore } from '../../src-main/store/open-store.ts'
import type { Store, Stored } from '../../src-main/store/store-types.ts'

export const recordedFrom = new Date('2026-01-02T01:00:00Z')
export const recordedConnection: Stored = { connection: 'east', system: 'kafka', instance: 'cluster-One_1', title: 'East' }
const judge: Stored = { connection: 'landscope', system: 'landscope', instance: 'landscope', title: 'Landscope' }

/** The moment of a round, 20 s apart. */
export function roundAt(round: number): Date {
  return new Date(recordedFrom.getTime() + round * 20_000)
}
/** Host of a broker, as it stands in the file when it was not masked. */
export function brokerHost(broker: number): string {
  return `broker-${broker}.corp.example`
}
export function brokerUrn(broker: number): string {
  return formatUrn({ system: 'kafka', instance: recordedConnection.instance, collection: 'brokers', key: [String(broker)] })
}

function brokerRow(broker: number, round: number, note: string) {
  const down = broker === 2 && round >= 5 && round < 8
  return {
    broker: String(broker),
    host: brokerHost(broker),
    address: `${brokerHost(broker)}:9092`,
    rack: '',
    listed: !down,
    contact: down ? 'refusing' : 'answering',
    failures: down ? round - 4 : 0,
    failingSince: down ? roundAt(5) : unknown('not-yet'),
    lastAnswer: roundAt(round),
    lastError: down ? `${brokerHost(broker)}:9092 refused the connection${note}` : '',
    leads: broker + round,
    replicas: 9,
    outOfSync: down ? 3 : 0,
    coordinates: 1,
    controller: broker === 1,
  }
}

function connectionRow() {
  const { connection, title, system, instance } = recordedConnection
  const none = unknown('not-recorded')
  return {
    ...{ connection, title, system, instance, state: 'answering', why: none, errorCode: none },
    ...{ lastAnswer: unknown('not-yet'), clockOffsetMs: unknown('not-yet') },
    ...{ requestsPerMinute: 12, requestsAllowed: 120, writes: 0, bytesIn: 4_096, slowestMs: 3 },
  }
}

/** @param note is added to the texts of errors: a test plants secrets by it. */
export async function recordedStore(
  folder: string,
  shape: { readonly rounds: number; readonly brokers: number; readonly note?: string },
): Promise<Store> {
  let clock = recordedFrom
  const store = await openStore({ folder, systems: [kafka, own], now: () => clock })
  for (let round = 0; round < shape.rounds; round += 1) {
    clock = roundAt(round)
    const writer = store.round(recordedConnection, 'lag', clock, 20_000)
    const rows = Array.from({ length: shape.brokers }, (_, i) => brokerRow(i + 1, round, shape.note ?? ''))
    await writer.stage('brokers', encode(kafka.collections.brokers, rows))
    writer.cover('brokers', 'all')
    await writer.commit(clock)
    const findings = store.round(judge, 'judge', clock, 20_000)
    const missing = rows.filter((row) => row.contact === 'refusing')
    await findings.stage(
      'findings',
      encode(
        own.collections.findings,
        missing.map((row) => ({
          urn: brokerUrn(Number(row.broker)),
          rule: 'BROKER_MISSING',
          system: 'kafka',
          connection: recordedConnection.connection,
          label: row.host,
          class: 'failure',
          origin: 'intrinsic',
          severity: 'high',
          says: JSON.parse(JSON.stringify(say`${{ text: row.host, to: { urn: brokerUrn(2) } }} does not answer`)),
          since: { from: roundAt(5), to: roundAt(5) },
          sinceBy: 'seen',
          opened: roundAt(5),
          evidence: [{ label: 'error', value: row.lastError }],
          also: [],
        })),
      ),
    )
    findings.cover('findings', 'all')
    await findings.stage('connections', encode(own.collections.connections, [connectionRow()]))
    findings.cover('connections', 'all')
    await findings.commit(clock)
  }
  return store
}
