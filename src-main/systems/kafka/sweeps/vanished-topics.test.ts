import { expect, test } from 'vitest'
import { AppError } from '../../../../shared/model/app-error.ts'
import { CommitLedger } from '../memory.ts'
import type { MetadataAnswer, TopicEntry } from '../wire/metadata.ts'
import type { GroupPicture } from './ask-groups.ts'
import { pictureOf } from './picture.ts'
import { positionsOf } from './positions.ts'
import { lookForVanished } from './vanished-topics.ts'

const entry = (name: string, errorCode = 0): TopicEntry => ({ errorCode, name, topicId: 'a', isInternal: false, partitions: [] })
const answer = (...topics: readonly TopicEntry[]): MetadataAnswer => ({ brokers: [], clusterId: 'K', topics })
/** What is made of `orders`, which all of the metadata names no more, when it is asked for by name. */
const lookFor = (byName: MetadataAnswer | AppError) =>
  lookForVanished(
    {
      metadata: async () => {
        if (byName instanceof AppError) throw byName
        return byName
      },
    },
    answer(entry('views')),
    new Map([
      ['orders', 'a'],
      ['views', 'b'],
    ]),
  )

test.each([3, 100])('a topic counts as deleted when a broker says that there is none (error %i)', async (code) => {
  expect(await lookFor(answer(entry('orders', code)))).toEqual({ found: [], deleted: ['orders'], hidden: new Map() })
})
test('a topic that another broker still names is there', async () => {
  expect(await lookFor(answer(entry('orders')))).toEqual({ found: [entry('orders')], deleted: [], hidden: new Map() })
})
test('a topic that this account may no longer see is hidden, not deleted', async () => {
  expect(await lookFor(answer(entry('orders', 29)))).toEqual({ found: [], deleted: [], hidden: new Map([['orders', 'forbidden']]) })
})
test('a topic of which no broker says anything clear is unseen, not deleted', async () => {
  const unseen = { found: [], deleted: [], hidden: new Map([['orders', 'unanswered']]) }
  expect(await lookFor(answer(entry('orders', 5)))).toEqual(unseen)
  expect(await lookFor(answer())).toEqual(unseen)
  expect(await lookFor(new AppError('timeout', 'b1:9092 did not answer.'))).toEqual(unseen)
})
test('a commit in a topic that was not seen is not one for a deleted topic', () => {
  const group: GroupPicture = {
    listed: { groupId: 'billing', protocolType: 'consumer', state: 'Stable', type: 'classic' },
    kind: 'consumer',
    coordinator: 1,
    described: undefined,
    commits: {
      groupId: 'billing',
      errorCode: 0,
      topics: [{ name: 'orders', partitions: [{ partition: 0, offset: 5n, leaderEpoch: -1, errorCode: 0 }] }],
    },
    share: undefined,
    why: '',
  }
  const groups = { groups: new Map([['billing', group]]), unlisted: new Map() }
  const kindWith = (hidden: ReadonlyMap<string, 'unanswered'>) =>
    positionsOf(pictureOf(answer(), hidden), groups, new CommitLedger(), new Date())[0]?.positions[0]?.lag.kind
  expect(kindWith(new Map([['orders', 'unanswered']]))).toBe('ERROR')
  expect(kindWith(new Map())).toBe('TOPIC_GONE')
})
