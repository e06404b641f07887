/** Times in sentences, always UTC: a moment, an interval, an age. */
import type { Since } from '../../shared/model/finding.ts'

/** `02:41:08`, with the day where it is not that of `now`: `27 Feb 02:41:08`. */
export function clock(at: Date, now: Date): string {
  const iso = at.toISOString()
  if (iso.slice(0, 10) === now.toISOString().slice(0, 10)) return iso.slice(11, 19)
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][at.getUTCMonth()]
  const year = at.getUTCFullYear() === now.getUTCFullYear() ? '' : ` ${at.getUTCFullYear()}`
  return `${at.getUTCDate()} ${month}${year} ${iso.slice(11, 19)}`
}

/** The same to the minute it lies in: `02:41`, for moments reckoned from an age, which differ a little every time. */
export function minute(at: Date, now: Date): string {
  return clock(at, now).replace(/:\d\d$/, '')
}

/** `since 02:41:08 UTC`, `since between 01:58:00 and 02:03:00 UTC`, `since before 02:41:08 UTC`. */
export function sinceWords(since: Pick<Since, 'from' | 'to'>, now: Date): string {
  if (since.from.getTime() <= 0) return `since before ${clock(since.to, now)} UTC`
  if (since.to.getTime() - since.from.getTime() < 1_000) return `since ${clock(since.to, now)} UTC`
  return `since between ${clock(since.from, now)} and ${clock(since.to, now)} UTC`
}

/** `8 s`, `46 min`, `5 h 01 min`, `3 d 4 h`. */
export function ageWords(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000))
  if (s < 120) return `${s} s`
  const min = Math.floor(s / 60)
  if (min < 120) return `${min} min`
  const h = Math.floor(min / 60)
  if (h < 48) return `${h} h ${String(min % 60).padStart(2, '0')} min`
  return `${Math.floor(h / 24)} d ${h % 24} h`
}

/** `a`, `a and b`, `a, b and c`, `a, b and 5 more`. */
export function listWords(names: readonly string[], most = 4): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
