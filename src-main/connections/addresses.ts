// Addresses as people type them, in the one form everything else uses: shown before saving, so that nobody is fooled by another spelling.
import { isIP } from 'node:net'
import { AppError } from '../../shared/model/app-error.ts'

export interface Address {
  /** `host:port`, brackets around IPv6; with the path for HTTP: `http://host:port/path`. */
  readonly text: string
  readonly host: string
  readonly port: number
  /** A user name and password that stood in the URL; they belong into the secret store. */
  readonly signIn?: { readonly user: string; readonly password: string }
}

const kafkaPort = 9092
const bad = (typed: string, why: string): AppError =>
  new AppError('bad-request', `${JSON.stringify(typed.slice(0, 200))} is no address: ${why}.`)

/** An IPv4 address that hides in an IPv6 one, `::ffff:7f00:1`, as IPv4. */
function unmapped(host: string): string {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? []
  if (high === undefined || low === undefined) return host
  const n = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.')
}
function parseUrl(typed: string, text: string): URL {
  // The URL parser drops tabs and line ends without a word.
  if ([...typed].some((c) => c < ' ' || c === '\u007f')) throw bad(typed, 'it holds control characters')
  try {
    return new URL(text)
  } catch {
    throw bad(typed, 'it cannot be read as host and port')
  }
}
function hostOf(typed: string, url: URL): string {
  const host = unmapped(url.hostname.replace(/^\[|\]$/g, '')).replace(/\.$/, '')
  if (host === '') throw bad(typed, 'it has no host')
  return host
}
const join = (host: string, port: number): string => (isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`)

/** An HTTP address: `10.0.0.1:8081`, `https://flink.example/proxy/`. Query, fragment and other schemes are refused. bad-request names why. */
export function parseHttpAddress(typed: string): Address & { readonly secure: boolean; readonly base: string } {
  const text = typed.trim()
  const url = parseUrl(text, /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw bad(typed, 'only http and https are spoken')
  if (url.search !== '' || url.hash !== '') throw bad(typed, 'a query or fragment does not belong into it')
  const secure = url.protocol === 'https:'
  const host = hostOf(typed, url)
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  const path = url.pathname.replace(/\/+$/, '')
  const base = `${url.protocol}//${join(host, port)}${path}`
  const signIn =
    url.username === '' && url.password === '' ? {} : { signIn: { user: decode(url.username), password: decode(url.password) } }
  return { text: base, base, host, port, secure, ...signIn }
}
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A Kafka address: `b1:9092`, `SASL_SSL://b1:9094`; without a port 9092. */
export function parseKafkaAddress(typed: string): Address {
  const text = typed.trim().replace(/^[a-z][a-z0-9_+.-]*:\/\//i, '')
  if (/[/?#@\\]/.test(text)) throw bad(typed, 'only host and port belong into it')
  const url = parseUrl(text, `http://${text}`)
  const port = url.port === '' ? (/:80$/.test(text) ? 80 : kafkaPort) : Number(url.port)
  const host = hostOf(typed, url)
  return { text: join(host, port), host, port }
}

/** Addresses of one endpoint, normalised, each once, in the order typed. Several may stand in one text, with commas, blanks or line ends between. */
export function parseAddresses(protocol: 'kafka' | 'http', typed: readonly string[]): readonly Address[] {
  const texts = typed.flatMap((t) => t.split(/[\s,;]+/)).filter((t) => t !== '')
  const parsed = texts.map((t) => (protocol === 'kafka' ? parseKafkaAddress(t) : parseHttpAddress(t)))
  return [...new Map(parsed.map((a) => [a.text, a])).values()]
}
