// How long the search for incidents holds the host's thread: a landscape of 5,000 entities and 20,000 edges, a big incident, many small
// ones, and a tenth of everything unseen. CPU time of one run, the nineteenth of twenty.
import { graphOf } from '../../src-main/landscape/landscape.ts'
import { edge, finding, group, situation, topic } from '../../src-main/triage/hand-made.ts'
import { findIncidents } from '../../src-main/triage/incidents.ts'
import type { BenchResult } from './result.ts'

const boundMs = 50

export async function bench(): Promise<BenchResult> {
  const entities = Array.from({ length: 5_000 }, (_, i) => (i % 2 === 0 ? topic(`t${i}`) : group(`g${i}`)))
  const at = (i: number): string => entities[i % entities.length] ?? ''
  const many = Array.from({ length: 20_000 }, (_, i) => edge(at(i * 7), i % 3 === 0 ? 'hosts' : 'reads', at(i * 13 + (i % 11))))
  const graph = graphOf(many)
  // One big incident (a root and all within three hops of it), many small ones, and a tenth of everything unseen.
  let ball = new Set([at(0)])
  for (let hop = 0; hop < 3; hop++) ball = new Set([...ball, ...[...ball].flatMap((n) => (graph.effects.get(n) ?? []).map((e) => e.node))])
  const apart = Array.from({ length: 60 }, (_, i) => at(i * 83))
  const hurt = [...new Set([...ball, ...apart])].map((n, i) => finding(n, { since: i, origin: n === at(0) ? 'intrinsic' : 'derived' }))
  const blind = Array.from({ length: 500 }, (_, i) => at(i * 9 + 4))
  const given = situation(many, hurt, { unseen: blind, seconds: 600 })
  const times: number[] = []
  for (let run = 0; run < 20; run++) {
    const began = process.cpuUsage()
    findIncidents(given)
    times.push(process.cpuUsage(began).user / 1_000)
  }
  const judgeMs = times.toSorted((a, b) => a - b)[18] ?? Number.NaN
  const figures = { entities: entities.length, edges: many.length, findings: hurt.length, judgeMs }
  return { name: 'incidents', figures, peer: null, ratio: null, pass: judgeMs <= boundMs }
}
