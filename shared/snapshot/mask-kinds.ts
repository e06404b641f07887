/** What redaction at sharing replaces: kinds of masks, and which profile uses them on which field. */
import type { Field, Mask } from '../model/fields.ts'

/** `internal`: secrets only. `share`: hosts, addresses, users, accounts, buckets, paths too. `strict`: names too. */
export const redactionProfiles = ['internal', 'share', 'strict'] as const
export type RedactionProfile = (typeof redactionProfiles)[number]

/** Kinds of tokens; the kind is the head of a token: `host-7f3k2q9x`. */
export type MaskKind = Mask | 'name' | 'email'

/** What a profile replaces a field's values with; undefined: the values stay. */
export function maskOf(field: Pick<Field, 'mask' | 'kind'>, profile: RedactionProfile): MaskKind | undefined {
  if (profile === 'internal') return undefined
  return field.mask ?? (profile === 'strict' && field.kind === 'name' ? 'name' : undefined)
}
