// Values as people read them, and exactly as they are copied. Pure; times are UTC.
import type { Cell } from '../../../shared/contract/messages.ts'
import type { Field, FieldKind } from '../../../shared/model/fields.ts'
import { isUnknown, reasonWords, type Unknown } from '../../../shared/model/known.ts'

/** What formatting needs to know of a field. */
export type FieldLook = Pick<Field, 'kind'> & Partial<Pick<Field, 'unit' | 'says' | 'values'>>

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 })
const short = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

/** `1,284,311`; exact, also for 64-bit numbers. */
export function formatNumber(value: number | bigint): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return grouped.format(value)
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** `4 s`, `46 min`, `6 h 12`, `3 d 4 h`; below a second in milliseconds. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return String(ms)
  const sign = ms < 0 ? '−' : ''
  const length = Math.abs(ms)
  if (length < second) return `${sign}${short.format(Math.round(length))} ms`
  if (length < minute) return `${sign}${Math.round(length / second)} s`
  if (length < 100 * minute) return `${sign}${Math.round(length / minute)} min`
  if (length < 2 * day) {
    const minutes = Math.round(length / minute)
    return `${sign}${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`
  }
  return `${sign}${Math.floor(length / day)} d ${Math.floor((length % day) / hour)} h`
}

const sizes = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const
/** `4.2 MB` (powers of 1,000). */
export function formatBytes(value: number | bigint): string {
  let size = Number(value)
  let step = 0
  while (Math.abs(size) >= 1_000 && step < sizes.length - 1) {
    size /= 1_000
    step += 1
  }
  return `${step === 0 ? formatNumber(value) : size >= 100 ? Math.round(size) : Math.round(size * 10) / 10} ${sizes[step]}`
}

const two = (n: number): string => String(n).padStart(2, '0')
/** `02:41:08` of a moment, UTC. */
export function formatClock(at: Date): string {
  if (Number.isNaN(at.getTime())) return 'no such time'
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}
/** `2026-08-21 02:41:08.033 UTC`. */
export function formatInstant(at: Date): string {
  if (Number.isNaN(at.getTime())) return 'no such time'
  return `${at.toISOString().replace('T', ' ').replace('Z', '')} UTC`
}
/** `02:41:08 UTC` within a day of `now`, else with its date. */
export function formatMoment(at: Date, now: Date): string {
  if (Math.abs(at.getTime() - now.getTime()) < 20 * hour) return `${formatClock(at)} UTC`
  if (Number.isNaN(at.getTime())) return 'no such time'
  return `${at.toISOString().slice(0, 10)} ${formatClock(at)} UTC`
}
/** `46 min ago`, `in 6 h 12`. */
export function formatRelative(at: Date, now: Date): string {
  const ms = now.getTime() - at.getTime()
  if (Number.isNaN(ms)) return 'no such time'
  if (Math.abs(ms) < second) return 'now'
  return ms > 0 ? `${formatDuration(ms)} ago` : `in ${formatDuration(-ms)}`
}

/** A cell that does not know: its word, and the whole of why. */
export function formatUnknown(value: Unknown): { readonly word: string; readonly sentence: string } {
  const { word, sentence } = reasonWords[value.unknown]
  return { word, sentence: value.note === undefined ? sentence : `${sentence} (${value.note})` }
}

export interface Look {
  readonly now: Date
  /** Times as moments instead of ages. */
  readonly absolute: boolean
  /** Every value in full: bytes and durations with all digits. */
  readonly exact: boolean
}

function isInterval(cell: unknown): cell is { readonly from?: Date; readonly to?: Date } {
  return (
    typeof cell === 'object' &&
    cell !== null &&
    !Array.isArray(cell) &&
    Object.entries(cell).every(([k, v]) => (k === 'from' || k === 'to') && v instanceof Date)
  )
}

/** The text of a known cell; exact: all digits, with the unit that no header says. */
export function formatCell(cell: Cell, field: FieldLook, look: Look): string {
  if (isUnknown(cell)) return formatUnknown(cell).word
  if (look.exact) {
    const unit = typeof cell === 'number' || typeof cell === 'bigint' ? carriedUnit(field) : undefined
    return unit === undefined ? exactText(cell) : `${exactText(cell)} ${unit}`
  }
  if (cell instanceof Date) return look.absolute ? formatMoment(cell, look.now) : formatRelative(cell, look.now)
  if (typeof cell === 'bigint') return field.kind === 'bytes' || field.unit === 'B' ? formatBytes(cell) : formatNumber(cell)
  if (typeof cell === 'number') {
    if (field.kind === 'duration') return formatDuration(cell)
    if (field.kind === 'bytes' || field.unit === 'B') return formatBytes(cell)
    if (field.kind === 'ratio') return `${short.format(cell * 100)} %`
    return Number.isInteger(cell) ? formatNumber(cell) : short.format(cell)
  }
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'string') return cell
  if (Array.isArray(cell)) return cell.every((v) => typeof v === 'string') ? cell.join(', ') : JSON.stringify(cell)
  if (field.kind === 'interval' && isInterval(cell)) return formatInterval(cell, look)
  return JSON.stringify(cell)
}

/** `02:41:08`, `02:41:08–02:46:00 UTC`, with an open side as `…`. */
export function formatInterval(value: { readonly from?: Date; readonly to?: Date }, look: Pick<Look, 'now'>): string {
  const from = beginning(value)
  const { to } = value
  if (from !== undefined && to !== undefined && from.getTime() === to.getTime()) return formatMoment(from, look.now)
  if (from === undefined && to === undefined) return '–'
  const left = from === undefined ? '…' : formatMoment(from, look.now).replace(' UTC', '')
  return `${left}–${to === undefined ? '…' : formatMoment(to, look.now)}`
}

/** The epoch stands for a beginning before anybody watched. */
function beginning({ from }: { readonly from?: Date }): Date | undefined {
  return from?.getTime() === 0 ? undefined : from
}

/** A cell exactly, as copied: all digits, ISO times, reasons as words. */
export function exactText(cell: Cell | undefined): string {
  if (cell === undefined || cell === null) return ''
  if (isUnknown(cell)) return `? ${formatUnknown(cell).word}${cell.note === undefined ? '' : ` (${cell.note})`}`
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? 'no such time' : cell.toISOString()
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean') return String(cell)
  if (Array.isArray(cell) && cell.every((v) => typeof v === 'string')) return cell.join(', ')
  if (isInterval(cell)) return `${beginning(cell)?.toISOString() ?? '..'}/${cell.to?.toISOString() ?? '..'}`
  return JSON.stringify(cell)
}

const numeric: ReadonlySet<FieldKind> = new Set(['int64', 'decimal', 'duration', 'bytes', 'count', 'ratio'])
/** Numbers stand right-aligned in the data font. */
export function isNumeric(kind: FieldKind): boolean {
  return numeric.has(kind)
}

/** `lastCommit` → `Last commit`; `clockOffsetMs` → `Clock offset`. */
export function fieldTitle(name: string): string {
  const words = name
    .replace(/(Ms|Bytes)$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
/** The unit that a value carries itself on screen, short or exact: `ms` of durations, `B` of sizes. */
export function carriedUnit(field: FieldLook): string | undefined {
  if (field.kind === 'duration') return 'ms'
  return field.kind === 'bytes' || field.unit === 'B' ? 'B' : undefined
}
/** The unit for a header: none where the value itself carries it (durations, bytes). */
export function headerUnit(field: FieldLook): string | undefined {
  return carriedUnit(field) === undefined ? field.unit : undefined
}
