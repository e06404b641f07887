// The one redaction: used for logs, errors, reports, snapshots and copied details. It works by the names of keys, by the shapes of
// well-known secrets, and by the values that are known to be secret.

/** Stands where a secret was. */
export const HIDDEN = '•••'
const DEPTH_CAP = 64

/** Names whose values are never shown; compared without case, dashes, dots and underscores. */
const secretKey =
  /(passw(or)?d|passwd|passphrase|pwd$|secret|token|apikey|accesskey|privatekey|authorization|credential|cookie|saslpassword|jaasconfig|keystorekey|signature$)/
const words =
  'passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[-_.]?key|access[-_.]?key(?:[-_.]?id)?|private[-_.]?key|credentials?|cookie|jaas[-_.]config'

const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, HIDDEN],
  // user information of a URL; the second form has a slash or question mark inside the password
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi, `$1${HIDDEN}@`],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#:@"'<>]*:(?!\d{1,5}(?:[/?#\s"']|$))[^\s"'<>]*@/gi, `$1${HIDDEN}@`],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|digest|negotiate|token|apikey)\s+)?)[^\s"',;]+/gi, `$1${HIDDEN}`],
  [/\b(bearer|basic)\s+[A-Za-z0-9+/_.~-]{8,}=*/gi, `$1 ${HIDDEN}`],
  [
    new RegExp(`((?:${words})[\\w.-]*["'\\]]*\\s*[=:]\\s*)("(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|[^\\s,;&"'}\\])]+)`, 'gi'),
    `$1${HIDDEN}`,
  ],
  [/\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?/g, HIDDEN],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, HIDDEN],
]

/** True for the name of a setting or field whose value is never shown: `sasl.jaas.config`, `dbPassword`, `s3.secret-key`. */
export function isSecretName(name: string): boolean {
  return secretKey.test(name.toLowerCase().replaceAll(/[-_. ]/g, ''))
}

/** Text without secrets. `known` are values known to be secret; they are found raw, URL-encoded, in base64 and inside JSON text. */
export function redactText(text: string, known: readonly string[] = []): string {
  let result = text
  for (const form of known.flatMap(formsOf).sort((a, b) => b.length - a.length)) result = result.replaceAll(form, HIDDEN)
  for (const [shape, replacement] of shapes) result = result.replace(shape, replacement)
  return result
}

/**
 * A copy of any value without secrets, fit to be written as JSON or cloned. Errors become plain objects with their causes, bytes
 * their length; what lies deeper than 64 levels or contains itself is left out.
 */
export function redact(value: unknown, known: readonly string[] = []): unknown {
  return copy(value, known, [])
}

function copy(value: unknown, known: readonly string[], above: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value, known)
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (above.includes(value) || above.length >= DEPTH_CAP) return '…'
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `${value.byteLength} bytes`
  const path = [...above, value]
  const inner = (v: unknown): unknown => copy(v, known, path)
  if (Array.isArray(value)) return value.map(inner)
  if (value instanceof Set) return [...value].map(inner)
  if (value instanceof Error) {
    const { name, message, stack, cause } = value
    const own = Object.entries(value).map(([key, v]) => entry(key, v, inner, known))
    return {
      name,
      message: inner(message),
      stack: inner(stack),
      ...(cause === undefined ? {} : { cause: inner(cause) }),
      ...Object.fromEntries(own),
    }
  }
  const entries: [string, unknown][] = value instanceof Map ? [...value].map(([k, v]) => [String(k), v]) : Object.entries(value)
  return Object.fromEntries(entries.map(([key, v]) => entry(key, v, inner, known)))
}

function entry(key: string, value: unknown, inner: (v: unknown) => unknown, known: readonly string[]): readonly [string, unknown] {
  const secret = isSecretName(key)
  const plain = typeof value === 'boolean' || value === null || value === undefined // `hasPassword: true` is not a secret
  return [redactText(key, known), secret && !plain ? HIDDEN : inner(value)]
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < 4) return [] // too short to be told from ordinary text
  const base64 = Buffer.from(secret).toString('base64')
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      encodeURI(secret),
      JSON.stringify(secret).slice(1, -1),
      base64,
      base64.replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
    ]),
  ]
}
