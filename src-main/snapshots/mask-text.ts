// The rules of a file's texts: secrets out always; and where it is shared, hosts, addresses, users … as tokens wherever they stand.
import { formatKey, formatUrn, parseKey, parseUrn } from '../../shared/model/urn.ts'
import { isJson, mapJsonTexts } from './json-text.ts'
import type { Pseudonyms } from './pseudonyms.ts'

const ipv4 = /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)/g
const email = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g
/** Scheme, then perhaps who signs in, then the host: a token already, or still a name. */
const urlHost = /\b([a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#"'<>@]*@)?)(\[[0-9a-f:.]+\]|[\w.-]+)/gi
const madeToken = /^(?:host|address|bucket)-[0-9a-z]{8,}$/
const urnInText = /\burn:ls:[^\s"'<>,;)\]}]+/g
const endText = /^end:([^:]*):(.*):([^:]*)$/
const addressSet = /^[\w.-]+:\d{1,5}(?:,[\w.-]+:\d{1,5})*$/

const MOST_DOMAINS = 200

/** How the key of a record is masked: per collection, by its key fields. */
export type MaskKey = (system: string, collection: string, key: readonly string[]) => readonly string[]

export interface TextMask {
  /** Any text: sentences, logs, errors, JSON, URNs. */
  text(text: string): string
  urn(text: string): string
  /** The server's own id stays; an address set becomes tokens. */
  instance(text: string): string
}

/** Masks of a shared file. `replace` knows the pieces collected from all masked fields. */
export function textMask(pseudonyms: Pseudonyms, replace: (text: string) => string, maskKey: MaskKey): TextMask {
  let hosts: { readonly of: number; readonly pattern: RegExp } | undefined
  /** Names that end in the domain of a known host; the pattern grows with the domains. */
  function inDomains(text: string): string {
    const { domains } = pseudonyms
    if (domains.size === 0) return text
    if (hosts?.of !== domains.size) {
      const ends = [...domains].slice(0, MOST_DOMAINS).map((one) => one.replaceAll('.', '\\.'))
      hosts = { of: domains.size, pattern: new RegExp(`(?<![\\w.-])(?:[\\w-]+\\.)*(?:${ends.join('|')})(?![\\w-]|\\.\\w)`, 'gi') }
    }
    return text.replace(hosts.pattern, (found) => pseudonyms.mask('host', found))
  }
  function inUrl(found: string, head: string, host: string): string {
    if (madeToken.test(host)) return found
    return head + (/^s3[an]?:/i.test(head) ? pseudonyms.mask('bucket', host) : pseudonyms.mask('host', host))
  }
  function plain(text: string): string {
    return inDomains(replace(text).replace(email, (found) => pseudonyms.mask('email', found)))
      .replace(urlHost, inUrl)
      .replace(ipv4, (found) => pseudonyms.mask('address', found))
  }
  function instance(text: string): string {
    return addressSet.test(text) ? pseudonyms.mask('address', text) : plain(text)
  }
  function urn(text: string): string {
    const parsed = parseUrn(text)
    if (parsed === undefined) return plain(text)
    return formatUrn({ ...parsed, instance: instance(parsed.instance), key: maskKey(parsed.system, parsed.collection, parsed.key) })
  }
  function end(kind: string, at: string, names: string): string {
    try {
      const masked = names.split('/').map((one) => encodeURIComponent(plain(decodeURIComponent(one))))
      return `end:${kind}:${instance(at)}:${masked.join('/')}`
    } catch {
      return `end:${kind}:${instance(at)}:${plain(names)}`
    }
  }
  function text(value: string): string {
    if (isJson(value)) return mapJsonTexts(value, text)
    const [, kind, at, names] = endText.exec(value) ?? []
    if (kind !== undefined && at !== undefined && names !== undefined) return end(kind, at, names)
    let out = ''
    let copied = 0
    for (const match of value.matchAll(urnInText)) {
      out += plain(value.slice(copied, match.index)) + urn(match[0])
      copied = match.index + match[0].length
    }
    return out + plain(value.slice(copied))
  }
  return { text, urn, instance }
}

/** The canonical text of a key with its values mapped; a text that is no key is mapped as a whole. */
export function mapKeyText(text: string, map: (key: readonly string[]) => readonly string[]): string {
  try {
    return formatKey(map(parseKey(text)))
  } catch {
    return map([text])[0] ?? ''
  }
}
