// The rules of a file's texts: secrets out always; and where it is shared, hosts, addresses, users … as tokens wherever they stand.
import { formatKey, formatUrn, parseKey, parseUrn } from '../../shared/model/urn.ts'
import { isJson, mapJsonTexts } from './json-text.ts'
import type { Pseudonyms } from './pseudonyms.ts'

const ipv4 = /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)/g
const email = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g
const urnInText = /\burn:ls:[^\s"'<>,;)\]}]+/g
const endText = /^end:([^:]*):(.*):([^:]*)$/
const addressSet = /^[\w.-]+:\d{1,5}(?:,[\w.-]+:\d{1,5})*$/

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
  function plain(text: string): string {
    return replace(text)
      .replace(email, (found) => pseudonyms.mask('email', found))
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
