/** Values that a server did not tell: what rests on them is neither confirmed nor refuted. */
import { isUnknown, type Reason, type Unknown } from '../../shared/model/known.ts'
import type { AnyRow, AnySee } from './judging.ts'

/** Reasons for which silence proves nothing. */
const unsighted: readonly Reason[] = ['unanswered', 'refused', 'forbidden', 'unrecognised', 'nobody-watching']

/** True for a value that nobody could tell. */
export const hides = (value: unknown): value is Unknown => isUnknown(value) && unsighted.includes(value.unknown)

/** Runs a judge over a record and what it sees; answers also the first hidden value that it read. */
export function noticing<R>(
  row: AnyRow,
  see: AnySee,
  judge: (row: AnyRow, see: AnySee) => R,
): { readonly said: R; readonly hidden: Unknown | undefined } {
  let hidden: Unknown | undefined
  const watched = (record: AnyRow): AnyRow =>
    new Proxy(record, {
      get: (target, field, receiver) => {
        const value: unknown = Reflect.get(target, field, receiver)
        if (hides(value)) hidden ??= value
        return value
      },
    })
  const said = judge(watched(row), { ...see, rows: (of) => see.rows(of).map(watched) })
  return { said, hidden }
}
