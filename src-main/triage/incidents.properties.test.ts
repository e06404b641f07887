import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphOf, type LandscapeEdge } from '../landscape/landscape.ts'
import { reach } from './explain.ts'
import { edge, finding, group, record, situation, standing, topic } from './hand-made.ts'
import type { HeldFinding } from './held-finding.ts'
import type { Incident } from './incident.ts'
import { type Found, findIncidents } from './incidents.ts'

const nodes = [
  ...Array.from({ length: 8 }, (_, i) => topic(`t${i}`)),
  ...Array.from({ length: 8 }, (_, i) => group(`g${i}`)),
  ...Array.from({ length: 3 }, (_, i) => record('t0', 0, i)),
]
const node = fc.constantFrom(...nodes)
const edges = fc.uniqueArray(
  fc
    .record({ from: node, to: node, does: fc.constantFrom('reads', 'hosts', 'runs-on', 'stands-at', 'matches', 'writes') })
    .filter((e) => e.from !== e.to)
    .map((e): LandscapeEdge => edge(e.from, e.does, e.to, { score: 0.5 })),
  { maxLength: 40, selector: (e) => `${e.from} ${e.does} ${e.to}` },
)
const findings = fc.uniqueArray(
  fc.oneof(
    fc
      .record({
        at: fc.constantFrom(...nodes.filter((n) => n.startsWith('urn:'))),
        origin: fc.constantFrom('intrinsic', 'derived'),
        severity: fc.constantFrom('critical', 'high', 'warn', 'info'),
        since: fc.integer({ min: 0, max: 4_000 }),
        misses: fc.constantFrom(0, 0, 1),
      })
      .map(({ at, ...told }): HeldFinding => finding(at, told)),
    fc
      .record({ g: fc.integer({ min: 0, max: 7 }), r: fc.integer({ min: 0, max: 2 }) })
      .map(({ g, r }) => standing(`g${g}`, record('t0', 0, r))),
  ),
  { maxLength: 14, selector: (f) => `${f.urn} ${f.rule}` },
)
const unseen = fc.subarray(nodes.filter((n) => n.startsWith('urn:')))
const asIncident = ({ way: _, chain, ...found }: Found): Incident => ({ ...found, chain: chain ?? [] })
const runs = { numRuns: 100 }

test('the order of findings and edges changes nothing', () => {
  fc.assert(
    fc.property(edges, findings, unseen, fc.integer(), (some, told, blind, seed) => {
      const shuffled = <T>(list: readonly T[]): readonly T[] =>
        list
          .map((item, i) => ({ item, at: Math.sin(seed + i * 7.3) }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item)
      const seen = (es: readonly LandscapeEdge[], fs: readonly HeldFinding[]) =>
        findIncidents(situation(es, fs, { seconds: 5_000, unseen: blind }))
          .incidents.map((i) => [i.incident, i.members, i.root, i.hit])
          .sort()
      expect(seen(shuffled(some), shuffled(told))).toEqual(seen(some, told))
    }),
    runs,
  )
})

test('each hop of a chain is beside the next over an edge that exists, and there are at most six', () => {
  fc.assert(
    fc.property(edges, findings, unseen, (some, told, blind) => {
      const { incidents } = findIncidents(situation(some, told, { seconds: 5_000, unseen: blind }))
      for (const { way } of incidents) {
        expect(way?.nodes.length).toBeGreaterThan(0)
        expect(way?.nodes.length).toBeLessThanOrEqual(6)
        for (const [i, from] of (way?.nodes ?? []).slice(1).entries()) {
          const to = way?.nodes[i]
          expect(some.some((e) => (e.from === from && e.to === to) || (e.from === to && e.to === from))).toBe(true)
        }
      }
    }),
    runs,
  )
})

test('a cause has a path of damage to everything it is said to hit, and is hurt itself', () => {
  fc.assert(
    fc.property(edges, findings, unseen, (some, told, blind) => {
      const s = situation(some, told, { seconds: 5_000, unseen: blind })
      const { incidents, condition } = findIncidents(s)
      for (const { root, hit, way } of incidents) {
        const reached = reach(graphOf(some), condition, root)
        for (const one of hit) expect(reached.has(one)).toBe(true)
        if (way?.ends === 'cause') {
          expect(condition.sick.has(way.nodes.at(-1) ?? '')).toBe(true)
          for (const on of way.nodes) expect(reached.has(on)).toBe(true)
        }
      }
    }),
    runs,
  )
})

test('every finding that hurts is in exactly one incident', () => {
  fc.assert(
    fc.property(edges, findings, (some, told) => {
      const { incidents, condition } = findIncidents(situation(some, told, { seconds: 5_000 }))
      for (const sick of condition.sick.keys()) expect(incidents.filter((i) => i.members.includes(sick))).toHaveLength(1)
    }),
    runs,
  )
})

test('over any run of rounds ids are never shared, never change hands between strangers, and what is hurt always has one', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(edges, findings), { minLength: 2, maxLength: 8 }), (rounds) => {
      let previous: readonly Incident[] = []
      for (const [i, [some, told]] of rounds.entries()) {
        const { incidents } = findIncidents(situation(some, told, { seconds: 5_000 + i * 20, previous }))
        expect(new Set(incidents.map((x) => x.incident)).size).toBe(incidents.length)
        for (const now of incidents) {
          const before = previous.find((p) => p.incident === now.incident)
          if (before === undefined) continue
          expect(now.opened).toEqual(before.opened)
          expect(before.members.some((m) => now.members.includes(m))).toBe(true)
        }
        previous = incidents.map(asIncident)
      }
    }),
    runs,
  )
})
