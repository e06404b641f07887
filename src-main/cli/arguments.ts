// What several commands take: a profile, a file and a moment to look at, in one form for all.
import { resolve } from 'node:path'
import type { ArgsDef } from 'citty'
import type { SourceAnswer } from '../../shared/contract/control.ts'
import type { Viewing } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { type HostClient, type Whose, withHost } from './host-client.ts'

export const profileArg = {
  profile: { type: 'string', description: "Profile folder (default: the app's own)", valueHint: 'DIR' },
} as const satisfies ArgsDef
export const jsonArg = { json: { type: 'boolean', description: 'Print one JSON object' } } as const satisfies ArgsDef
export const lookArgs = {
  ...profileArg,
  source: { type: 'string', description: 'Look into this file instead of the live systems', valueHint: 'FILE' },
  at: {
    type: 'string',
    description: 'Look at this moment (UTC): 2026-01-31T03:00:00Z, or 03:00 of the last day recorded',
    valueHint: 'TIME',
  },
  ...jsonArg,
} as const satisfies ArgsDef

/** Throws `bad-request` for an option that the command does not have: a typing error must not be silence. */
export function onlyKnown(args: Readonly<Record<string, unknown>> & { readonly _: readonly string[] }, known: ArgsDef): void {
  const names = new Set(Object.keys(known))
  const odd = Object.keys(args).find((name) => name !== '_' && !names.has(name))
  if (odd !== undefined) throw new AppError('bad-request', `There is no option --${odd}.`, { hint: 'See --help.' })
  const places = Object.values(known).filter((arg) => arg.type === 'positional').length
  const extra = args._[places]
  if (extra !== undefined) throw new AppError('bad-request', `${extra} is one word too many.`, { hint: 'See --help.' })
}

const dayTime = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/
const dated = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)?(?:Z|[+-]\d{2}:?\d{2})?$/

/** A moment as typed; a time of day means that of the day on which `before` is, or of the day before where it had not come yet. bad-request. */
export function parseMoment(typed: string, before: Date): Date {
  const [, hours, minutes, seconds = '0'] = dayTime.exec(typed) ?? []
  if (hours !== undefined && minutes !== undefined && Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60) {
    const at = new Date(before)
    at.setUTCHours(Number(hours), Number(minutes), Number(seconds), 0)
    if (at > before) at.setUTCDate(at.getUTCDate() - 1)
    return at
  }
  const text = typed.replace(' ', 'T')
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || text.length === 10 ? text : `${text}Z`
  const at = dated.test(typed) ? new Date(zoned) : new Date(Number.NaN)
  if (Number.isNaN(at.getTime()))
    throw new AppError('bad-request', `${typed} is no time.`, { hint: 'Write 2026-01-31T03:00:00Z, or 03:00.' })
  return at
}

export interface Looking {
  readonly client: HostClient
  readonly viewing: Viewing
  /** The opened file, where one is looked into. */
  readonly file?: SourceAnswer
}

/** Opens what is looked at and hands it over. A file is opened by a host that remembers nothing. */
export async function look<T>(
  args: { readonly profile?: string | undefined; readonly source?: string | undefined; readonly at?: string | undefined },
  work: (looking: Looking) => Promise<T>,
): Promise<T> {
  const whose: Whose = args.source === undefined ? { profile: args.profile } : 'nobody'
  return await withHost(whose, async (client) => {
    const file = args.source === undefined ? undefined : await client.sources.open({ path: resolve(args.source) })
    const end = file === undefined ? new Date() : new Date(file.manifest.to)
    const viewing: Viewing = {
      ...(file === undefined ? {} : { source: file.source }),
      ...(args.at === undefined ? {} : { at: parseMoment(args.at, end) }),
    }
    return await work({ client, viewing, ...(file === undefined ? {} : { file }) })
  })
}
