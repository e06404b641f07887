// The header of a table: titles with units, sort by click.
import type { JSX } from 'react'
import css from './data-table.module.css'
import type { TableColumn } from './table-column.ts'

interface Props<T> {
  readonly columns: readonly TableColumn<T>[]
  readonly template: string
  readonly minWidth: number
  readonly sort: string | undefined
  readonly onSort: ((name: string) => void) | undefined
}
export function HeaderRow<T>({ columns, template, minWidth, sort, onSort }: Props<T>): JSX.Element {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a <table>
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
    <div role="row" aria-rowindex={1} className={css.header} style={{ gridTemplateColumns: template, minWidth }}>
      {columns.map((column) => {
        const sorted = sort === column.name ? 'ascending' : sort === `-${column.name}` ? 'descending' : undefined
        const title = (
          <>
            {column.title}
            {column.unit !== undefined && <span className={css.unit}>{column.unit}</span>}
            {sorted !== undefined && <span aria-hidden="true">{sorted === 'ascending' ? '↑' : '↓'}</span>}
          </>
        )
        return (
          // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a <table>
          // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
          <div
            key={column.name}
            role="columnheader"
            aria-sort={sorted ?? 'none'}
            className={`${css.head} ${column.numeric ? css.numeric : ''}`}
            title={column.says}
          >
            {onSort === undefined || column.sortable === false ? (
              title
            ) : (
              <button type="button" className={css.sort} onClick={() => onSort(column.name)} tabIndex={-1}>
                {title}
              </button>
            )}
          </div>
        )
      })}
    </div>
  )
}
