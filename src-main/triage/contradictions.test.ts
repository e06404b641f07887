import { expect, test } from 'vitest'
import { plain } from '../../shared/model/sentence.ts'
import { broker, edge, finding, group, incidentsIn, job, topic } from './hand-made.ts'

test('of what a cause does not explain, it is told apart what began before it and what no link from it reaches', () => {
  const edges = [
    edge(broker('1'), 'hosts', topic('orders')),
    edge(topic('orders'), 'reads', group('after')),
    edge(topic('orders'), 'reads', group('before')),
    edge(job('writer'), 'writes', topic('orders')),
  ]
  const hurt = (node: string, since: number) => finding(node, { origin: 'derived', severity: 'warn', since })
  const { incidents } = incidentsIn(edges, [
    finding(broker('1'), { severity: 'critical', since: 100 }),
    hurt(topic('orders'), 105),
    hurt(group('after'), 110),
    hurt(group('before'), 20),
    hurt(job('writer'), 110),
  ])
  expect(incidents.map((i) => i.root)).toEqual([broker('1')])
  expect(incidents[0]?.contradicts.map(plain)).toEqual([
    'Job writer: hurt as well, but not reached by any link from it.',
    'Group before: hurt as well, but began before it.',
  ])
})
