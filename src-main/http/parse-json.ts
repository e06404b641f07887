// JSON from strangers: whole numbers exact, depth bounded, no object with a prototype, and never a wrong number in silence.
import { AppError } from '../../shared/model/app-error.ts'

/** Whole numbers beyond 2^53 are bigint; numbers that no double holds (1e400, thousands of digits) stay text. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export const maxDepth = 256
/** Longer number literals stay text. */
const maxDigits = 1_000
const numberLiteral = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none of them inside a text
const plainText = /[^"\\\u0000-\u001f]*/y
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * Parses one JSON document; of two equal keys the last one holds. `protocol`: it is none (with the place), `too-large`: nested deeper
 * than 256.
 */
export function parseJson(text: string): JsonValue {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const wrong = (what: string): AppError => new AppError('protocol', `The answer is no JSON: ${what} at character ${at}.`)

  const blank = (): void => {
    for (;;) {
      const c = text.charCodeAt(at)
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return
      at += 1
    }
  }
  const word = <T>(literal: string, value: T): T => {
    if (!text.startsWith(literal, at)) throw wrong('an unknown word')
    at += literal.length
    return value
  }
  const string = (): string => {
    at += 1
    let out = ''
    for (;;) {
      plainText.lastIndex = at
      const part = plainText.exec(text)?.[0] ?? ''
      at += part.length
      out += part
      const c = text[at]
      if (c === '"') {
        at += 1
        return out
      }
      if (c !== '\\') throw wrong(c === undefined ? 'it ends inside a text' : 'a control character in a text')
      const e = text[at + 1] ?? ''
      if (e === 'u') {
        const hex = text.slice(at + 2, at + 6)
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw wrong('a damaged escape')
        out += String.fromCharCode(Number.parseInt(hex, 16))
        at += 6
      } else {
        const plain = escapes[e]
        if (plain === undefined) throw wrong('an unknown escape')
        out += plain
        at += 2
      }
    }
  }
  const number = (): JsonValue => {
    numberLiteral.lastIndex = at
    const found = numberLiteral.exec(text)
    if (found === null) throw wrong(at >= text.length ? 'it ends too early' : 'something that is no value')
    const [literal, fraction, exponent] = found
    at += literal.length
    if (literal.length > maxDigits) return literal
    const value = Number(literal)
    if (fraction === undefined && exponent === undefined && !Number.isSafeInteger(value)) return BigInt(literal)
    return Number.isFinite(value) ? value : literal
  }
  const value = (depth: number): JsonValue => {
    blank()
    switch (text[at]) {
      case '{':
        return object(depth + 1)
      case '[':
        return array(depth + 1)
      case '"':
        return string()
      case 't':
        return word('true', true)
      case 'f':
        return word('false', false)
      case 'n':
        return word('null', null)
      default:
        return number()
    }
  }
  const deep = (depth: number): void => {
    if (depth > maxDepth) throw new AppError('too-large', `The answer is nested deeper than ${maxDepth}.`)
  }
  /** After a member: true when another one follows. */
  const more = (close: string): boolean => {
    blank()
    const c = text[at]
    if (c !== ',' && c !== close) throw wrong(c === undefined ? 'it ends too early' : `${close} or a comma is missing`)
    at += 1
    return c === ','
  }
  const empty = (close: string): boolean => {
    at += 1
    blank()
    if (text[at] !== close) return false
    at += 1
    return true
  }
  const array = (depth: number): JsonValue => {
    deep(depth)
    const out: JsonValue[] = []
    if (empty(']')) return out
    do out.push(value(depth))
    while (more(']'))
    return out
  }
  const object = (depth: number): JsonValue => {
    deep(depth)
    const out: Record<string, JsonValue> = Object.create(null)
    if (empty('}')) return out
    do {
      blank()
      if (text[at] !== '"') throw wrong('a name is missing')
      const name = string()
      blank()
      if (text[at] !== ':') throw wrong('a colon is missing')
      at += 1
      out[name] = value(depth)
    } while (more('}'))
    return out
  }

  const whole = value(0)
  blank()
  if (at < text.length) throw wrong('something follows the document')
  return whole
}
