import { expect, test } from 'vitest'
import { createMemory, seeCommit } from '../memory.ts'
import type { GroupPicture } from './ask-groups.ts'
import { groupRow } from './group-rows.ts'
import type { Position } from './positions.ts'

const start = new Date('2026-03-02T03:00:00Z')
const later = new Date(start.getTime() + 10_000)
const group: GroupPicture = {
  listed: { groupId: 'billing', protocolType: 'consumer', state: 'Stable', type: 'classic' },
  kind: 'consumer',
  coordinator: 1,
  described: undefined,
  commits: undefined,
  share: undefined,
  why: '',
}
const position = (topic: string, orphan: boolean): Position => ({
  group: 'billing',
  topic,
  partition: 0,
  picture: undefined,
  lag: { kind: 'EXPIRED', lag: 10n, visibleLag: 10n, txnBlocked: 0n, lostAtMost: 5_000n },
  committed: 0n,
  reader: undefined,
  orphan,
  memory: undefined,
})

test('what a group lost and how fast it reads leaves out the topics that it dropped', () => {
  const memory = createMemory()
  const look = (offset: bigint, end: bigint, at: Date) => ({ offset, end, topicId: 'a', at, isFirstRound: false })
  const moved = (written: bigint) => seeCommit(seeCommit(undefined, look(0n, 0n, start)), look(written / 2n, written, later))
  memory.commits.replace(
    'billing',
    new Map([
      ['orders', new Map([[0, moved(100n)]])],
      ['old', new Map([[0, moved(9_000n)]])],
    ]),
  )
  const rowOf = (positions: readonly Position[]) => groupRow({ group, positions }, memory, later)
  expect(rowOf([position('orders', false), position('old', true)])).toMatchObject({ lost: 5_000n, produceRate: 10, consumeRate: 5 })
  expect(rowOf([position('old', true)])).toMatchObject({ lost: 0n, produceRate: { unknown: 'not-yet' } })
})
