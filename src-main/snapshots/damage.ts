// What an opened file answers where a part of it is damaged: those records are unseen, never healthy and never "none".
import type { Freshness, Page } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { unknown } from '../../shared/model/known.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import type { Queries } from '../store/store-types.ts'

const why = 'A part of this file is damaged: not all of its records can be read.'

/** `damaged` names collections (`kafka.topics`) that lost records; it may grow. */
export function withDamage(queries: Queries, damaged: ReadonlySet<string>): Queries {
  const isBlind = (system: string, collection: string): boolean => damaged.has(`${system}.${collection}`)
  const unsure = (freshness: readonly Freshness[]): readonly Freshness[] =>
    freshness.map((one) => ({ ...one, complete: false, missing: one.missing === undefined ? why : `${one.missing}; ${why}` }))
  return {
    ...queries,
    page: async (ask, at) => {
      const page = await queries.page(ask, at)
      if (!isBlind(ask.system, ask.collection)) return page
      const { empty, ...rest } = page
      const blind: Page = { ...rest, freshness: unsure(page.freshness) }
      return empty === undefined ? blind : { ...blind, empty: empty === 'none-match' ? empty : 'not-recorded' }
    },
    record: async (urn, at) => {
      const of = parseUrn(urn)
      const blind = of !== undefined && isBlind(of.system, of.collection)
      try {
        const found = await queries.record(urn, at)
        return blind ? { ...found, seen: { ...found.seen, unseen: found.seen.unseen ?? unknown('not-recorded', why) } } : found
      } catch (thrown) {
        if (blind && thrown instanceof AppError && thrown.data.code === 'not-found')
          throw new AppError('not-found', why, { hint: 'Ask the sender for the file again.' })
        throw thrown
      }
    },
    coverage: async (ask) => {
      const spans = await queries.coverage(ask)
      return spans.map((span) =>
        isBlind(span.system, span.collection) && span.state !== 'nobody-watching' ? { ...span, state: 'failed' as const, why } : span,
      )
    },
    freshness: async (system, collection, at) => {
      const found = await queries.freshness(system, collection, at)
      return isBlind(system, collection) ? unsure(found) : found
    },
    diff: async (ask, from, to) => {
      const answer = await queries.diff(ask, from, to)
      const rows = answer.rows.map((row) =>
        isBlind(row.system, row.collection) && (row.what === 'appeared' || row.what === 'vanished')
          ? { ...row, what: 'unseen' as const, fields: {} }
          : row,
      )
      const counts = Object.fromEntries(
        Object.entries(answer.counts).map(([name, count]) => {
          const unseen = count.unseen + count.appeared + count.vanished
          return [name, damaged.has(name) ? { ...count, appeared: 0, vanished: 0, unseen } : count]
        }),
      )
      return { ...answer, rows, counts }
    },
  }
}
