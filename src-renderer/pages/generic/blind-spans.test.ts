import { expect, it } from 'vitest'
import type { CoverageSpan } from '../../../shared/contract/messages.ts'
import { blindSpans } from './blind-spans.ts'

const at = (minute: number): Date => new Date(minute * 60_000)
const covered = (from: number, to: number, state: CoverageSpan['state'] = 'complete'): CoverageSpan => ({
  system: 'kafka',
  connection: 'front',
  collection: 'groups',
  from: at(from),
  to: at(to),
  state,
})
const span = { from: at(0), to: at(60) }

it('is the whole span where nothing was seen', () => {
  expect(blindSpans([covered(10, 20, 'failed')], span)).toEqual([span])
})
it('is what no collection saw, however their spans overlap', () => {
  expect(blindSpans([covered(10, 20), covered(15, 30, 'partial'), covered(40, 70)], span)).toEqual([
    { from: at(0), to: at(10) },
    { from: at(30), to: at(40) },
  ])
})
it('is nothing where everything was seen', () => {
  expect(blindSpans([covered(-5, 61)], span)).toEqual([])
})
