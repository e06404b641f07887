// Every way a call can fail, as one AppError: the host's own errors, a caller that went, a connection that closed.
import { isORPCErrorJson, ORPCError } from '@orpc/client'
import { AppError, type ErrorData, errorCodes } from '../../shared/model/app-error.ts'

const again = { hint: 'It is started again by itself and asked again.' }

/** The host went away before it answered; the same call may succeed a moment later. */
export function hostLost(why: string): AppError {
  return new AppError('internal', `The connection to the host ended before it answered: ${why}.`, again)
}

function isErrorData(data: unknown): data is ErrorData {
  return (
    typeof data === 'object' &&
    data !== null &&
    'code' in data &&
    errorCodes.some((code) => code === data.code) &&
    'message' in data &&
    typeof data.message === 'string'
  )
}

/** @param closed why the connection is closed, or undefined while it is open. */
export function wireError(thrown: unknown, signal: AbortSignal | undefined, closed: string | undefined): AppError {
  if (thrown instanceof AppError) return thrown
  if (signal?.aborted === true) {
    return signal.reason instanceof AppError ? signal.reason : new AppError('cancelled', 'It was stopped on request.')
  }
  if (thrown instanceof ORPCError) {
    if (isErrorData(thrown.data)) return AppError.from(thrown.data)
    if (thrown.code === 'NOT_FOUND' || thrown.code === 'BAD_REQUEST') return new AppError('bad-request', thrown.message)
    if (isORPCErrorJson(thrown.toJSON())) return new AppError('internal', thrown.message)
  }
  // The RPC library rejects what was pending when its carrier closed with errors of several kinds: all mean the same.
  return hostLost(closed ?? 'it closed')
}
