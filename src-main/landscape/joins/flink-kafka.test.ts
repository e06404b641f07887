import { describe, expect, test } from 'vitest'
import { atSecond, edge, flinkOne, group, handMade, job, kafkaOne } from '../../triage/hand-made.ts'
import { memoryQueries } from '../../triage/memory-queries.ts'
import { flinkKafka, matchOffsets, type Point, type Side, stillMatching } from './flink-kafka.ts'

const curve = (...points: readonly (readonly [number, number])[]): readonly Point[] =>
  points.map(([at, offset]) => ({ at, offset: offset < 0 ? undefined : BigInt(offset) }))
const side = (
  id: string,
  committed: Readonly<Record<string, readonly Point[]>>,
  current?: Readonly<Record<string, readonly Point[]>>,
): Side => ({
  id,
  label: id,
  until: 40,
  committed: new Map(Object.entries(committed)),
  ...(current === undefined ? {} : { current: new Map(Object.entries(current)) }),
})
const polls = { pollMs: 10, count: 5 }
/** A checkpoint every ten; the metric is seen a little late. */
const job1 = side(
  'route',
  { 't-0': curve([0, 100], [12, 200], [22, 300], [32, 400]) },
  { 't-0': curve([0, 150], [12, 250], [22, 350], [32, 450]) },
)

describe('offsets', () => {
  test('that are never further apart than one checkpoint match', () => {
    const group1 = side('g', { 't-0': curve([0, 100], [10, 200], [20, 300], [30, 400]) })
    expect(matchOffsets([group1], [job1], polls)).toEqual([
      { group: 'g', job: 'route', score: 1, says: 'g matches Flink job route on 1 of 1 partition' },
    ])
  })
  test('of a group that runs ahead or behind do not match', () => {
    expect(matchOffsets([side('ahead', { 't-0': curve([0, 460], [20, 900]) })], [job1], polls)).toEqual([])
    expect(matchOffsets([side('behind', { 't-0': curve([0, 10], [20, 50]) })], [job1], polls)).toEqual([])
  })
  test('at other partitions do not match', () => {
    const more = side('more', { 't-0': curve([0, 100], [20, 300]), 't-1': curve([0, 1]) })
    expect(matchOffsets([more], [job1], polls)).toEqual([])
    const wide = side('wide', { 't-0': curve([0, 100]), 't-1': curve([0, 5]) })
    expect(matchOffsets([side('less', { 't-0': curve([0, 100]) })], [wide], polls)).toEqual([])
  })
  test('seen on fewer than three polls say nothing', () => {
    const group1 = side('g', { 't-0': curve([0, 100], [10, 200]) })
    expect(matchOffsets([group1], [job1], { pollMs: 10, count: 2 })).toEqual([])
  })
  test('that two groups fit alike are told for both, with half the score', () => {
    const twin = (id: string) => side(id, { 't-0': curve([0, 100], [10, 200], [20, 300], [30, 400]) })
    expect(matchOffsets([twin('a'), twin('b')], [job1], polls).map((m) => [m.group, m.score, m.says])).toEqual([
      ['a', 0.5, 'a matches Flink job route on 1 of 1 partition, as 1 other group does'],
      ['b', 0.5, 'b matches Flink job route on 1 of 1 partition, as 1 other group does'],
    ])
  })
  test('that never move weigh less, and a partition nothing was committed in does not count', () => {
    const still = side('still', { 't-0': curve([0, 70]), 't-1': curve([0, -1]) }, { 't-0': curve([0, 70]), 't-1': curve([0, -1]) })
    expect(matchOffsets([side('g', { 't-0': curve([0, 70]) })], [still], polls)).toMatchObject([{ score: 0.8 }])
  })
})

describe('a match that was', () => {
  const before = [{ ...edge(group('g'), 'matches', job('j')), score: 1 }]
  const of = (id: string, committed: readonly Point[]) => ({ ...side(id, { 't-0': committed }), id })
  const stands = of(group('g'), curve([0, 100]))

  test('stays while the job tells no offsets', () => {
    expect(stillMatching(before, [], [stands], [of(job('j'), curve([0, -1]))], polls)).toEqual(before)
    expect(stillMatching(before, [], [], [], polls)).toEqual(before)
  })
  test('stays when the group had committed once more before the job fell silent', () => {
    const moved = of(group('g'), curve([0, 100], [15, 260]))
    expect(stillMatching(before, [], [moved], [of(job('j'), curve([0, 100], [10, 200], [35, -1]))], polls)).toEqual(before)
  })
  test('goes when offsets disagree, or the job has another group', () => {
    expect(stillMatching(before, [], [stands], [of(job('j'), curve([0, 900]))], polls)).toEqual([])
    expect(stillMatching(before, [{ group: group('h'), job: job('j'), score: 1, says: '' }], [], [], polls)).toEqual([])
  })
})

test('a self-assigned group of one cluster and a job of another connection are joined from their stored curves', async () => {
  const queries = memoryQueries(handMade)
  const kinds = { route: 'self-assigned', plain: 'consumer' }
  queries.put(
    kafkaOne,
    'groups',
    Object.entries(kinds).map(([g, kind]) => ({ group: g, lag: 0, topic: 'orders', kind })),
    atSecond(0),
  )
  queries.put(flinkOne, 'jobs', [{ jid: 'j1', name: 'route-plays' }], atSecond(0))
  for (let i = 0; i <= 10; i++) {
    const committed = BigInt(i * 100)
    const rows = Object.keys(kinds).flatMap((g) => [0n, 1n].map((p) => ({ group: g, topic: 'orders', partition: p, committed })))
    queries.put(kafkaOne, 'groupPartitions', rows, atSecond(i * 5))
    const source = [0n, 1n].map((p) => ({ jid: 'j1', topic: 'orders', partition: p, committed, current: committed + 40n }))
    queries.put(flinkOne, 'sourcePartitions', source, atSecond(i * 5 + 2))
  }
  const edges = await flinkKafka.join(queries, [kafkaOne, flinkOne], atSecond(52), { windowMs: 60_000, pollMs: () => 5_000 }, [])
  expect(edges).toMatchObject([
    { from: group('route'), to: job('j1'), does: 'matches', known: 'guessed', fromLabel: 'route', toLabel: 'route-plays' },
  ])
  expect(edges[0]?.says).toBe('route matches Flink job route-plays on 2 of 2 partitions')
  expect(edges[0]?.score).toBeGreaterThan(0.9)

  queries.put(flinkOne, 'sourcePartitions', [], atSecond(60))
  const options = { windowMs: 60_000, pollMs: () => 5_000 }
  expect(await flinkKafka.join(queries, [kafkaOne, flinkOne], atSecond(60), options, edges)).toEqual(edges)
  queries.put(flinkOne, 'jobs', [], atSecond(65))
  expect(await flinkKafka.join(queries, [kafkaOne, flinkOne], atSecond(65), options, edges)).toEqual([])
})
