/** Sends one HTTP request under a policy: host check, deadlines, bounded headers, counted bytes, and a stop for what could write. */
import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps, Agent as TlsAgent } from 'node:https'
import type { Socket } from 'node:net'
import { AppError, type ErrorCode } from '../../shared/model/app-error.ts'
import { checkTarget, type NetPolicy, targetText } from './policy.ts'
import { checkSecurity, type Security } from './security.ts'
import type { TrafficLedger } from './traffic.ts'
import { throughTheDoor } from './tripwire.ts'

/** Requests under way at once to one server; more wait for a free socket. */
const requestsAtOnce = 6
const maxHeaderBytes = 64 * 1024

export interface HttpDoor {
  readonly policy: NetPolicy
  readonly security: Security
  readonly ledger: TrafficLedger
}
export interface HttpQuestion {
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** True for a method that could write but only asks here: a query sent by POST. */
  readonly asks?: boolean
  /** Whole time for the answer; the policy's where it is not given. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}
/** The head of an answer and its raw body, which must be read to the end or destroyed. */
export interface HttpHead {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
  /** Why it was cut off, once it was: the deadline passed, the caller left. */
  readonly cutOff: () => AppError | undefined
  /** Ends the exchange: counts it, clears its deadline. */
  readonly end: () => void
}
export interface HttpConnections {
  send(question: HttpQuestion): Promise<HttpHead>
  close(): void
}

class DoorAgent extends Agent {
  override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    return throughTheDoor(() => super.createConnection(...args))
  }
}

class DoorTlsAgent extends TlsAgent {
  override createConnection(...args: Parameters<TlsAgent['createConnection']>): ReturnType<TlsAgent['createConnection']> {
    return throughTheDoor(() => super.createConnection(...args))
  }
}

/** Sockets to the hosts a policy allows, kept alive between requests. No sign-in and no certificates of one's own so far; https is verified. */
export function createHttpConnections(door: HttpDoor): HttpConnections {
  const { policy, ledger } = door
  const agent = new DoorAgent({ keepAlive: true, maxSockets: requestsAtOnce, maxFreeSockets: 2, timeout: 60_000 })
  const tlsAgent = new DoorTlsAgent({ keepAlive: true, maxSockets: requestsAtOnce })
  const counted = new WeakMap<Socket, { in: number; out: number }>()
  let closed = false

  const count = (target: string, socket: Socket | null): void => {
    if (socket === null) return
    const was = counted.get(socket) ?? { in: 0, out: 0 }
    ledger.countBytes(target, socket.bytesRead - was.in, socket.bytesWritten - was.out)
    counted.set(socket, { in: socket.bytesRead, out: socket.bytesWritten })
  }

  async function send(question: HttpQuestion): Promise<HttpHead> {
    const { url } = question
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const target = targetText({ host, port })
    const where = { system: policy.system, target }
    if (closed) throw new AppError('cancelled', 'The connection is closed.', where)
    checkTarget(policy, host, port)
    checkSecurity(door.security, policy.system, target)
    if (Object.values(question.headers ?? {}).some((value) => /[\r\n\0]/.test(value)))
      throw new AppError('bad-request', 'A header value holds a line end.', where)
    const isWrite = question.method !== 'GET' && question.method !== 'HEAD' && question.asks !== true
    if (isWrite && !policy.writes)
      throw new AppError('locked', `${question.method} ${url.pathname} could change something and this connection is read-only.`, where)

    const began = performance.now()
    let cut: AppError | undefined
    let answered = false
    const options = {
      method: question.method,
      headers: { ...question.headers },
      agent: url.protocol === 'https:' ? tlsAgent : agent,
      maxHeaderSize: maxHeaderBytes,
    }
    ledger.countRequest(target, isWrite)
    const sent: ClientRequest = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options)
    const stop = (why: AppError): void => {
      cut ??= why
      sent.destroy(why)
    }
    const deadlineMs = question.deadlineMs ?? policy.requestDeadlineMs
    const deadline = setTimeout(
      () => stop(new AppError('timeout', `${target} did not answer within ${deadlineMs / 1000} s.`, where)),
      deadlineMs,
    )
    const connecting = setTimeout(
      () => stop(new AppError('timeout', `${target} did not take the connection within ${policy.connectDeadlineMs / 1000} s.`, where)),
      policy.connectDeadlineMs,
    )
    const leave = (): void => stop(new AppError('cancelled', 'It was stopped on request.', where))
    if (question.signal?.aborted === true) leave()
    question.signal?.addEventListener('abort', leave, { once: true })
    const end = (): void => {
      clearTimeout(deadline)
      clearTimeout(connecting)
      question.signal?.removeEventListener('abort', leave)
      count(target, sent.socket)
      if (answered) ledger.countAnswer(target, performance.now() - began)
    }
    // A socket that waits for its turn is not connecting yet.
    sent.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => clearTimeout(connecting))
      else clearTimeout(connecting)
    })
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        sent.once('response', resolve)
        sent.once('error', reject)
        sent.end(question.body)
      })
      answered = true
      // Afterwards errors arrive at the body; one of the request that nobody hears would end the process.
      sent.on('error', () => {})
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer, cutOff: () => cut, end }
    } catch (thrown) {
      end()
      throw cut ?? socketError(thrown, where)
    }
  }
  return {
    send,
    close: () => {
      closed = true
      agent.destroy()
      tlsAgent.destroy()
    },
  }
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNABORTED',
])
const says: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'ended the connection before it answered',
  EPIPE: 'ended the connection before it answered',
  ENOTFOUND: 'has no address',
  EAI_AGAIN: 'could not be looked up',
}

/** A socket's or parser's error by what it means. `cause` keeps the original for the log. */
export function socketError(thrown: unknown, where: { readonly system: string; readonly target: string }): AppError {
  if (thrown instanceof AppError) return thrown
  // Several addresses of one name that all failed arrive as one error; the first tells enough.
  const first = thrown instanceof AggregateError ? thrown.errors[0] : thrown
  const code = typeof first === 'object' && first !== null && 'code' in first ? String(first.code) : ''
  const make = (kind: ErrorCode, message: string): AppError => new AppError(kind, message, { ...where, cause: thrown })
  if (unreachable.has(code)) return make('unreachable', `${where.target} ${says[code] ?? 'cannot be reached'} (${code}).`)
  if (code === 'ETIMEDOUT') return make('timeout', `${where.target} did not answer (${code}).`)
  if (code === 'HPE_HEADER_OVERFLOW')
    return make('too-large', `${where.target} answered with headers of more than ${maxHeaderBytes / 1024} KiB.`)
  if (/CERT|TLS|SSL|ALTNAME|SELF_SIGNED/.test(code)) return make('tls', `${where.target}: ${first instanceof Error ? first.message : code}`)
  return make('protocol', `What ${where.target} answered is not HTTP${code === '' ? '' : ` (${code})`}.`)
}
