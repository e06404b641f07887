import { expect, it } from 'vitest'
import { toTsv } from '../../ui/table/table-column.ts'
import { collectionOf, columnsOf } from './declared.tsx'

/** The header of a copy of some fields. */
function header(system: string, name: string, fields: readonly string[]): string {
  const collection = collectionOf(system, name)
  const columns = collection === undefined ? [] : columnsOf(collection)
  return toTsv(
    columns.filter((c) => fields.includes(c.name)),
    [],
  )
}

it('copies every number with its unit in the header, also where the screen says it in the cell', () => {
  expect(header('kafka', 'groups', ['timeToLoss', 'produceRate']).split('\t').toSorted()).toEqual([
    'produceRate (records/s)',
    'timeToLoss (ms)',
  ])
  expect(header('kafka', 'logDirs', ['size'])).toBe('size (B)')
})
