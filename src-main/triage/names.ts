/** What a node is called in a sentence: `group play-totals`, `3 groups`, `Flink job route-plays`. */
import type { AnySystems } from '../../shared/model/system.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import { singular } from '../../shared/model/words.ts'
import { type Graph, labelOf } from '../landscape/landscape.ts'
import type { HeldFinding } from './held-finding.ts'

export interface Names {
  /** Its own name. */
  label(node: string): string
  /** What it is: `group`; empty for a virtual node, whose label says it. */
  one(node: string): string
  /** `group play-totals`. */
  called(node: string): string
  /** `Kafka`; empty where no system stands behind it. */
  system(node: string): string
}

/** Names from the declarations, the graph's labels and the labels that findings carry. */
export function namesOf(systems: AnySystems, graph: Graph, findings: readonly Pick<HeldFinding, 'urn' | 'label'>[]): Names {
  const said = new Map(findings.map((f) => [f.urn, f.label]))
  const label = (node: string): string => {
    const known = graph.labels.get(node) ?? said.get(node)
    if (known !== undefined && known !== '') return known
    return parseUrn(node)?.key.at(-1) ?? labelOf(graph, node)
  }
  const one = (node: string): string => {
    const urn = parseUrn(node)
    if (urn === undefined) return ''
    const title = systems[urn.system]?.collections[urn.collection]?.title
    return singular(title ?? urn.collection).toLowerCase()
  }
  const system = (node: string): string => {
    const urn = parseUrn(node)
    return urn === undefined ? '' : (systems[urn.system]?.title ?? urn.system)
  }
  const called = (node: string): string => {
    const what = one(node)
    const name = label(node)
    return what === '' || name.toLowerCase().startsWith(`${what} `) ? name : `${what} ${name}`
  }
  return { label, one, called, system }
}
