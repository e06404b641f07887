/** Which metrics the vertices of jobs have: asked for once, then only again when an answer shows that they changed. */
import type { Aggregated } from './answers.ts'
import { getVertexMetrics, listMetricIds, type Rest } from './rest.ts'

/** Ids are asked for again after this long: partitions may have moved in without anything else changing. */
const keptMs = 120_000
/** Ids that gave no number are left alone for this long. */
const silentMs = 600_000

export interface MetricIds {
  /** The wanted metrics that the vertex has; asks for its ids first where it does not know them. */
  read(
    jid: string,
    vertex: string,
    wanted: (ids: readonly string[]) => readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Aggregated>>
  /** Forgets all vertices of jobs that are not there any more. */
  keepOnly(jids: ReadonlySet<string>): void
}
interface Kept {
  ids: readonly string[]
  /** When they were listed; undefined: list them again. */
  at: number | undefined
  /** Ids that were listed and gave no number, and when. */
  readonly silent: Map<string, number>
}

export function createMetricIds(rest: Rest, nowMs: () => number): MetricIds {
  const known = new Map<string, Map<string, Kept>>()
  const keptOf = (jid: string, vertex: string): Kept => {
    const ofJob = known.get(jid) ?? new Map<string, Kept>()
    known.set(jid, ofJob)
    const kept = ofJob.get(vertex) ?? { ids: [], at: undefined, silent: new Map<string, number>() }
    ofJob.set(vertex, kept)
    return kept
  }
  return {
    read: async (jid, vertex, wanted, signal) => {
      const kept = keptOf(jid, vertex)
      if (kept.at === undefined || nowMs() - kept.at > keptMs) {
        kept.ids = await listMetricIds(rest, jid, vertex, signal)
        // The first list after a pause is empty and says nothing.
        kept.at = kept.ids.length > 0 ? nowMs() : undefined
      }
      // A list without what is looked for may be one that the server is still filling.
      if (wanted(kept.ids).length === 0) kept.at = undefined
      const isSilent = (id: string): boolean => nowMs() - (kept.silent.get(id) ?? Number.NEGATIVE_INFINITY) < silentMs
      const ids = wanted(kept.ids).filter((id) => !isSilent(id))
      const found = await getVertexMetrics(rest, jid, vertex, ids, signal)
      for (const id of ids) {
        if (found.has(id)) continue
        // It went away (the next list will lack it) or it is no number.
        kept.silent.set(id, nowMs())
        kept.at = undefined
      }
      return found
    },
    keepOnly: (jids) => {
      for (const jid of known.keys()) if (!jids.has(jid)) known.delete(jid)
    },
  }
}
