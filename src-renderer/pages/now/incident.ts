// An incident as pages use it: who is in it, whose page shows the evidence, and the text to hand over.
import type { IncidentAnswer } from '../../../shared/contract/messages.ts'
import { plain } from '../../../shared/model/sentence.ts'
import { parseUrn } from '../../../shared/model/urn.ts'
import { singular } from '../../../shared/model/words.ts'
import { formatInstant } from '../../ui/values/format.ts'
import { collectionOf, recordScreen } from '../generic/declared.tsx'

const isRecord = (id: string | undefined): id is string => id?.startsWith('urn:ls:') === true

/** `3 groups, 1 job`: who is in it, by kind. */
export function radius(incident: IncidentAnswer): string {
  const kinds = new Map<string, Set<string>>()
  for (const { urn } of incident.findings) {
    const parsed = parseUrn(urn)
    if (parsed === undefined) continue
    const kind = collectionOf(parsed.system, parsed.collection)?.title.toLowerCase() ?? parsed.collection
    kinds.set(kind, (kinds.get(kind) ?? new Set()).add(urn))
  }
  return [...kinds].map(([kind, urns]) => `${urns.size} ${urns.size === 1 ? singular(kind) : kind}`).join(', ')
}

/** The record that explains the most; where that is an end which no record matches, the first member that is one. */
export function rootUrn(incident: IncidentAnswer): string | undefined {
  return isRecord(incident.root) ? incident.root : incident.members.find(isRecord)
}

/** Whose page shows the evidence: the hop nearest to the cause that has something to look at. */
export function evidenceUrn(incident: IncidentAnswer): string | undefined {
  const hop = incident.chain.toReversed().find(({ urn }) => {
    const parsed = urn === undefined ? undefined : parseUrn(urn)
    const screen = parsed === undefined ? {} : recordScreen(parsed.system, parsed.collection)
    return screen.evidence !== undefined || (screen.related ?? []).some((table) => table.evidence !== undefined)
  })
  return hop?.urn ?? rootUrn(incident)
}

const LINES = 12
/** Twelve lines: facts, what speaks against it, what is not known. */
export function handOff(incident: IncidentAnswer): string {
  const lines = [
    plain(incident.title),
    `Open since ${formatInstant(incident.opened)}, ${incident.state}; hit: ${radius(incident)}.`,
    ...incident.chain.map((hop) => `- ${hop.title}: ${hop.detail} (${hop.source})`),
    ...(incident.contradicts.length === 0 ? ['Against it: nothing.'] : incident.contradicts.map((c) => `Against it: ${plain(c)}`)),
    incident.blind ? 'Not known: a part of the path could not be seen.' : 'Not known: nothing on the path.',
  ]
  return lines.slice(0, LINES).join('\n')
}
