// What the command line prints: JSON with exact numbers, plain tables, one line an error.
import { ORPCError } from '@orpc/client'
import type { Cell } from '../../shared/contract/messages.ts'
import { AppError, type ErrorData, errorData } from '../../shared/model/app-error.ts'
import { isUnknown, reasonWords } from '../../shared/model/known.ts'

/** Where a command prints to. */
export interface Streams {
  out(text: string): void
  err(text: string): void
}

/** One JSON line. 64-bit numbers are exact texts, times ISO 8601 in UTC. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner))}\n`
}

/** A cell as people read it; control characters are shown as such and never sent to the terminal. */
export function cellText(cell: Cell | null | undefined): string {
  if (cell === null || cell === undefined) return ''
  if (isUnknown(cell)) return `(${reasonWords[cell.unknown].word})`
  if (cell instanceof Date) return cell.toISOString()
  const text = typeof cell === 'object' ? jsonLine(cell).trimEnd() : String(cell)
  return visible(text)
}

/** Text from servers and files is hostile: no escape reaches the terminal. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}

/** Columns of equal width, at most `widest` characters a cell. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[], widest = 60): string {
  const cut = (text: string): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text)
  const all = [head, ...rows].map((row) => row.map(cut))
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)))
  return all
    .map(
      (row) =>
        `${row
          .map((text, i) => text.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** Any thrown value as the contract's error. */
export function errorOf(thrown: unknown): ErrorData {
  if (
    thrown instanceof ORPCError &&
    typeof thrown.data === 'object' &&
    thrown.data !== null &&
    'code' in thrown.data &&
    'hint' in thrown.data
  ) {
    return thrown.data as ErrorData
  }
  if (thrown instanceof ORPCError) return new AppError('bad-request', thrown.message).data
  return errorData(thrown)
}

/** `landscope: not-found: There is no file x. Check the path.` */
export function errorLine({ code, message, hint }: ErrorData): string {
  const sentence = /[.!?:]$/.test(message) ? message : `${message}.`
  return `landscope: ${code}: ${visible(sentence)} ${visible(hint)}\n`
}
