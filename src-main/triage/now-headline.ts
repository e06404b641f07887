/** The sentence of the page Now: an incident's, the quiet one, or that it is our own eyes. */

import { type Severity, severities } from '../../shared/model/finding.ts'
import { type Headline, type Hop, type Sentence, say } from '../../shared/model/sentence.ts'
import { ageWords, clock, listWords } from './time-words.ts'

/** A connection as the sentence needs it. */
export interface Eye {
  readonly title: string
  readonly state: 'answering' | 'partly' | 'stale' | 'failing' | 'needs-sign-in' | 'opening' | 'closed'
  /** What it does not see or why it does not answer, in words: `no answer 4 min`. */
  readonly why?: string
  readonly lastAnswer?: Date
}
export interface NowFacts {
  readonly now: Date
  readonly eyes: readonly Eye[]
  /** Set while our own network is gone. */
  readonly offline?: { readonly since: Date }
  readonly incidents: readonly {
    readonly title: Sentence
    readonly severity: Severity
    readonly state: 'open' | 'recovering'
    readonly opened: Date
    readonly chain: readonly Hop[]
    readonly contradicts: readonly Sentence[]
    readonly blind: boolean
  }[]
}
export interface PageHeadline {
  readonly headline: Headline
  readonly chain: readonly Hop[]
  readonly notSeen?: Sentence
  readonly asOf: Date
}

const seeing = (eye: Eye): boolean => eye.state === 'answering' || eye.state === 'partly'
const systems = (n: number): string => `${n} ${n === 1 ? 'system' : 'systems'}`

/** Of several incidents the one to be said: open before recovering, worst, oldest. */
export function firstIncident<I extends NowFacts['incidents'][number]>(incidents: readonly I[]): I | undefined {
  return incidents.toSorted(
    (a, b) =>
      Number(a.state === 'recovering') - Number(b.state === 'recovering') ||
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      a.opened.getTime() - b.opened.getTime(),
  )[0]
}

export function nowHeadline(facts: NowFacts): PageHeadline {
  const { now, eyes } = facts
  const watching = eyes.filter((e) => e.state !== 'closed')
  const answers = watching.flatMap((e) => e.lastAnswer ?? [])
  const newest = answers.length === 0 ? now : new Date(Math.max(...answers.map((d) => d.getTime())))
  if (facts.offline !== undefined) return offlineHeadline(watching, facts.offline.since, newest, now)
  const incident = firstIncident(facts.incidents)
  if (incident !== undefined) return incidentHeadline(facts, incident, newest)
  const none: readonly Hop[] = []
  if (watching.length === 0)
    return { headline: { says: say`Nothing is connected yet, so nothing is known.`, health: 'idle' }, chain: none, asOf: now }
  const sees = watching.filter(seeing)
  const oldest = sees.flatMap((e) => e.lastAnswer ?? []).reduce<Date | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined)
  if (oldest === undefined) {
    const says = say`Looking: none of ${systems(watching.length)} has answered lately.`
    const headline = { says, ...alsoNotSeen(watching, now), health: 'unknown', looking: true } as const
    return { headline, chain: none, ...notSeen(watching, now), asOf: newest }
  }
  const age = ageWords(now.getTime() - oldest.getTime())
  const says = say`Nothing is hurt, as of ${age} ago: ${sees.length} of ${systems(watching.length)} looked at.`
  const health = watching.every((e) => e.state === 'answering') ? 'ok' : 'unknown'
  return { headline: { says, ...alsoNotSeen(watching, now), health }, chain: none, ...notSeen(watching, now), asOf: oldest }
}

function incidentHeadline({ now, eyes, incidents }: NowFacts, incident: NowFacts['incidents'][number], asOf: Date): PageHeadline {
  const others = incidents.length - 1
  const against = incident.contradicts[0]
  const explained = incident.chain.length > 1 && incident.chain.at(-1)?.kind === 'cause'
  const parts: readonly (Sentence | undefined)[] = [
    incident.state === 'recovering' ? ['It recovers: the last round no longer saw it.'] : undefined,
    against ?? (explained ? ['Nothing contradicts this.'] : undefined),
    incident.blind ? ['A part of the path is not visible.'] : undefined,
    others > 0 ? [`${others} other ${others === 1 ? 'incident' : 'incidents'}.`] : undefined,
    notSeenWords(eyes, now),
  ]
  const also = parts
    .filter((part) => part !== undefined && part.length > 0)
    .flatMap((part, i) => [...(i === 0 ? [] : [' ']), ...(part ?? [])])
  const health = incident.severity === 'info' ? 'known' : incident.severity
  const headline: Headline = { says: incident.title, ...(also.length === 0 ? {} : { also }), health }
  return { headline, chain: incident.chain, ...notSeen(eyes, now), asOf }
}

function offlineHeadline(eyes: readonly Eye[], since: Date, newest: Date, now: Date): PageHeadline {
  const failing = eyes.filter((e) => !seeing(e)).length
  const says = say`You are offline, the platform may be fine: ${failing} of ${eyes.length} connections failed at ${clock(since, now)} UTC.`
  const also = say`Everything below is from ${clock(newest, now)} UTC and ages.`
  return { headline: { says, also, health: 'unknown', looking: true }, chain: [], asOf: newest }
}

function alsoNotSeen(eyes: readonly Eye[], now: Date): { readonly also?: Sentence } {
  const words = notSeenWords(eyes, now)
  return words.length === 0 ? {} : { also: words }
}

function notSeen(eyes: readonly Eye[], now: Date): { readonly notSeen?: Sentence } {
  const words = notSeenWords(eyes, now)
  return words.length === 0 ? {} : { notSeen: words }
}

/** "Not seen: Druid (no answer 4 min), groups on front-9 (no permission)." */
function notSeenWords(eyes: readonly Eye[], now: Date): readonly string[] {
  const blind = eyes.filter((e) => e.state !== 'closed' && e.state !== 'answering')
  if (blind.length === 0) return []
  const age = (e: Eye): string =>
    e.lastAnswer === undefined ? 'never answered' : `no answer for ${ageWords(now.getTime() - e.lastAnswer.getTime())}`
  const each = blind.map(
    (e) => `${e.title} (${e.why ?? (e.state === 'needs-sign-in' ? 'needs sign-in' : e.state === 'opening' ? 'opening' : age(e))})`,
  )
  return [`Not seen: ${listWords(each, 5)}.`]
}
