/** All that the host judges about Flink, in the order in which it runs. */
import type { Judges } from '../../triage/judging.ts'
import { checks } from './checks.ts'
import { derives } from './derive.ts'
import { headlines } from './headline.ts'
import { knownAs, links } from './links.ts'

export const judges: Judges = { derives, checks, links, ends: knownAs, headlines }
