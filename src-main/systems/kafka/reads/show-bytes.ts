/** Foreign bytes as something a person can look at: JSON, text or hex, cut to a preview; never interpreted beyond that. */
import { previewBytes } from '../../../../shared/systems/kafka/messages.ts'

export interface Shown {
  readonly as: 'json' | 'text' | 'hex' | 'empty' | 'null'
  readonly text: string
  readonly cut: boolean
}

const strict = new TextDecoder('utf-8', { fatal: true })

/** Cut at `limit` bytes (hex: at half as many). A cut value is never called JSON, because only a whole one was parsed. */
export function showBytes(bytes: Buffer | null, limit: number = previewBytes): Shown {
  if (bytes === null) return { as: 'null', text: '', cut: false }
  if (bytes.length === 0) return { as: 'empty', text: '', cut: false }
  const cut = bytes.length > limit
  const text = decoded(cut ? bytes.subarray(0, wholeCharacters(bytes, limit)) : bytes)
  if (text === undefined) return { as: 'hex', text: hex(bytes.subarray(0, limit / 2)), cut: bytes.length > limit / 2 }
  return { as: !cut && isJson(text) ? 'json' : 'text', text, cut }
}

/** Text unless it holds control characters other than tab, line feed and carriage return. */
function decoded(bytes: Buffer): string | undefined {
  try {
    const text = strict.decode(bytes)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** The largest place at or before `limit` where no UTF-8 character is cut through. */
function wholeCharacters(bytes: Buffer, limit: number): number {
  let at = limit
  while (at > 0 && at > limit - 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1
  return at
}

function isJson(text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').replace(/(..)(?=.)/g, '$1 ')
}

/** The schema id behind a registry's magic byte (0, then four bytes), or undefined. */
export function schemaIdOf(value: Buffer | null): bigint | undefined {
  if (value === null || value.length < 5 || value[0] !== 0) return undefined
  return BigInt(value.readUInt32BE(1))
}
