/** Kafka's room in the host: its connector, loaded only in its own worker, and its judges. */
import type { kafka as declared } from '../../../shared/systems/kafka/system.ts'
import type { Room } from '../room.ts'
import { judges } from './judges.ts'

export const kafka: Room<typeof declared> = { connect: async () => (await import('./connect.ts')).connect, judges }
