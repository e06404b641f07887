// Which columns a table shows, and in which order.
import type { JSX } from 'react'
import { Button } from '../button.tsx'
import css from './data-table.module.css'
import type { TableColumn } from './table-column.ts'

interface Props<T> {
  readonly columns: readonly TableColumn<T>[]
  readonly shown: readonly string[]
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
  readonly onShown: (names: readonly string[]) => void
}
export function ColumnChooser<T>({ columns, shown, open, onOpen, onShown }: Props<T>): JSX.Element {
  const flip = (name: string): void => {
    const next = shown.includes(name) ? shown.filter((n) => n !== name) : [...shown, name]
    if (next.length > 0) onShown(next)
  }
  const earlier = (name: string): void => {
    const at = shown.indexOf(name)
    if (at <= 0) return
    const next = [...shown]
    next.splice(at, 1)
    next.splice(at - 1, 0, name)
    onShown(next)
  }
  const ordered = [
    ...shown.map((n) => columns.find((c) => c.name === n)).filter((c) => c !== undefined),
    ...columns.filter((c) => !shown.includes(c.name)),
  ]
  return (
    <div className={css.chooser}>
      <Button kind="quiet" pressed={open} onClick={() => onOpen(!open)}>
        Columns {shown.length}/{columns.length}
      </Button>
      {open && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid over the table
        <div className={css.choices} role="group" aria-label="Columns">
          {ordered.map((column) => (
            <div key={column.name} className={css.choice}>
              <label title={column.says}>
                <input type="checkbox" checked={shown.includes(column.name)} onChange={() => flip(column.name)} />
                {column.title}
              </label>
              {shown.indexOf(column.name) > 0 && (
                <button
                  type="button"
                  className={css.earlier}
                  aria-label={`${column.title} one place earlier`}
                  onClick={() => earlier(column.name)}
                >
                  ↑
                </button>
              )}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
