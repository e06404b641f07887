// A read that a sentence points to, as a URL carries it.
import type { Target } from '../../shared/model/sentence.ts'

/** A connection's read with its absolute input. */
export type ReadTarget = Extract<Target, { readonly read: unknown }>['read']
type Value = ReadTarget['input'][string]

/** The read as one text; 64-bit numbers stay apart from texts that look like them. */
export function formatRead({ system, connection, name, input }: ReadTarget): string {
  return JSON.stringify([system, connection, name, input], (_key, value: unknown) =>
    typeof value === 'bigint' ? { int64: value.toString() } : value,
  )
}

/** The read of a text; undefined where it names none. */
export function parseRead(text: string): ReadTarget | undefined {
  const parts = listOf(text)
  const [system, connection, name, given] = parts
  if (parts.length !== 4 || typeof system !== 'string' || typeof connection !== 'string' || typeof name !== 'string') return undefined
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined
  const input: [string, Value][] = []
  for (const [key, written] of Object.entries(given)) {
    const value = inputOf(written)
    if (value === undefined) return undefined
    input.push([key, value])
  }
  return { system, connection, name, input: Object.fromEntries(input) }
}

function listOf(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}

function inputOf(written: unknown): Value | undefined {
  if (typeof written === 'string' || typeof written === 'number') return written
  if (typeof written !== 'object' || written === null || !('int64' in written)) return undefined
  const { int64 } = written
  return typeof int64 === 'string' && /^-?\d{1,19}$/.test(int64) ? BigInt(int64) : undefined
}
