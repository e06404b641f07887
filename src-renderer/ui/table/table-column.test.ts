import { expect, it } from 'vitest'
import { measureColumns, type TableColumn, toTsv } from './table-column.ts'

interface Row {
  readonly group: string
  readonly lag: bigint
}
const columns: readonly TableColumn<Row>[] = [
  { name: 'group', title: 'Group', says: '', numeric: false, cell: (r) => r.group, shown: (r) => r.group, text: (r) => r.group },
  {
    name: 'lag',
    title: 'Lag',
    unit: 'records',
    says: '',
    numeric: true,
    cell: (r) => String(r.lag),
    shown: (r) => String(r.lag),
    text: (r) => String(r.lag),
  },
]
const look = { now: new Date(0), absolute: false, exact: false }

it('copies rows exactly, with a header and units', () => {
  expect(toTsv(columns, [{ group: 'orders', lag: 9_007_199_254_740_993n }])).toBe('group\tlag (records)\norders\t9007199254740993')
})
it('keeps a row a row when a name holds tabs or line ends', () => {
  expect(toTsv(columns, [{ group: 'a\tb\r\nc', lag: 1n }]).split('\n')).toEqual(['group\tlag (records)', 'a b c\t1'])
})
it('gives a column room for what it holds, within bounds', () => {
  const [narrow = 0] = measureColumns(columns, [{ group: 'a', lag: 1n }], look)
  const [wide = 0] = measureColumns(columns, [{ group: 'a'.repeat(30), lag: 1n }], look)
  const [huge = 0] = measureColumns(columns, [{ group: 'a'.repeat(5_000), lag: 1n }], look)
  expect(narrow).toBeLessThan(wide)
  expect(huge).toBeLessThanOrEqual(340)
})
