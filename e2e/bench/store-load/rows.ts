// The load of the Store's bench: rounds of Kafka groups and of their partitions, as columns that are changed in place.

import type { AnyCollection } from '../../../shared/model/collection.ts'
import type { Field } from '../../../shared/model/fields.ts'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import { putFields } from '../../../src-main/store/columns.ts'
import type { ColumnData, Columns } from '../../../src-main/store/store-types.ts'

export const { groups, groupPartitions } = kafka.collections
/** Rows of a message from a worker. */
const message = 8_000

function blank(field: Field, rows: number): ColumnData {
  if (field.column === 'VARCHAR')
    return new Array<string>(rows).fill(field.values?.[0] ?? (field.kind === 'list' ? '[]' : field.kind === 'json' ? 'null' : ''))
  if (field.column === 'BIGINT') return new BigInt64Array(rows)
  return field.column === 'BOOLEAN' ? new Uint8Array(rows) : new Float64Array(rows)
}

/** Rows 0 to `count` of a collection in messages; `set` gives the values that are not the same everywhere. */
export function load(
  collection: AnyCollection,
  count: number,
  set: (name: string, row: number) => string | bigint | number | undefined,
): readonly Columns[] {
  const messages: Columns[] = []
  for (let from = 0; from < count; from += message) {
    const rows = Math.min(message, count - from)
    const columns: Record<string, ColumnData> = {}
    for (const name of putFields(collection)) {
      const field = collection.fields[name]
      if (field === undefined) continue
      const data = blank(field, rows)
      const into: { [row: number]: string | bigint | number } = data
      for (let row = 0; row < rows; row++) {
        const value = set(name, from + row)
        if (value !== undefined) into[row] = value
      }
      columns[name] = data
    }
    messages.push({ rows, columns, unknown: {} })
  }
  return messages
}

/** Moves on the rows for which `moves` is true: some records more at the end, some read, another lag. */
export function advance(
  messages: readonly Columns[],
  round: number,
  moves: (row: number) => boolean,
  fields: { readonly end: string; readonly committed: string; readonly lag: string },
): void {
  let row = 0
  for (const { rows, columns } of messages) {
    const { [fields.end]: end, [fields.committed]: committed, [fields.lag]: lag } = columns
    for (let i = 0; i < rows; i++, row++) {
      if (!moves(row) || !(end instanceof BigInt64Array) || !(committed instanceof BigInt64Array) || !(lag instanceof BigInt64Array))
        continue
      const more = BigInt(100 + ((row * 7 + round * 13) % 977))
      end[i] = (end[i] ?? 0n) + more
      committed[i] = (committed[i] ?? 0n) + more - BigInt((row + round) % 5) + 2n
      lag[i] = (end[i] ?? 0n) - (committed[i] ?? 0n)
    }
  }
}

/** Gives every group another lag, and a fiftieth of them another state. */
export function moveGroups(messages: readonly Columns[], round: number): void {
  let row = 0
  for (const { columns } of messages) {
    const { lag, state } = columns
    if (!(lag instanceof BigInt64Array) || !Array.isArray(state)) throw new Error('groups have another shape')
    for (let i = 0; i < lag.length; i++, row++) {
      lag[i] = BigInt((row * 7919 + round * 104_729) % 1_000_003)
      if ((row + round) % 50 === 0) state[i] = round % 2 === 0 ? 'EMPTY' : 'STABLE'
    }
  }
}
