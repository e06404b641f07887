/** All that the host judges about Kafka, in the order in which it runs. */
import type { Judges } from '../../triage/judging.ts'

export const judges: Judges = { derives: [], checks: [], links: [], ends: [], headlines: [] }
