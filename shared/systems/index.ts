/** The systems, one line each. The host's and the page's lists must name the same ones: the compiler demands it. */
import { kafka } from './kafka/system.ts'

export const systems = { kafka } as const
export type SystemId = keyof typeof systems
