import { expect, test } from 'vitest'
import { jobs, streams } from './hand-made.ts'
import { joinsBetween, joinText, neighbourIndex } from './neighbours.ts'

const { collections } = streams
const beside = (on: string, also: string, row: Readonly<Record<string, unknown>>, rows: readonly Readonly<Record<string, unknown>>[]) =>
  neighbourIndex(rows, joinsBetween(collections, on, also))(row)
const placed = [
  { topic: 'a', partition: 0n, leader: '1' },
  { topic: 'a', partition: 1n, leader: '2' },
  { topic: 'b', partition: 0n, leader: '1' },
]

test('a record stands beside those it names and those that name it', () => {
  expect(beside('partitions', 'brokers', placed[1] ?? {}, [{ broker: '1' }, { broker: '2' }])).toEqual([{ broker: '2' }])
  expect(beside('brokers', 'partitions', { broker: '1' }, placed)).toEqual([placed[0], placed[2]])
})

test('without refs it stands beside those of its scope, and without a scope beside all of its connection', () => {
  expect(beside('groupPartitions', 'partitions', { group: 'g', topic: 'a' }, placed)).toEqual([placed[0], placed[1]])
  expect(beside('brokers', 'groups', { broker: '1' }, [{ group: 'g' }, { group: 'h' }])).toHaveLength(2)
  expect(joinsBetween(jobs.collections, 'jobs', 'nothing')).toEqual([])
})

test('a record whose ref is unknown stands beside nobody', () => {
  const lost = { topic: 'a', partition: 1n, leader: { unknown: 'unanswered' } }
  expect(beside('partitions', 'brokers', lost, [{ broker: '1' }])).toEqual([])
})

test('different values never give the same text', () => {
  expect(joinText({ a: '1', b: '23' }, ['a', 'b'])).not.toBe(joinText({ a: '12', b: '3' }, ['a', 'b']))
})
