// What an HTTP status means, and what the server said about it: the first line, never its stack.
import { AppError, type ErrorCode } from '../../shared/model/app-error.ts'
import { safeStart } from './answer-text.ts'
import { type JsonValue, parseJson } from './parse-json.ts'

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  401: 'needs-sign-in',
  403: 'forbidden',
  404: 'not-found',
  405: 'unsupported',
  407: 'needs-sign-in',
  408: 'timeout',
  410: 'not-found',
  413: 'too-large',
  429: 'busy',
  501: 'unsupported',
  502: 'unreachable',
  503: 'busy',
  504: 'timeout',
}
const serverHint = 'The server reports a fault of its own; it is asked again.'

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, JsonValue>>)[name]
    : undefined
}
/** The sentence inside an error body: `errors[0]`, `error.message`, `error.root_cause[0].reason`, `RemoteException.message`, `message`, `error`. */
function says(body: JsonValue): string | undefined {
  const errors = member(body, 'errors')
  const first = Array.isArray(errors) ? errors.find((e) => typeof e === 'string' && e !== '') : undefined
  const error = member(body, 'error')
  const candidates = [
    first,
    member(error, 'message'),
    member(error, 'reason'),
    member(member(body, 'RemoteException'), 'message'),
    member(body, 'message'),
    error,
    member(body, 'detail'),
  ]
  return candidates.find((c): c is string => typeof c === 'string' && c !== '')
}

/** The sentence of an error answer: the server's own first line where it sent one. */
export function errorSays(body: string): string {
  const start = body.trimStart()[0]
  if (start === '{' || start === '[' || start === '"') {
    try {
      const parsed = parseJson(body)
      const found = typeof parsed === 'string' ? parsed : says(parsed)
      if (found !== undefined) return safeStart(found.split('\n', 1)[0] ?? '')
    } catch {
      // What is no JSON is shown as it is.
    }
  }
  return safeStart(start === '<' ? body.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ') : (body.trim().split('\n', 1)[0] ?? ''))
}

/** The error of an answer that is not 2xx. */
export function errorAnswer(status: number, body: string, where: { readonly system: string; readonly target: string }): AppError {
  const code = codes[status] ?? (status >= 500 ? 'busy' : 'refused')
  const said = errorSays(body)
  const hint = status >= 500 && codes[status] === undefined ? { hint: serverHint } : {}
  return new AppError(code, `${where.target} answered ${status}${said === '' ? '' : `: ${said}`}`, { ...where, ...hint })
}
