/** A lens: where one looks (live or a file) and when. The same questions are asked through it everywhere. */
import type { Viewing } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { own } from '../../shared/model/own.ts'
import type { AnySystem, AnySystems } from '../../shared/model/system.ts'
import { parseUrn, type Urn } from '../../shared/model/urn.ts'
import { systems } from '../../shared/systems/index.ts'
import type { Queries, Stored } from '../store/store-types.ts'
import type { Ground } from '../triage/gather.ts'

export interface Lens {
  readonly queries: Queries
  /** Absent: live, now. In a file always set: its end where nothing else was asked. */
  readonly at?: Date
  readonly live: boolean
  /** The moment the answers stand for. */
  readonly now: Date
  readonly connections: readonly Stored[]
  readonly windowMs: number
  readonly pollMs: number
}

/** All declarations: the systems and what Landscope itself keeps. */
export const declarations: AnySystems = { ...systems, [own.id]: own }

/** The declaration of a system's collection. bad-request: there is none of that name. */
export function declared(system: string, collection?: string): AnySystem {
  const found = declarations[system]
  if (found === undefined || !Object.hasOwn(declarations, system)) throw new AppError('bad-request', `There is no system ${system}`)
  if (collection !== undefined && !Object.hasOwn(found.collections, collection))
    throw new AppError('bad-request', `${found.title} has no collection ${collection}`, { system })
  return found
}

/** A URN taken apart and checked against the declarations. bad-request: not one of ours. */
export function recordName(text: string): Urn {
  const urn = parseUrn(text)
  if (urn === undefined) throw new AppError('bad-request', `${text.slice(0, 200)} names no record`)
  declared(urn.system, urn.collection)
  return urn
}

/** What judges stand on, for one connection seen through a lens. */
export function groundOf(lens: Lens, of: Stored): Ground {
  return {
    queries: lens.queries,
    of,
    system: declared(of.system),
    now: lens.now,
    ...(lens.at === undefined ? {} : { at: lens.at }),
    windowMs: lens.windowMs,
    pollMs: lens.pollMs,
    kept: new Map(),
  }
}

/** The connection a record belongs to, by its instance. */
export function connectionOf(lens: Lens, urn: Urn, connection?: string): Stored {
  const found = lens.connections.find((c) =>
    connection === undefined ? c.system === urn.system && c.instance === urn.instance : c.connection === connection,
  )
  return found ?? { connection: connection ?? urn.instance, system: urn.system, instance: urn.instance, title: urn.instance }
}

/** The lens of a question: the live Store, or an opened file. not-found: that file is not open. */
export function lensOf(
  viewing: Viewing,
  live: Omit<Lens, 'at' | 'live' | 'now'>,
  file: (source: string) => { readonly queries: Queries; readonly connections: readonly Stored[]; readonly to: Date } | undefined,
  now: Date,
): Lens {
  const { source, at } = viewing
  if (source === undefined) return { ...live, live: true, now: at ?? now, ...(at === undefined ? {} : { at }) }
  const opened = file(source)
  if (opened === undefined) throw new AppError('not-found', 'This file is not open any more.', { hint: 'Open it again under Snapshots.' })
  const moment = at ?? opened.to
  return { ...live, queries: opened.queries, connections: opened.connections, live: false, at: moment, now: moment }
}
