/** Which metrics the vertices of jobs have: asked for once, then only again when an answer shows that they changed. */
import type { Aggregated } from './answers.ts'
import { getVertexMetrics, listMetricIds, type Rest } from './rest.ts'

/** Ids are asked for again after this long: partitions may have moved in without anything else changing. */
const keptMs = 120_000

export interface MetricIds {
  /** The wanted metrics that the vertex has; asks for its ids first where it does not know them. */
  read(jid: string, vertex: string, wanted: (id: string) => boolean, signal: AbortSignal): Promise<ReadonlyMap<string, Aggregated>>
  /** Forgets all vertices of jobs that are not there any more. */
  keepOnly(jids: ReadonlySet<string>): void
}

export function createMetricIds(rest: Rest, nowMs: () => number): MetricIds {
  const known = new Map<string, Map<string, { readonly ids: readonly string[]; readonly at: number }>>()

  async function idsOf(jid: string, vertex: string, signal: AbortSignal, fresh: boolean): Promise<readonly string[]> {
    const ofJob = known.get(jid) ?? new Map<string, { readonly ids: readonly string[]; readonly at: number }>()
    known.set(jid, ofJob)
    const kept = ofJob.get(vertex)
    if (!fresh && kept !== undefined && nowMs() - kept.at < keptMs) return kept.ids
    const ids = await listMetricIds(rest, jid, vertex, signal)
    // The first list after a pause is empty and says nothing.
    if (ids.length > 0) ofJob.set(vertex, { ids, at: nowMs() })
    return ids
  }
  return {
    read: async (jid, vertex, wanted, signal) => {
      const ids = (await idsOf(jid, vertex, signal, false)).filter(wanted)
      const found = await getVertexMetrics(rest, jid, vertex, ids, signal)
      if (found.size === ids.length) return found
      // An id went away, which empties the answer of its whole part: ask for the list again, once.
      const now = (await idsOf(jid, vertex, signal, true)).filter(wanted)
      return getVertexMetrics(rest, jid, vertex, now, signal)
    },
    keepOnly: (jids) => {
      for (const jid of known.keys()) if (!jids.has(jid)) known.delete(jid)
    },
  }
}
