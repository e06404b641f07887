import { describe, expect, it } from 'vitest'
import {
  exactText,
  fieldTitle,
  formatBytes,
  formatCell,
  formatDuration,
  formatInterval,
  formatMoment,
  formatNumber,
  formatRelative,
  type Look,
} from './format.ts'

const now = new Date('2026-08-21T03:27:08.000Z')
const look: Look = { now, absolute: false, exact: false }
const exact: Look = { ...look, exact: true }

describe('numbers', () => {
  it('stay exact beyond 2^53', () => {
    expect(formatNumber(9_223_372_036_854_775_807n)).toBe('9,223,372,036,854,775,807')
    expect(exactText(9_223_372_036_854_775_807n)).toBe('9223372036854775807')
  })
  it('that are none are not drawn as one', () => {
    expect(formatNumber(Number.NaN)).toBe('NaN')
    expect(formatDuration(Number.POSITIVE_INFINITY)).toBe('Infinity')
  })
  it('of bytes are short on screen and exact on request', () => {
    expect(formatBytes(999n)).toBe('999 B')
    expect(formatBytes(4_234_567)).toBe('4.2 MB')
    expect(formatCell(4_234_567n, { kind: 'bytes', unit: 'B' }, look)).toBe('4.2 MB')
    expect(formatCell(4_234_567n, { kind: 'bytes', unit: 'B' }, exact)).toBe('4234567 B')
  })
})

describe('times', () => {
  it.each([
    [250, '250 ms'],
    [4_000, '4 s'],
    [46 * 60_000, '46 min'],
    [(6 * 60 + 12) * 60_000, '6 h 12'],
    [76 * 3_600_000, '3 d 4 h'],
    [-4_000, '−4 s'],
  ])('last %i ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
  it('last exactly as many milliseconds on request', () => {
    expect(formatCell(22_680_000, { kind: 'duration', unit: 'ms' }, look)).toBe('6 h 18')
    expect(formatCell(22_680_000, { kind: 'duration', unit: 'ms' }, exact)).toBe('22680000 ms')
  })
  it('are ages in lists and moments when flipped', () => {
    const at = new Date('2026-08-21T02:41:08.033Z')
    expect(formatRelative(at, now)).toBe('46 min ago')
    expect(formatCell(at, { kind: 'instant' }, look)).toBe('46 min ago')
    expect(formatCell(at, { kind: 'instant' }, { ...look, absolute: true })).toBe('02:41:08 UTC')
    expect(exactText(at)).toBe('2026-08-21T02:41:08.033Z')
  })
  it('of another day carry their date', () => {
    expect(formatMoment(new Date('2026-08-19T02:41:08Z'), now)).toBe('2026-08-19 02:41:08 UTC')
  })
  it('between two moments keep both, and an open side open', () => {
    const from = new Date('2026-08-21T02:40:51Z')
    const to = new Date('2026-08-21T02:41:08Z')
    expect(formatInterval({ from, to }, look)).toBe('02:40:51–02:41:08 UTC')
    expect(formatInterval({ from: to, to }, look)).toBe('02:41:08 UTC')
    expect(formatInterval({ from }, look)).toBe('02:40:51–…')
    expect(formatInterval({}, look)).toBe('–')
  })
  it('whose beginning nobody saw have none, also as copied', () => {
    const to = new Date('2026-08-21T02:41:08Z')
    expect(formatInterval({ from: new Date(0), to }, look)).toBe('…–02:41:08 UTC')
    expect(exactText({ from: new Date(0), to })).toBe('../2026-08-21T02:41:08.000Z')
  })
  it('that are impossible do not throw', () => {
    const none = new Date(Number.NaN)
    expect(formatMoment(none, now)).toBe('no such time')
    expect(formatRelative(none, now)).toBe('no such time')
    expect(exactText(none)).toBe('no such time')
  })
})

describe('unknown', () => {
  it('is its reason as a word, never a number', () => {
    expect(formatCell({ unknown: 'refused', note: 'broker 7' }, { kind: 'count' }, look)).toBe('refused')
    expect(exactText({ unknown: 'refused', note: 'broker 7' })).toBe('? refused (broker 7)')
  })
  it('is copied as its reason, and nothing as nothing', () => {
    expect(exactText(undefined)).toBe('')
    expect(exactText(0)).toBe('0')
  })
})

it('names fields as people read them', () => {
  expect(fieldTitle('lastCommit')).toBe('Last commit')
  expect(fieldTitle('clockOffsetMs')).toBe('Clock offset')
  expect(fieldTitle('minIsr')).toBe('Min isr')
})
