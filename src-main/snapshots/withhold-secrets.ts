// What no file may hold, whatever its profile: secrets by name, by shape, by value and by improbability, and bodies of records that
// an exception repeats.
import { HIDDEN, isSecretName, redactText } from '../host/redact.ts'
import { isJson, mapJsonTexts, type Place } from './json-text.ts'

/** Texts inside texts (a JSON text in a JSON text) are followed this deep; what lies deeper is searched as one text. */
const DEPTH_CAP = 4

const bodies: readonly (readonly [RegExp, string])[] = [
  // Flink's formats: "Failed to deserialize JSON '…'."; Jackson: 'Cannot deserialize value of type `long` from String "…"'
  [/(\b(?:deseriali[sz]e|parse|decode|convert)\w*\b[^'"\n]{0,120})(['"])[\s\S]*?\2(?=[.,;:)]*(?:\s|$))/gi, `$1$2${HIDDEN}$2`],
  // Jackson: "Unrecognized token 'x': was expecting", '[Source: (String)"…"; line: 1'
  [/(\bUnrecogni[sz]ed (?:token|character escape|field) )(['"])[\s\S]*?\2/gi, `$1$2${HIDDEN}$2`],
  [/(\[Source: \([^)]*\))"[\s\S]*?"(?=;|\[truncated|\])/g, `$1"${HIDDEN}"`],
  // Java: 'For input string: "x"'
  [/(\binput string: )"[^"]*"/gi, `$1"${HIDDEN}"`],
]

/** A percent-escape (escaped once more, too) is passed over whole, or its last digits would make a known id behind it look like another one. */
const candidate = /%(?:25)*[0-9A-F]{2}|[A-Za-z0-9+/=_-]{20,}/g
const hexadecimal = /^[0-9a-f-]+$/i

/** Parts of a path or key that are plainly none: an id in hexadecimal, a time, words. */
const plainPart = /^(?:[0-9a-f-]+|\d{4}-\d\d-\d\dT\d\d.*|[a-z]+(?:[-_][a-z0-9]+)*)$/
/** What is left of a text with slashes, as paths, keys and base64 have them, when its plain parts are taken out. */
function withoutPlainParts(text: string): string {
  if (!text.includes('/')) return text
  const rest = text
    .split('/')
    .filter((part) => !plainPart.test(part))
    .join('/')
  return rest.length < 20 ? '' : rest
}

/** True for text no person types: capitals, small letters and digits mixed, near-random, not words in camel case, not hexadecimal. */
export function looksRandom(text: string): boolean {
  if (hexadecimal.test(text)) return false
  const digits = text.replace(/\D/g, '').length
  if (digits < 2 || !/[A-Z]/.test(text) || !/[a-z]/.test(text)) return false
  const inWords = (text.match(/[A-Z]?[a-z]{3,}|[A-Z]{4,}/g) ?? []).join('').length
  return inWords < text.length / 2 && entropy(text) >= 3.6
}

/** Shannon entropy in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1)
  let bits = 0
  for (const n of counts.values()) bits -= (n / text.length) * Math.log2(n / text.length)
  return bits
}

export interface SecretRule {
  /** Values that are known to be secret. */
  readonly known: readonly string[]
  /** True for an id (of a cluster, topic, member): it looks random and is none the less no secret. */
  readonly isId: (text: string) => boolean
}

/** A text without secrets, from where it stands; the same text where it holds none. */
export function withholdSecrets(text: string, rule: SecretRule, place: Place = {}, depth = 0): string {
  if (text.length < 4 || text === HIDDEN) return text
  if ([place.key, place.named].some((name) => name !== undefined && isSecretName(name))) return HIDDEN
  if (depth < DEPTH_CAP && isJson(text)) return mapJsonTexts(text, (inner, at) => withholdSecrets(inner, rule, at, depth + 1))
  let result = redactText(text, rule.known)
  for (const [shape, replacement] of bodies) result = result.replace(shape, replacement)
  return result.replace(candidate, (found) =>
    found !== text && looksRandom(withoutPlainParts(found)) && !rule.isId(found) ? HIDDEN : found,
  )
}
