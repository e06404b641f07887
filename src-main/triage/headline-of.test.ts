import { expect, test } from 'vitest'
import { noun, plain } from '../../shared/model/sentence.ts'
import type { Ground } from './gather.ts'
import { atSecond, broker, finding, group, handMade, kafkaOne, streams } from './hand-made.ts'
import { headlineOf } from './headline-of.ts'
import { headline } from './judging.ts'
import { memoryQueries } from './memory-queries.ts'

function ground(now: number) {
  const queries = memoryQueries(handMade)
  queries.put(kafkaOne, 'brokers', [{ broker: '1', state: 'down' }], atSecond(0))
  queries.put(kafkaOne, 'groups', [{ group: 'a', lag: 7, topic: 'orders', kind: 'consumer' }], atSecond(0))
  const of: Ground = { queries, of: kafkaOne, system: streams, now: atSecond(now), windowMs: 300_000, pollMs: 5_000, kept: new Map() }
  return { queries, of }
}
const mine = headline(streams, { on: 'groups' }, (row, see) => ({
  says: [`${row.group} has ${see.findings.length} findings`],
  health: 'high',
  hop: 'standing still',
}))

test("a record says its system's own sentence, with its findings at hand", async () => {
  const said = await headlineOf(ground(3).of, [mine], group('a'), [finding(group('a'))])
  expect(said).toMatchObject({ headline: { says: ['a has 1 findings'], health: 'high' }, hop: 'standing still', asOf: atSecond(0) })
})

test('without one it says its status word, or its worst finding', async () => {
  const { of } = ground(3)
  const said = await headlineOf(of, [], broker('1'), [])
  expect([plain(said?.headline.says ?? []), said?.headline.health, said?.hop]).toEqual(['Broker 1 is down.', 'critical', 'down'])
  const hurt = await headlineOf(of, [], broker('1'), [finding(broker('1'), { says: 'Broker 1 refused us.' })])
  expect(plain(hurt?.headline.says ?? [])).toBe('Broker 1 refused us.')
})

test('a record whose key begins with the key of another is called by its own part, and whose it is', async () => {
  const { queries, of } = ground(3)
  queries.put(kafkaOne, 'groupPartitions', [{ group: 'a', topic: 'orders', partition: 1n, committed: 4n }], atSecond(0))
  const said = await headlineOf(of, [], 'urn:ls:kafka:K:groupPartitions:a/orders/1', [])
  expect(said?.headline.says).toEqual([
    'Group partition ',
    noun('orders-1', 'urn:ls:kafka:K:groupPartitions:a/orders/1'),
    ' of group ',
    noun('a', group('a')),
    '.',
  ])
})

test('a record that is older than two polls gives no verdict: looking', async () => {
  const { queries, of } = ground(60)
  queries.age(kafkaOne, 'brokers')
  const said = await headlineOf(of, [], broker('1'), [])
  expect(said?.headline).toMatchObject({ health: 'unknown', looking: true })
  expect(plain(said?.headline.says ?? [])).toBe('Looking: not seen since 03:00:00 UTC, 60 s ago. Last known: Broker 1 is down.')
  expect(said?.hop).toBe('down when last seen at 03:00:00 UTC')
})

test('a record that the last round left out is looked for as well, with the reason', async () => {
  const { queries, of } = ground(20)
  queries.unsee(kafkaOne, 'brokers', ['1'], { unknown: 'refused', note: 'broker 3 refused' })
  expect(plain((await headlineOf(of, [], broker('1'), []))?.headline.says ?? [])).toMatch(/^Looking: .* ago \(broker 3 refused\)/)
})

test('a record that is not there says nothing', async () => {
  expect(await headlineOf(ground(1).of, [], broker('9'), [])).toBeUndefined()
})
