import fc from 'fast-check'
import { expect, it } from 'vitest'
import { layoutGraph, NODE_HEIGHT, NODE_WIDTH } from './graph-layout.ts'

const edges = [
  { from: 'broker', to: 'topic' },
  { from: 'topic', to: 'group-a' },
  { from: 'topic', to: 'group-b' },
]
const at = (id: string, focus?: string): { x: number; y: number } | undefined =>
  layoutGraph(['broker', 'topic', 'group-a', 'group-b'], edges, focus).nodes.find((n) => n.id === id)

it('draws in the way the data flows, also around a focus', () => {
  for (const focus of [undefined, 'topic', 'group-b']) {
    expect(at('broker', focus)?.x).toBeLessThan(at('topic', focus)?.x ?? 0)
    expect(at('topic', focus)?.x).toBeLessThan(at('group-a', focus)?.x ?? 0)
  }
})
it('ends on circles and on ends that are not there', () => {
  const circle = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
    { from: 'a', to: 'nowhere' },
  ]
  expect(
    layoutGraph(['a', 'b'], circle, 'gone')
      .nodes.map((n) => n.id)
      .toSorted(),
  ).toEqual(['a', 'b'])
})
it('never lays two nodes over each other and gives the same answer twice', () => {
  const graph = fc
    .uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 40 })
    .chain((ids) =>
      fc.tuple(
        fc.constant(ids),
        fc.array(fc.record({ from: fc.constantFrom(...ids), to: fc.constantFrom(...ids) }), { maxLength: 80 }),
        fc.constantFrom(...ids),
      ),
    )
  fc.assert(
    fc.property(graph, ([ids, some, focus]) => {
      const { nodes } = layoutGraph(ids, some, focus)
      expect(nodes).toHaveLength(ids.length)
      for (const [i, a] of nodes.entries()) {
        for (const b of nodes.slice(i + 1)) expect(Math.abs(a.x - b.x) >= NODE_WIDTH || Math.abs(a.y - b.y) >= NODE_HEIGHT).toBe(true)
      }
      expect(layoutGraph(ids, some, focus).nodes).toEqual(nodes)
    }),
    { numRuns: 60 },
  )
})
