import { describe, expect, test } from 'vitest'
import { own } from '../../shared/model/own.ts'
import type { Stored } from '../store/store-types.ts'
import { broker, edge, finding, group, handMade, kafkaOne, partition, record, start, topic } from '../triage/hand-made.ts'
import { findingRow, type HeldFinding } from '../triage/held-finding.ts'
import { memoryQueries } from '../triage/memory-queries.ts'
import { graphAround } from './graph.ts'
import { edgeRow, type LandscapeEdge } from './landscape.ts'

const mine: Stored = { connection: 'own', system: own.id, instance: 'me', title: 'Landscope' }

function holding(edges: readonly LandscapeEdge[], findings: readonly HeldFinding[]) {
  const queries = memoryQueries(handMade)
  queries.put(mine, 'edges', edges.map(edgeRow), start)
  queries.put(mine, 'findings', findings.map(findingRow), start)
  queries.put(kafkaOne, 'topics', [{ topic: 'orders' }, { topic: 'views' }], start)
  queries.put(
    kafkaOne,
    'brokers',
    [
      { broker: '1', state: 'up' },
      { broker: '2', state: 'down' },
    ],
    start,
  )
  queries.put(
    kafkaOne,
    'groups',
    ['a', 'b', 'c', 'd'].map((g) => ({ group: g, lag: 1, topic: 'orders', kind: 'consumer' })),
    start,
  )
  return queries
}
const edges = [
  edge(broker('1'), 'hosts', topic('orders')),
  edge(broker('2'), 'hosts', topic('orders')),
  ...['a', 'b', 'c', 'd'].map((g) => edge(topic('orders'), 'reads', group(g))),
  edge(group('a'), 'stands-at', record('orders', 0, 7)),
]
const ask = (urn: string | undefined, hops = 1, limit = 100) =>
  graphAround(holding(edges, [finding(group('c'))]), handMade, { urn, hops, limit })

describe('the graph around a record', () => {
  test('holds what is within so many hops, and the edges between', async () => {
    const near = await ask(broker('1'), 1)
    expect(near.nodes.map((n) => n.id)).toEqual([broker('1'), topic('orders')])
    expect(near.edges).toEqual([{ from: broker('1'), to: topic('orders'), does: 'hosts', known: 'observed' }])
    expect((await ask(broker('1'), 3)).nodes).toHaveLength(8)
  })

  test('shows the worst first when there is no room, and counts the rest', async () => {
    const { nodes } = await ask(topic('orders'), 1, 2)
    expect(nodes.map((n) => [n.id, n.more])).toEqual([
      [topic('orders'), 5],
      [group('c'), 0],
    ])
  })

  test('gives each node the worst of its status word and its findings', async () => {
    const { nodes } = await ask(topic('orders'), 2)
    const health = Object.fromEntries(nodes.map((n) => [n.id, [n.health, n.word]]))
    expect(health[broker('2')]).toEqual(['critical', 'down'])
    expect(health[broker('1')]).toEqual(['ok', 'up'])
    expect(health[group('c')]).toEqual(['high', undefined])
    expect(health[record('orders', 0, 7)]).toEqual(['unknown', undefined])
  })

  test('knows no health of what its connection has not covered for two polls', async () => {
    const queries = holding(edges, [finding(group('c'))])
    queries.age(kafkaOne, 'brokers')
    queries.age(kafkaOne, 'groups')
    const { nodes } = await graphAround(queries, handMade, { urn: topic('orders'), hops: 1, limit: 100 })
    const health = new Map(nodes.map((n) => [n.id, n.health]))
    expect([health.get(broker('1')), health.get(group('a')), health.get(topic('orders'))]).toEqual(['unknown', 'unknown', 'ok'])
    expect(health.get(group('c'))).not.toBe('unknown')
  })

  test('starts at what a record lies within when no edge knows the record', async () => {
    expect((await ask(partition('orders', 3), 1)).nodes[0]?.id).toBe(topic('orders'))
    expect((await ask(topic('views'))).nodes.map((n) => [n.id, n.health])).toEqual([[topic('views'), 'ok']])
  })

  test('without a record starts at what hurts', async () => {
    expect((await ask(undefined, 1)).nodes[0]?.id).toBe(group('c'))
  })
})
