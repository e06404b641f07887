/** The systems' screens, one line each. A system that is missing here is a compile error. */
import type { SystemId } from '../../shared/systems/index.ts'
import { flinkScreens } from './flink/screens.ts'
import { kafkaScreens } from './kafka/screens.ts'
import type { Screens } from './screens.ts'

export const screensOf: { readonly [I in SystemId]: Screens } = { kafka: kafkaScreens, flink: flinkScreens }
