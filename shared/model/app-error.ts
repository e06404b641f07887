/** Errors as data: one closed list of codes, each with a next step for a person. The same object crosses every boundary. */

export const errorCodes = [
  'bad-request',
  'not-found',
  'forbidden',
  'needs-sign-in',
  'locked',
  'unsupported',
  'unreachable',
  'timeout',
  'tls',
  'protocol',
  'too-large',
  'busy',
  'cancelled',
  'refused',
  'disk-full',
  'internal',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** What went wrong, in plain cloneable data. `system` and `target` say where (`kafka`, `127.0.0.1:9092`); `hint` is the next step. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly system?: string
  readonly target?: string
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
  readonly hint: string
}

/** code → is it worth asking again, and what a person can do. The one place of these sentences. */
export const errorHelp: { readonly [C in ErrorCode]: { readonly retryable: boolean; readonly hint: string } } = {
  'bad-request': { retryable: false, hint: 'Check the request: a name, field or value is not one this system declares.' },
  'not-found': { retryable: false, hint: 'It may have ended or been renamed: look at an earlier time, or search by name.' },
  forbidden: { retryable: false, hint: 'Ask for the right named in the message, or use another account.' },
  'needs-sign-in': { retryable: false, hint: 'Open Connections and sign in again.' },
  locked: { retryable: false, hint: 'Unlock the connection first (Connections, 15 minutes).' },
  unsupported: { retryable: false, hint: 'This server version does not offer it.' },
  unreachable: { retryable: true, hint: 'Check the address and whether the server runs.' },
  timeout: { retryable: true, hint: 'The server did not answer in time; it is asked again by itself.' },
  tls: { retryable: false, hint: 'Check the certificate, its dates and the name it was made for.' },
  protocol: { retryable: true, hint: 'Something else answers at this address, or the answer was damaged.' },
  'too-large': { retryable: false, hint: 'Narrow the request: a smaller range, fewer rows.' },
  busy: { retryable: true, hint: 'Too much is under way; it is tried again shortly.' },
  cancelled: { retryable: true, hint: 'It was stopped on request.' },
  refused: { retryable: false, hint: 'The server understood and said no; the message says why.' },
  'disk-full': { retryable: false, hint: 'Free some disk space; watching goes on, history is not kept until then.' },
  internal: { retryable: true, hint: 'A fault in Landscope: copy the details and report it.' },
}

type Where = {
  readonly system?: string | undefined
  readonly target?: string | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** The thrown form of ErrorData. `cause` stays for the log and never crosses a boundary. */
export class AppError extends Error {
  readonly data: ErrorData
  constructor(code: ErrorCode, message: string, where: Where = {}) {
    super(message, where.cause === undefined ? undefined : { cause: where.cause })
    this.name = 'AppError'
    const help = errorHelp[code]
    this.data = {
      code,
      message,
      ...(where.system === undefined ? {} : { system: where.system }),
      ...(where.target === undefined ? {} : { target: where.target }),
      retryable: help.retryable,
      hint: where.hint ?? help.hint,
    }
  }
  /** The same error again from its data, as the other side of a boundary sees it. */
  static from(data: ErrorData): AppError {
    return new AppError(data.code, data.message, { system: data.system, target: data.target, hint: data.hint })
  }
}

/** Any thrown value as data: an AppError keeps its own, everything else is `internal` with its message. */
export function errorData(thrown: unknown): ErrorData {
  if (thrown instanceof AppError) return thrown.data
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'internal', message, ...errorHelp.internal }
}
