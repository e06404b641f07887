/** Findings: what a check saw, with proof. */
import type { Sentence } from './sentence.ts'

export const findingClasses = ['failure', 'saturation', 'staleness', 'change', 'risk', 'blind'] as const
export type FindingClass = (typeof findingClasses)[number]
export const severities = ['critical', 'high', 'warn', 'info'] as const
export type Severity = (typeof severities)[number]

/** Since when: between `from` and `to`, known by an event with its own time, by the server's word, or only because we saw it. */
export interface Since {
  readonly from: Date
  readonly to: Date
  readonly by: 'event' | 'server' | 'seen'
}

/** A fact that supports a finding, with the request it came from. */
export interface Evidence {
  readonly label: string
  readonly value: string
  readonly at?: Date
  readonly source?: string
}

/** What one rule says of one record. `intrinsic`: the thing itself is broken; `derived`: an effect is measured. */
export interface Verdict {
  readonly class: FindingClass
  readonly origin: 'intrinsic' | 'derived'
  readonly severity: Severity
  readonly says: Sentence
  readonly since?: Since
  readonly evidence?: readonly Evidence[]
  /** Ends that carry this finding as well (a record a group stands at). */
  readonly also?: readonly import('./edge.ts').End[]
}

export interface Finding extends Verdict {
  readonly rule: string
  readonly urn: string
  readonly since: Since
}
