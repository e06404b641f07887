/** The sentence of a system's page: its incidents, else its worst finding, else that it is well and as of when. */
import type { Finding } from '../../shared/model/finding.ts'
import { type Health, worse } from '../../shared/model/health.ts'
import { say } from '../../shared/model/sentence.ts'
import { healthOfSeverity } from '../landscape/node-health.ts'
import { firstIncident, type NowFacts, nowHeadline, type PageHeadline } from './now-headline.ts'

export interface SystemFacts extends NowFacts {
  readonly title: string
  /** Open findings of the system's records, worst first. */
  readonly findings: readonly Pick<Finding, 'says' | 'severity' | 'class'>[]
}

/** `eyes` are the system's connections, `incidents` those with a member in it. */
export function systemHeadline(facts: SystemFacts): PageHeadline {
  const now = nowHeadline(facts)
  if (firstIncident(facts.incidents) !== undefined || facts.offline !== undefined || now.headline.looking === true) return now
  if (facts.eyes.length === 0) return { ...now, headline: { says: say`No ${facts.title} is connected.`, health: 'idle' } }
  const told = facts.findings.filter((f) => f.severity !== 'info')
  const worst = told[0]
  if (worst === undefined) return now
  const health = told.reduce<Health>((h, f) => worse(h, healthOfSeverity[f.severity]), 'ok')
  const more =
    told.length > 1 ? say`${told.length - 1} more ${told.length === 2 ? 'finding' : 'findings'}, none of them an incident.` : undefined
  return { ...now, headline: { says: worst.says, ...(more === undefined ? {} : { also: more }), health } }
}
