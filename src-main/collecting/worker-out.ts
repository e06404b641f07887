// The worker's side of a round: what a sweep puts becomes messages of columns.
import { AppError } from '../../shared/model/app-error.ts'
import type { AnyCollection } from '../../shared/model/collection.ts'
import type { Unknown } from '../../shared/model/known.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { encode, transferables } from '../store/columns.ts'
import type { CoveredData } from '../store/store-types.ts'
import type { AnyRow } from '../triage/judging.ts'
import { recognise } from './recognise.ts'
import { type RoundOp, rowsPerMessage, rowsPerRound } from './worker-messages.ts'

/** `Out` of shared/model/connector.ts with the declaration's types forgotten. */
export interface AnyOut {
  put(into: string, rows: readonly AnyRow[], covered: CoveredData): void
  same(into: string, covered: CoveredData): void
  lacks(into: string, why: Unknown): void
  ended(into: string, where: Readonly<Record<string, unknown>>, why: string): void
}

/**
 * An Out of one round of a sweep. Throws `internal` where the sweep names a collection that it does not emit, `bad-request` where a row lacks a field,
 * `too-large` past 5,000,000 rows, `cancelled` after the round was called off.
 */
export function createOut(
  system: AnySystem,
  sweep: string,
  signal: AbortSignal,
  send: (op: RoundOp, buffers: readonly ArrayBuffer[]) => void,
): AnyOut {
  const emits = new Set(system.sweeps[sweep]?.emits)
  let rowsSoFar = 0
  const collectionOf = (into: string): AnyCollection => {
    const collection = system.collections[into]
    if (collection === undefined || !emits.has(into))
      throw new AppError('internal', `The sweep ${sweep} does not emit ${into}.`, { system: system.id })
    if (signal.aborted) throw new AppError('cancelled', `The round of ${sweep} was called off.`, { system: system.id })
    return collection
  }
  return {
    put: (into, rows, covered) => {
      const collection = collectionOf(into)
      rowsSoFar += rows.length
      if (rowsSoFar > rowsPerRound)
        throw new AppError('too-large', `More than ${rowsPerRound} rows in one round of ${sweep}.`, { system: system.id })
      let at = 0
      do {
        const columns = encode(collection, recognise(collection.fields, rows.slice(at, at + rowsPerMessage)))
        at += rowsPerMessage
        const last = at >= rows.length
        send({ do: 'put', collection: into, rows: columns, ...(last ? { covered } : {}) }, transferables(columns))
      } while (at < rows.length)
    },
    same: (into, covered) => {
      collectionOf(into)
      send({ do: 'same', collection: into, covered }, [])
    },
    lacks: (into, why) => {
      collectionOf(into)
      send({ do: 'lacks', collection: into, why }, [])
    },
    ended: (into, where, why) => {
      collectionOf(into)
      send({ do: 'ended', collection: into, where, why }, [])
    },
  }
}
