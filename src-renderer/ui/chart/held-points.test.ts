import { describe, expect, it } from 'vitest'
import { unknown } from '../../../shared/model/known.ts'
import { heldPoints } from './held-points.ts'

const t = (s: number): Date => new Date(Date.UTC(2026, 2, 2, 3, 0, s))
const hole = unknown('nobody-watching')

describe('a curve drawn from change points', () => {
  it('holds its last value until the moment looked at', () => {
    expect(heldPoints([{ at: t(0), value: 8 }], [], t(30))).toEqual([
      { at: t(0), value: 8 },
      { at: t(30), value: 8 },
    ])
  })

  it('has a hole where nobody watched, and goes on with what was found after it', () => {
    const points = [
      { at: t(0), value: 8 },
      { at: t(40), value: 9 },
    ]
    expect(heldPoints(points, [{ from: t(10), to: t(20) }], t(40))).toEqual([
      { at: t(0), value: 8 },
      { at: t(10), value: 8 },
      { at: new Date(t(10).getTime() + 1), value: hole },
      { at: t(20), value: 8 },
      { at: t(40), value: 9 },
    ])
  })

  it('claims nothing past the begin of a gap that is still open', () => {
    expect(heldPoints([{ at: t(0), value: 8 }], [{ from: t(10), to: t(30) }], t(30)).at(-1)?.value).toEqual(hole)
  })

  it('begins where watching began', () => {
    expect(heldPoints([{ at: t(0), value: 8 }], [{ from: t(0), to: t(10) }], t(20))).toEqual([
      { at: new Date(t(0).getTime() + 1), value: hole },
      { at: t(10), value: 8 },
      { at: t(20), value: 8 },
    ])
  })

  it('is nothing where there are no points', () => expect(heldPoints([], [{ from: t(0), to: t(10) }], t(20))).toEqual([]))
})
