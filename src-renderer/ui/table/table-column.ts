// A column of a table: how a cell is drawn, how it is copied, how wide it wants to be.
import type { ReactNode } from 'react'
import type { Look } from '../values/format.ts'

export interface TableColumn<T> {
  readonly name: string
  readonly title: string
  readonly unit?: string | undefined
  /** Of the text as copied, where what is shown carries its own: no header on screen says it. */
  readonly copiedUnit?: string | undefined
  /** Its meaning, in a sentence. */
  readonly says: string
  readonly numeric: boolean
  readonly cell: (row: T, look: Look) => ReactNode
  /** The text drawn, to measure the column by. */
  readonly shown: (row: T, look: Look) => string
  /** Exactly, as copied. */
  readonly text: (row: T) => string
  /** False where the whole cannot be sorted by it. */
  readonly sortable?: boolean
}

/** Widths of a letter of the data font and of the text font at 12 px. */
const DATA_PX = 7.3
const TEXT_PX = 6.9
const PADDING = 24
/** Pixels for each column: wide enough for its title and what the rows at hand hold, within bounds. */
export function measureColumns<T>(columns: readonly TableColumn<T>[], rows: readonly T[], look: Look): readonly number[] {
  return columns.map((column) => {
    const title = column.title.length + (column.unit === undefined ? 0 : column.unit.length) + 2
    const longest = rows.reduce((max, row) => Math.max(max, column.shown(row, look).length), title)
    return Math.round(Math.min(Math.max(longest * (column.numeric ? DATA_PX : TEXT_PX) + PADDING, 64), 340))
  })
}

/** Rows as tab-separated text with a header line. Tabs and line ends inside a cell become spaces: a row stays a row. */
export function toTsv<T>(columns: readonly TableColumn<T>[], rows: readonly T[]): string {
  const clean = (text: string): string => text.replace(/[\t\r\n]+/g, ' ')
  const titled = ({ name, unit, copiedUnit = unit }: TableColumn<T>): string =>
    copiedUnit === undefined ? name : `${name} (${copiedUnit})`
  const head = columns.map((c) => clean(titled(c))).join('\t')
  return [head, ...rows.map((row) => columns.map((c) => clean(c.text(row))).join('\t'))].join('\n')
}
