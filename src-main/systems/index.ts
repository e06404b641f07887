/** How each system is talked to and judged, one line each. A system of `shared/systems` without a line here does not compile. */
import type { systems } from '../../shared/systems/index.ts'
import { flink } from './flink/index.ts'
import { kafka } from './kafka/index.ts'
import type { Room } from './room.ts'

export const rooms = { kafka, flink } satisfies { readonly [I in keyof typeof systems]: Room<(typeof systems)[I]> }
