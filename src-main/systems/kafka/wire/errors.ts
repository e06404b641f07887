/** Kafka's error codes by name, and foreign failures as AppErrors. */
import { protocolErrors, TimeoutError } from '@platformatic/kafka'
import { AppError, type ErrorCode } from '../../../../shared/model/app-error.ts'

/** The codes this connector decides something by. Source: Errors.java of apache/kafka. */
export const kafkaErrors = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  topicAuthorization: 29,
  groupAuthorization: 30,
  clusterAuthorization: 31,
  unsupportedVersion: 35,
  groupIdNotFound: 69,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  offsetNotAvailable: 78,
  unknownTopicId: 100,
} as const

const names = new Map(Object.values(protocolErrors).map((error) => [error.code, error.id]))

/** `NOT_LEADER_OR_FOLLOWER`; for a code newer than this version `error 199`. */
export function errorName(code: number): string {
  return names.get(code) ?? `error ${code}`
}

const staleMetadata = new Set<number>([
  kafkaErrors.unknownTopicOrPartition,
  kafkaErrors.notLeader,
  kafkaErrors.fencedLeaderEpoch,
  kafkaErrors.unknownLeaderEpoch,
  kafkaErrors.unknownTopicId,
])
/** Codes that say our picture of the leaders is old: refresh metadata and ask that element once more. */
export function isStaleMetadata(code: number): boolean {
  return staleMetadata.has(code)
}

const forbidden = new Set<number>([kafkaErrors.topicAuthorization, kafkaErrors.groupAuthorization, kafkaErrors.clusterAuthorization])
/** Codes that say this account may not see it: a gap to show, never to retry. */
export function isForbidden(code: number): boolean {
  return forbidden.has(code)
}

const codeOfNode: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ECONNRESET: 'unreachable',
  EPIPE: 'unreachable',
  ETIMEDOUT: 'timeout',
}

/** An answer whose bytes are not what its API says; nothing on that stream can be trusted afterwards. */
export class DecodeError extends Error {}

function* chain(thrown: unknown): Generator<Error & { readonly code?: unknown }> {
  let error = thrown
  for (let depth = 0; depth < 8 && error instanceof Error; depth++) {
    yield error
    error = error instanceof AggregateError ? error.errors[0] : error.cause
  }
}

/** Any failure of a socket or the driver as an AppError that names the broker. `fault` is why we dropped the stream ourselves. */
export function toAppError(thrown: unknown, target: string, fault?: string): AppError {
  if (thrown instanceof AppError) return thrown
  if (fault !== undefined)
    return new AppError('protocol', `The answer of ${target} cannot be Kafka's: ${fault}.`, { system: 'kafka', target, cause: thrown })
  for (const error of chain(thrown)) {
    const known = typeof error.code === 'string' ? codeOfNode[error.code] : undefined
    if (known !== undefined)
      return new AppError(known, `${target}: ${words(String(error.code))}.`, { system: 'kafka', target, cause: thrown })
    if (error instanceof TimeoutError)
      return new AppError('timeout', `${target} did not answer in time.`, { system: 'kafka', target, cause: thrown })
    if (error instanceof DecodeError)
      return new AppError('protocol', `The answer of ${target} cannot be Kafka's: ${error.message}.`, {
        system: 'kafka',
        target,
        cause: thrown,
      })
    if (error.message.includes('requires TLS'))
      return new AppError('tls', `${target} speaks TLS; this connection is plaintext.`, { system: 'kafka', target, cause: thrown })
  }
  const closed = thrown instanceof Error && thrown.message.includes('closed')
  return new AppError(
    closed ? 'unreachable' : 'internal',
    closed ? `${target} closed the connection.` : `${target}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    {
      system: 'kafka',
      target,
      cause: thrown,
    },
  )
}

function words(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused the connection'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name does not resolve'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'broke the connection off'
    case 'ETIMEDOUT':
      return 'did not answer in time'
    default:
      return 'cannot be reached'
  }
}
