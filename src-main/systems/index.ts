/** How each system is talked to and judged, one line each. A system of `shared/systems` without a line here does not compile. */
import type { Connect } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import type { systems } from '../../shared/systems/index.ts'
import type { Judges } from '../triage/judging.ts'
import { flink } from './flink/index.ts'
import { kafka } from './kafka/index.ts'

/** A system's room: its connector, loaded only in its own worker, and its judges. */
export interface Room<S> {
  readonly connect: () => Promise<Connect<S>>
  readonly judges: Judges
}
export const rooms = { kafka, flink } satisfies { readonly [I in keyof typeof systems]: Room<(typeof systems)[I]> }
/** Any system's room, where code is generic over all of them. */
export type AnyRoom = Room<AnySystem>
