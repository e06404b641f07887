import { describe, expect, test } from 'vitest'
import { graphOf, type LandscapeEdge } from '../landscape/landscape.ts'
import { hopsOf, wayFrom } from './chain.ts'
import { broker, edge, finding, group, handMade, job, record, standing, start, topic } from './hand-made.ts'
import type { HeldFinding } from './held-finding.ts'
import { namesOf } from './names.ts'
import { conditionOf } from './sick.ts'

const poison = record('orders', 2, 1234)
const edges = [
  edge(topic('orders'), 'reads', group('a')),
  edge(group('a'), 'stands-at', poison),
  edge(group('a'), 'matches', job('route'), { score: 0.9 }),
]
function seen(some: readonly LandscapeEdge[], findings: readonly HeldFinding[], unseen: readonly string[] = []) {
  const graph = graphOf(some)
  const condition = conditionOf(graph, handMade, findings, { unseen: new Set(unseen), dark: new Set() }, start)
  return { graph, condition, names: namesOf(handMade, graph, findings) }
}

describe('the chain of a record', () => {
  test('goes over links to the hurt node that explains it', () => {
    const { graph, condition } = seen(edges, [standing('a', poison), finding(job('route'))])
    expect(wayFrom(graph, condition, job('route'))).toEqual({ nodes: [job('route'), group('a'), poison], ends: 'cause' })
  })

  test("prefers the way to its incident's root", () => {
    const two = [edge(broker('1'), 'hosts', topic('t')), edge(broker('2'), 'hosts', topic('t'))]
    const hurt = [finding(broker('1')), finding(broker('2')), finding(topic('t'), { origin: 'derived' })]
    const { graph, condition } = seen(two, hurt)
    expect(wayFrom(graph, condition, topic('t'), broker('1')).nodes).toEqual([topic('t'), broker('1')])
    expect(wayFrom(graph, condition, topic('t'), broker('2')).nodes).toEqual([topic('t'), broker('2')])
  })

  test('of a healthy record is the record alone, and no cause', () => {
    const { graph, condition } = seen(edges, [])
    expect(wayFrom(graph, condition, group('a'))).toEqual({ nodes: [group('a')], ends: 'fact' })
  })

  test('does not blame what surely began later', () => {
    const { graph, condition } = seen(
      [edge(broker('1'), 'hosts', topic('t'))],
      [finding(broker('1'), { since: 600 }), finding(topic('t'), { origin: 'derived', since: 0 })],
    )
    expect(wayFrom(graph, condition, topic('t'))).toEqual({ nodes: [topic('t')], ends: 'fact' })
  })

  test('calls nothing a cause that is only an effect itself', () => {
    const both = [finding(group('a'), { origin: 'derived' }), finding(job('x'), { origin: 'derived' })]
    const { graph, condition } = seen([edge(group('a'), 'matches', job('x'))], both)
    expect(wayFrom(graph, condition, job('x'))).toEqual({ nodes: [job('x'), group('a')], ends: 'fact' })
  })

  test('ends at a wall that says what nobody sees', async () => {
    const far = 'end:kafka.topic::far'
    const { graph, condition, names } = seen([edge(far, 'reads', job('x'))], [finding(job('x'), { origin: 'derived', says: 'Lags.' })])
    const way = wayFrom(graph, condition, job('x'))
    const hops = await hopsOf(way, condition, names, graph, async (node) =>
      node === job('x') ? { detail: 'lags', source: 'flink-1' } : undefined,
    )
    expect(hops).toEqual([
      { urn: job('x'), title: 'Flink job x', detail: 'lags', kind: 'fact', since: start, source: 'flink-1' },
      { title: 'far', detail: 'Not seen: no connection shows this topic.', kind: 'wall', source: '' },
    ])
  })
})
