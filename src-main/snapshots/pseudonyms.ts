// Pseudonyms: the same value gives the same token under one key, in every file, so joins and diffs survive. Nothing leads back
// from a token to its value without the key.
import { createHmac } from 'node:crypto'
import type { MaskKind } from '../../shared/snapshot/mask-kinds.ts'
import { base32 } from './base32.ts'

const TOKEN_LENGTH = 8
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/
const ipv6 = /^(?=(?:[^:]*:){2})[0-9a-f:]+(?:[0-9.]+)?(?:%\w+)?$/i
/** How much of an address's token all addresses of its /24 share. */
const NETWORK_LENGTH = 4

export interface Pseudonyms {
  /** A value of a masked field as the file shows it; `known` is told which piece of it became which token. */
  mask(kind: MaskKind, value: string): string
  /** Pieces that were replaced so far: piece → its token. */
  readonly pieces: ReadonlyMap<string, string>
  /** Domains of the hosts so far (`corp.example` of `broker-1.corp.example`): whatever ends in one is a host as well. */
  readonly domains: ReadonlySet<string>
  /** Tokens made so far, by kind. */
  counts(): Readonly<Record<string, number>>
}

/** HMAC-SHA256 of a kind and a value: a text long enough to cut tokens from. */
export type TokenSource = (kind: string, value: string) => string

/** The source that a project's key gives. */
export function keyedSource(key: Buffer): TokenSource {
  return (kind, value) => base32(createHmac('sha256', key).update(kind).update('\0').update(value).digest())
}

/** Pseudonyms of one file. `source` is an argument so that a test can make tokens collide. */
export function pseudonyms(source: TokenSource): Pseudonyms {
  const tokens = new Map<string, string>()
  const owners = new Map<string, string>()
  const pieces = new Map<string, string>()
  const counts = new Map<string, number>()
  const domains = new Set<string>()

  /** `length` grows while another value already has the same token. */
  function token(kind: MaskKind, value: string, head = ''): string {
    const id = `${kind}\0${value}`
    const made = tokens.get(id)
    if (made !== undefined) return made
    const whole = source(kind, value)
    let length = TOKEN_LENGTH
    while (owners.has(`${kind}-${head}${whole.slice(0, length)}`) && length < whole.length) length += 1
    const next = `${kind}-${head}${whole.slice(0, length)}`
    tokens.set(id, next)
    owners.set(next, id)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    return next
  }

  function note(piece: string, replacement: string): string {
    if (piece !== replacement) pieces.set(piece, replacement)
    return replacement
  }

  function host(written: string): string {
    const bare = written.replace(/^\[(.*)\]$/, '$1')
    const value = bare.toLowerCase().replace(/\.$/, '')
    if (value === '') return written
    const noted = (replacement: string): string => {
      note(value, replacement) // as it stands in lower-cased texts for searching
      return note(bare, replacement)
    }
    if (ipv4.test(value)) {
      const network = source('network', value.slice(0, value.lastIndexOf('.'))).slice(0, NETWORK_LENGTH)
      return noted(token('address', value, network))
    }
    const domain = value.slice(value.indexOf('.') + 1)
    if (!ipv6.test(value) && domain !== value && domain.includes('.')) domains.add(domain)
    return noted(token(ipv6.test(value) ? 'address' : 'host', value))
  }

  /** `host`, `host:port`, `[v6]:port`, or a URL, whose path and query stay. */
  function address(written: string): string {
    const [, scheme = '', authority = written, rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(written) ?? []
    if (ipv6.test(authority)) return scheme + host(authority) + rest
    const [, name = authority, port = ''] = /^(\[[^\]]*\]|[^:]*)(:\d*)$/.exec(authority) ?? []
    return scheme + host(name) + port + rest
  }

  function path(written: string): string {
    const [, scheme, authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)([^/]*)(\/.*)?$/is.exec(written) ?? []
    if (scheme === undefined) return note(written, token('path', written))
    const store = /^s3[an]?:/i.test(scheme)
    const place = authority === '' ? '' : store ? note(authority, token('bucket', authority)) : address(authority)
    return scheme + place + (rest === '' || rest === '/' ? rest : `/${token('path', rest)}`)
  }

  return {
    pieces,
    domains,
    mask: (kind, value) => {
      if (value === '') return value
      if (kind === 'host') return host(value)
      if (kind === 'address')
        return value
          .split(',')
          .map((one) => address(one.trim()))
          .join(',')
      if (kind === 'path') return path(value)
      return note(value, token(kind, value))
    },
    counts: () => Object.fromEntries(counts),
  }
}
