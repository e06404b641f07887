/** The systems, one line each. The host's and the page's lists must name the same ones: the compiler demands it. */
import { flink } from './flink/system.ts'
import { kafka } from './kafka/system.ts'

export const systems = { kafka, flink } as const
export type SystemId = keyof typeof systems
