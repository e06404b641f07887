import { expect, test } from 'vitest'
import { collection } from '../../shared/model/collection.ts'
import { count, derived, flag, name, text } from '../../shared/model/fields.ts'
import { isUnknown } from '../../shared/model/known.ts'
import { system } from '../../shared/model/system.ts'
import { decode } from '../store/columns.ts'
import type { Columns, Stored } from '../store/store-types.ts'
import { deriveRows } from './derive-rows.ts'
import type { Ground } from './gather.ts'
import { atSecond } from './hand-made.ts'
import { type AnyDerive, type AnyRow, derive } from './judging.ts'
import { memoryQueries } from './memory-queries.ts'

const toy = system({
  id: 'toy',
  title: 'Toy',
  lane: 'work',
  settings: {},
  endpoints: {},
  collections: {
    boxes: collection({
      kind: 'state',
      title: 'Boxes',
      says: 'A box.',
      key: ['box'],
      fields: { box: name('Its name'), full: derived(count('Full parts', 'parts')) },
    }),
    parts: collection({
      kind: 'state',
      title: 'Parts',
      says: 'A part of a box.',
      key: ['box', 'part'],
      within: ['box'],
      refs: [{ to: 'boxes', by: ['box'] }],
      fields: {
        box: name('Its box'),
        part: text('Its id'),
        level: count('How full', 'l'),
        trend: derived(text('Where to')),
        isFull: derived(flag('Full')),
      },
    }),
  },
  sweeps: { all: { says: 'All', emits: ['boxes', 'parts'], every: { watched: 5, background: 20 } } },
  reads: {},
  actions: {},
})
const of: Stored = { connection: 'c', system: 'toy', instance: 'T', title: 'toy' }

const trend = derive(toy, { on: 'parts', past: ['level'], when: (row) => row.level !== 0 }, (row, see) => ({
  trend: see
    .past('level')
    .map((p) => String(p.value))
    .join('<'),
  isFull: !isUnknown(row.level) && row.level >= 9,
}))
const full = derive(toy, { on: 'boxes', also: ['parts'] }, (_row, see) => ({
  full: see.rows('parts').filter((p) => p.isFull === true).length,
}))

async function derived2(derives: readonly AnyDerive[], staged: Readonly<Record<string, readonly AnyRow[]>>) {
  const queries = memoryQueries({ toy })
  queries.put(of, 'parts', [{ box: 'a', part: '1', level: 3, trend: '', isFull: false }], atSecond(0))
  const ground: Ground = { queries, of, system: toy, now: atSecond(5), windowMs: 60_000, pollMs: 5_000, kept: new Map() }
  const filled: AnyRow[] = []
  const round = {
    async *staged(name: string) {
      for (const row of staged[name] ?? []) yield [row]
    },
    fill: async (name: string, columns: Columns) => {
      filled.push(...decode(toy.collections[name as 'parts'].fields, columns))
    },
  }
  await deriveRows(ground, derives, round, Object.keys(staged))
  return filled
}
const parts = [
  { box: 'a', part: '1', level: 9 },
  { box: 'a', part: '2', level: 0 },
  { box: 'b', part: '1', level: 9 },
]

test('derived fields are judged from the staged row and its past with the row itself at the end', async () => {
  expect((await derived2([trend], { parts }))[0]).toEqual({ box: 'a', part: '1', trend: '3<9', isFull: true })
})

test('rows that `when` leaves out are not filled', async () => {
  expect((await derived2([trend], { parts })).map((r) => [r.box, r.part])).toEqual([
    ['a', '1'],
    ['b', '1'],
  ])
})

test('neighbours of the same round stand in for stored ones, with what an earlier derive filled into them', async () => {
  const filled = await derived2([trend, full], { parts, boxes: [{ box: 'a' }, { box: 'b' }, { box: 'c' }] })
  expect(filled.filter((r) => 'full' in r)).toEqual([
    { box: 'a', full: 1 },
    { box: 'b', full: 1 },
    { box: 'c', full: 0 },
  ])
})

test('a derive whose collection is not in the round does not run', async () => {
  expect(await derived2([full], { parts })).toEqual([])
})
