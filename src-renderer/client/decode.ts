// Cells in the order of their columns → a record by field name. Here is the project's one cast: the host stores rows under the same
// declaration that types them on the page, so a row of a collection is a `Row` of it once its cells have their names.
import type { Cell, Seen, WireRow } from '../../shared/contract/messages.ts'

/** A record with the facts about knowing it. `R` is the collection's `Row`, or `AnyRow` where the collection is only known at run time. */
export interface RecordRow<R> {
  readonly urn: string
  readonly connection: string
  readonly seen: Seen
  readonly row: R
}
/** A row whose collection is only known at run time. */
export type AnyRow = Readonly<Record<string, Cell>>

/** One record from its cells; `absent` stands where a cell is not there (null: undefined, as items of reads have it). */
export function decode<R = AnyRow>(
  columns: readonly string[],
  cells: readonly (Cell | null)[],
  absent: Cell | null = { unknown: 'not-recorded' },
): R {
  return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? absent ?? undefined])) as R
}

/** The rows of a page. */
export function decodeRows<R = AnyRow>(columns: readonly string[], rows: readonly WireRow[]): readonly RecordRow<R>[] {
  return rows.map((r) => ({ urn: r.urn, connection: r.connection, seen: r.seen, row: decode<R>(columns, r.cells) }))
}
