// One row. It is drawn again only when its own data, place or the look of values changed.
import { type JSX, memo, type ReactNode } from 'react'
import type { Look } from '../values/format.ts'
import css from './data-table.module.css'

interface Props {
  readonly id: string
  readonly index: number
  readonly top: number
  readonly template: string
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[]
  /** The row's identity: drawn again when it is another object. Undefined: not there yet. */
  readonly row: unknown
  readonly cell: (index: number, column: number) => ReactNode
  readonly look: Look
  readonly current: boolean
  readonly selected: boolean
  readonly onPoint: (index: number, modified: boolean) => void
  readonly onOpen: (index: number) => void
}
function Row({ id, index, top, template, columns, row, cell, current, selected, onPoint, onOpen }: Props): JSX.Element {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a <table>
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus and names its current row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid answers the keys
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={`${css.row} ${current ? css.current : ''} ${selected ? css.selected : ''}`}
      style={{ transform: `translateY(${top}px)`, gridTemplateColumns: template }}
      onClick={(event) => onPoint(index, event.ctrlKey || event.metaKey)}
      onDoubleClick={() => onOpen(index)}
    >
      {columns.map((column, i) => (
        // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a <table>
        // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
        <div key={column.name} role="gridcell" className={`${css.cell} ${column.numeric ? css.numeric : ''}`}>
          {row === undefined ? <span className={css.waiting} /> : cell(index, i)}
        </div>
      ))}
    </div>
  )
}
/** Functions are new at each draw of the table and mean the same: they do not count. */
export const TableRow = memo(
  Row,
  (a, b) =>
    a.row === b.row &&
    a.top === b.top &&
    a.look === b.look &&
    a.current === b.current &&
    a.selected === b.selected &&
    a.columns === b.columns &&
    a.template === b.template &&
    a.index === b.index,
)
