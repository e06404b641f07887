import { describe, expect, test } from 'vitest'
import { CommitLedger, type CommitMemory, createMemory, noteOffsetsLeaders, seeCommit, speedsOf } from './memory.ts'

const start = Date.parse('2026-03-02T03:00:00Z')
const look = (seconds: number, offset: bigint, end: bigint, more: { readonly topicId?: string; readonly isFirstRound?: boolean } = {}) => ({
  offset,
  end,
  topicId: more.topicId ?? 'a',
  at: new Date(start + seconds * 1_000),
  isFirstRound: more.isFirstRound ?? false,
})
const memoryAfter = (...looks: readonly ReturnType<typeof look>[]): CommitMemory => {
  let memory: CommitMemory | undefined
  for (const one of looks) memory = seeCommit(memory, one)
  if (memory === undefined) throw new Error('no look')
  return memory
}

describe('memory of a commit', () => {
  test('what stood there in the first round stood there before we looked', () => {
    expect(memoryAfter(look(0, 5n, 9n, { isFirstRound: true }))).toMatchObject({ before: true })
    expect(memoryAfter(look(0, 5n, 9n))).toMatchObject({ before: false })
    expect(memoryAfter(look(0, 5n, 9n, { isFirstRound: true }), look(5, 6n, 9n))).toMatchObject({
      before: false,
      since: new Date(start + 5_000),
    })
  })
  test('rounds without a commit are counted, and those in which the end did not move either', () => {
    expect(memoryAfter(look(0, 5n, 9n), look(5, 5n, 12n), look(10, 5n, 12n))).toMatchObject({
      stoodRounds: 2,
      quietRounds: 1,
      since: new Date(start),
    })
  })
  test('how often it commits is the time from when there was something to commit', () => {
    const idle = memoryAfter(look(0, 5n, 5n), look(3_600, 5n, 9n), look(3_605, 9n, 9n))
    expect(idle.every).toBe(5_000)
  })
  test('a long stop is forgotten by halves', () => {
    const stopped = memoryAfter(look(0, 5n, 9n), look(300, 6n, 9n), look(305, 7n, 9n))
    expect(stopped.every).toBe(152_500)
  })
  test('what was found out at a commit goes with it', () => {
    const known = { ...memoryAfter(look(0, 5n, 9n)), recordAt: 7, markersOnly: { end: 9n, holds: true } }
    expect(seeCommit(known, look(5, 5n, 9n))).toMatchObject({ recordAt: 7 })
    expect(seeCommit(known, look(5, 6n, 9n))).toMatchObject({ recordAt: undefined, markersOnly: undefined })
  })
  test('the topic of a commit is the one it was first seen in, until it moves', () => {
    expect(memoryAfter(look(0, 5n, 9n), look(5, 5n, 9n, { topicId: 'b' })).topicId).toBe('a')
    expect(memoryAfter(look(0, 5n, 9n), look(5, 6n, 9n, { topicId: 'b' })).topicId).toBe('b')
  })
  test('speeds are what changed over the time it took; a fall starts over', () => {
    const moving = memoryAfter(look(0, 0n, 0n), look(10, 20n, 50n))
    expect(speedsOf(moving, start + 10_000)).toEqual({ produced: 5, consumed: 2 })
    expect(speedsOf(memoryAfter(look(0, 50n, 50n), look(10, 20n, 50n)), start + 10_000)).toBeUndefined()
    expect(speedsOf(undefined, start)).toBeUndefined()
  })
})

describe('the ledger of commits', () => {
  test('forgets groups that are gone, keeps those that could not be seen', () => {
    const ledger = new CommitLedger()
    ledger.begin(() => true)
    const one = new Map([['orders', new Map([[0, memoryAfter(look(0, 5n, 9n))]])]])
    ledger.replace('seen', one)
    ledger.replace('gone', one)
    ledger.begin((group) => group === 'seen')
    expect(ledger.get('seen', 'orders', 0)?.offset).toBe(5n)
    expect(ledger.get('gone', 'orders', 0)).toBeUndefined()
    expect(ledger.isFirstRound).toBe(false)
  })
})

describe('who can list a group', () => {
  const lost = (...rounds: readonly (readonly [number, number][])[]): readonly number[] => {
    const memory = createMemory()
    for (const leaders of rounds) noteOffsetsLeaders(memory, new Map(leaders))
    return [...memory.lostCoordinators]
  }
  test('nobody while its partition of the offsets topic has no leader', () => {
    expect(lost([[0, 3]])).toEqual([])
    expect(lost([[0, 3]], [[0, -1]])).toEqual([3])
    expect(lost([[0, 3]], [[0, -1]], [[0, -1]], [[0, -1]])).toEqual([3])
  })
  test('perhaps nobody for two rounds after another broker took it over', () => {
    expect(lost([[0, 3]], [[0, 1]])).toEqual([3])
    expect(lost([[0, 3]], [[0, -1]], [[0, 1]])).toEqual([3])
    expect(lost([[0, 3]], [[0, 1]], [[0, 1]])).toEqual([3])
    expect(lost([[0, 3]], [[0, 1]], [[0, 1]], [[0, 1]])).toEqual([])
  })
})
