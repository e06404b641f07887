// The one HTTP client: GET and read-only POST under a policy, bounded, exact, patient where a server asks for patience.
import type { ZodType } from 'zod'
import { AppError } from '../../shared/model/app-error.ts'
import { createHttpConnections, type HttpHead } from '../net/http-connection.ts'
import { type NetPolicy, targetText } from '../net/policy.ts'
import type { TrafficLedger } from '../net/traffic.ts'
import { answerText, safeStart } from './answer-text.ts'
import { errorAnswer } from './error-answer.ts'
import { type JsonValue, parseJson } from './parse-json.ts'

const maxRedirects = 3
/** Longest pause a server may ask for with Retry-After. */
const maxPauseMs = 600_000

export interface HttpAsk {
  readonly query?: Readonly<Record<string, string | readonly string[]>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly deadlineMs?: number
  /** Answers `same` where the server still has this version. */
  readonly etag?: string
}
export interface HttpText {
  readonly status: number
  readonly text: string
  readonly etag?: string
  /** The server's clock minus ours when the answer began, from its Date header; whole seconds. */
  readonly clockOffsetMs?: number
}
export interface HttpClient {
  /** `http://host:port/path`, as configured. */
  readonly base: string
  /** Any 2xx as text. Path segments must be encoded by `segment`. */
  text(path: string, ask?: HttpAsk): Promise<HttpText | 'same'>
  /** A 2xx of JSON, checked by its schema; `protocol` names the place that does not fit. */
  json<T>(path: string, schema: ZodType<T>, ask?: Omit<HttpAsk, 'etag'>): Promise<T>
  /** Sends a body that only asks (a query). */
  ask<T>(path: string, body: string, contentType: string, schema: ZodType<T>, ask?: Omit<HttpAsk, 'etag'>): Promise<T>
  close(): void
}
export interface HttpSetting {
  /** As `parseHttpAddress` gives it. */
  readonly base: string
  readonly policy: NetPolicy
  readonly ledger: TrafficLedger
  readonly now?: () => Date
  /** Told the server's clock minus ours, whenever an answer carries a date. */
  readonly clock?: (offsetMs: number) => void
}

/** One segment of a path, from a name that may hold anything: `../x`, slashes, percent signs. */
export function segment(name: string): string {
  if (name === '.' || name === '..') return name.replaceAll('.', '%2E')
  return encodeURIComponent(name.toWellFormed())
}

/** A client of one base address. Contacts nobody until asked. */
export function createHttpClient(setting: HttpSetting): HttpClient {
  const { policy, ledger } = setting
  const base = new URL(setting.base.endsWith('/') ? setting.base : `${setting.base}/`)
  const where = {
    system: policy.system,
    target: targetText({
      host: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port === '' ? (base.protocol === 'https:' ? 443 : 80) : Number(base.port),
    }),
  }
  const connections = createHttpConnections({ policy, security: {}, ledger })
  const now = setting.now ?? (() => new Date())
  let pausedUntilMs = Number.NEGATIVE_INFINITY

  const urlOf = (path: string, query: HttpAsk['query'] = {}): URL => {
    const url = new URL(path.replace(/^\/+/, ''), base)
    if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname))
      throw new AppError('bad-request', 'The path leaves the server it was made for.', where)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, typeof value === 'string' ? value : value.join(','))
    return url
  }
  const pause = (head: HttpHead): void => {
    const after = head.headers['retry-after']
    if (after === undefined) return
    const ms = /^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - now().getTime()
    if (Number.isFinite(ms) && ms > 0) pausedUntilMs = performance.now() + Math.min(ms, maxPauseMs)
  }
  const offsetOf = (head: HttpHead, askedMs: number): number | undefined => {
    const date = Date.parse(head.headers.date ?? '')
    // The header has whole seconds: its middle, against the middle of the exchange.
    return Number.isNaN(date) ? undefined : date + 500 - (askedMs + now().getTime()) / 2
  }

  /** Follows redirects of a GET to the same origin; the head of what is no redirect. */
  async function send(
    method: 'GET' | 'POST',
    first: URL,
    ask: HttpAsk,
    body?: { readonly text: string; readonly type: string },
  ): Promise<HttpHead> {
    let url = first
    for (let hop = 0; ; hop += 1) {
      const head = await connections.send({
        method,
        url,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip',
          ...(ask.etag === undefined ? {} : { 'if-none-match': ask.etag }),
          ...(body === undefined ? {} : { 'content-type': body.type, 'content-length': String(Buffer.byteLength(body.text)) }),
          ...ask.headers,
        },
        ...(body === undefined ? {} : { body: body.text, asks: true }),
        ...(ask.signal === undefined ? {} : { signal: ask.signal }),
        ...(ask.deadlineMs === undefined ? {} : { deadlineMs: ask.deadlineMs }),
      })
      if (head.status < 300 || head.status >= 400 || head.status === 304) return head
      const location = head.headers.location
      head.body.destroy()
      head.end()
      const to = location !== undefined && URL.canParse(location, url) ? new URL(location, url) : undefined
      if (to === undefined) throw new AppError('protocol', `${where.target} answered ${head.status} and no place to go.`, where)
      if (to.origin !== base.origin)
        throw new AppError(
          'refused',
          `${base.host} sends us to ${safeStart(to.host === '' ? to.protocol : to.host)}, which is not followed.`,
          {
            ...where,
            hint: 'If that is the right server, put its address into the connection.',
          },
        )
      if (method !== 'GET') throw new AppError('refused', `${where.target} answered ${head.status}; a body is not sent twice.`, where)
      if (hop === maxRedirects) throw new AppError('protocol', `${where.target} redirects in circles.`, where)
      url = to
    }
  }
  /** A GET whose socket died before an answer is sent once more: idle sockets die unseen. */
  async function patient(
    method: 'GET' | 'POST',
    url: URL,
    ask: HttpAsk,
    body?: { readonly text: string; readonly type: string },
  ): Promise<HttpHead> {
    if (performance.now() < pausedUntilMs)
      throw new AppError(
        'busy',
        `${where.target} asked for patience; it is left alone for ${Math.ceil((pausedUntilMs - performance.now()) / 1_000)} s.`,
        where,
      )
    try {
      return await send(method, url, ask, body)
    } catch (thrown) {
      const cause = thrown instanceof AppError ? thrown.cause : undefined
      const isReset = cause instanceof Error && 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE')
      if (method !== 'GET' || !isReset || ask.signal?.aborted === true) throw thrown
      return send(method, url, ask, body)
    }
  }
  async function exchange(
    method: 'GET' | 'POST',
    path: string,
    ask: HttpAsk,
    body?: { readonly text: string; readonly type: string },
  ): Promise<HttpText | 'same'> {
    const askedMs = now().getTime()
    const head = await patient(method, urlOf(path, ask.query), ask, body)
    const offset = offsetOf(head, askedMs)
    if (offset !== undefined) setting.clock?.(offset)
    if (head.status === 429 || head.status === 503) pause(head)
    const text = await answerText(head, where)
    if (head.status === 304) return 'same'
    if (head.status >= 300) throw errorAnswer(head.status, text, where)
    const { etag } = head.headers
    return {
      status: head.status,
      text,
      ...(etag === undefined ? {} : { etag }),
      ...(offset === undefined ? {} : { clockOffsetMs: offset }),
    }
  }
  function checked<T>(path: string, text: string, schema: ZodType<T>): T {
    if (text.trim() === '') throw new AppError('protocol', `${where.target} answered ${path} with nothing.`, where)
    let value: JsonValue
    try {
      value = parseJson(text)
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.data.code !== 'protocol') throw thrown
      throw new AppError('protocol', `${where.target} answered ${path} with something that is no JSON: ${safeStart(text)}`, {
        ...where,
        cause: thrown,
      })
    }
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const place = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.')
    throw new AppError(
      'protocol',
      `${where.target} answered ${path} in a shape this version does not know (${safeStart(`${place}: ${issue?.message ?? ''}`)}).`,
      where,
    )
  }
  const some = (answer: HttpText | 'same', path: string): string => {
    if (answer === 'same') throw new AppError('protocol', `${where.target} says that ${path} has not changed, and nobody asked.`, where)
    return answer.text
  }

  return {
    base: setting.base,
    text: (path, ask = {}) => exchange('GET', path, ask),
    json: async (path, schema, ask = {}) => checked(path, some(await exchange('GET', path, ask), path), schema),
    ask: async (path, text, type, schema, ask = {}) => checked(path, some(await exchange('POST', path, ask, { text, type }), path), schema),
    close: connections.close,
  }
}
