/** All rules about Kafka, the most urgent first. */
import type { AnyCheck } from '../../triage/judging.ts'
import { clusterChecks } from './checks-cluster.ts'
import { groupChecks } from './checks-groups.ts'

export const checks: readonly AnyCheck[] = [...clusterChecks, ...groupChecks]
