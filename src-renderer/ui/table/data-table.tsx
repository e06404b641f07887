// The one table: virtual rows, sticky header and key column, sort, typed filter, keyboard, selection, exact copy, held order.
import { useVirtualizer } from '@tanstack/react-virtual'
import { type JSX, type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { singular } from '../../../shared/model/words.ts'
import { useCopy, useInChord, useKeys, useSay } from '../keys/keys.tsx'
import { useLook } from '../values/look.tsx'
import { ColumnChooser } from './column-chooser.tsx'
import css from './data-table.module.css'
import { FilterBox } from './filter-box.tsx'
import { useFrozenRows } from './frozen-rows.ts'
import { HeaderRow } from './header-row.tsx'
import { useSelection } from './selection.ts'
import { measureColumns, type TableColumn, toTsv } from './table-column.ts'
import { TableRow } from './table-row.tsx'

export interface DataTableProps<T> {
  /** What the rows are, for screen readers and empty places: `groups`. */
  readonly label: string
  readonly columns: readonly TableColumn<T>[]
  /** Names of the columns shown, in order; the first stays when scrolled aside. */
  readonly shown: readonly string[]
  readonly onShown?: (names: readonly string[]) => void
  readonly total: number
  readonly rows: ReadonlyMap<number, T>
  readonly idOf: (row: T) => string
  readonly onRange?: (first: number, last: number) => void
  readonly sort?: string | undefined
  readonly onSort?: (sort: string) => void
  readonly filter?: string | undefined
  readonly onFilter?: (typed: string) => void
  readonly onOpen: (row: T) => void
  readonly onPeek?: (row: T) => void
  readonly onSecond?: (row: T) => void
  /** Told which row the cursor is on. */
  readonly onCursor?: (row: T | undefined) => void
  /** Stands in place of the rows. */
  readonly empty?: ReactNode
  /** Right part of the line below: freshness, unjudged rows. */
  readonly foot?: ReactNode
  /** Grows with its rows up to this many, instead of filling its place. */
  readonly fit?: number
  readonly takesFocus?: boolean
}

export function DataTable<T>(props: DataTableProps<T>): JSX.Element {
  const { label, columns, shown, total, rows, idOf, onRange, sort, onSort, onOpen, fit } = props
  const look = useLook('list')
  const say = useSay()
  const write = useCopy()
  const inChord = useInChord()
  const grid = useRef<HTMLDivElement>(null)
  const filterBox = useRef<HTMLInputElement>(null)
  const [inside, setInside] = useState(false)
  const [cursor, setCursor] = useState<number | undefined>(undefined)
  const selected = useSelection(rows, idOf)
  const [choosing, setChoosing] = useState(false)
  const gridId = useId()
  const held = inside || cursor !== undefined || selected.size > 0
  const question = `${sort ?? ''} ${props.filter ?? ''}`
  const frozen = useFrozenRows(rows, total, idOf, held, question)
  const rowHeight = useRowHeight()
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what changed
  useLayoutEffect(() => virtual.measure(), [virtual, rowHeight])
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    onRange?.(first, last)
  }, [onRange, first, last])
  useEffect(() => {
    if (props.takesFocus === true) grid.current?.focus({ preventScroll: true })
  }, [props.takesFocus])

  const visible = useMemo(() => {
    const named = shown.map((name) => columns.find((c) => c.name === name)).filter((c) => c !== undefined)
    return named.length > 0 ? named : columns.slice(0, 1)
  }, [columns, shown])
  // Measured once from the first rows that arrive: a column must not change its width under the pointer.
  const widths = useRef<{ readonly of: readonly TableColumn<T>[]; readonly exact: boolean; readonly px: readonly number[] }>(undefined)
  if (
    widths.current === undefined ||
    widths.current.of !== visible ||
    widths.current.exact !== look.exact ||
    (widths.current.px.length === 0 && rows.size > 0)
  ) {
    widths.current = {
      of: visible,
      exact: look.exact,
      px: rows.size === 0 ? [] : measureColumns(visible, [...rows.values()].slice(0, 60), look),
    }
  }
  const px = widths.current.px.length > 0 ? widths.current.px : measureColumns(visible, [], look)
  const template = px.map((w) => `minmax(${w}px, ${w}fr)`).join(' ')
  const minWidth = px.reduce((sum, w) => sum + w, 0)

  const rowAt = frozen.rowAt
  const chosen = (): readonly T[] => {
    if (selected.size > 0) return selected.chosen()
    const row = cursor === undefined ? undefined : rowAt(cursor)
    return row === undefined ? [] : [row]
  }
  function copy(): void {
    const copied = chosen()
    if (copied.length === 0) {
      say('Nothing is selected to copy (x selects)')
      return
    }
    write(toTsv(visible, copied), `${copied.length} ${copied.length === 1 ? 'row' : 'rows'} copied, exact`)
  }
  function move(to: number): void {
    const next = Math.max(0, Math.min(total - 1, to))
    if (total === 0) return
    setCursor(next)
    props.onCursor?.(rowAt(next))
    virtual.scrollToIndex(next)
  }
  function toggle(index: number | undefined): void {
    const row = index === undefined ? undefined : rowAt(index)
    if (row !== undefined && index !== undefined) selected.toggle(row, index)
  }
  function sortAgain(): void {
    frozen.release()
    selected.clear()
    setCursor(undefined)
  }
  const page = Math.max(1, last - first - 12)
  const here = (act: ((row: T) => void) | undefined) => (): void => {
    const row = cursor === undefined ? undefined : rowAt(cursor)
    if (row !== undefined) act?.(row)
  }
  const moves: Readonly<Record<string, () => void>> = {
    j: () => move((cursor ?? -1) + 1),
    ArrowDown: () => move((cursor ?? -1) + 1),
    k: () => move((cursor ?? 1) - 1),
    ArrowUp: () => move((cursor ?? 1) - 1),
    Home: () => move(0),
    End: () => move(total - 1),
    PageDown: () => move((cursor ?? 0) + page),
    PageUp: () => move((cursor ?? 0) - page),
    Enter: here(onOpen),
    'Shift+Enter': here(props.onSecond ?? onOpen),
    ' ': here(props.onPeek),
    x: () => toggle(cursor),
    J: () => {
      toggle(cursor)
      move((cursor ?? -1) + 1)
    },
    K: () => {
      toggle(cursor)
      move((cursor ?? 1) - 1)
    },
    Y: copy,
    'Mod+C': copy,
    S: sortAgain,
    s: () => onSort?.(turned(sort, (visible.find((c, i) => i > 0 && c.sortable !== false) ?? visible[0])?.name ?? '')),
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.target !== grid.current) return
    if (event.key.length === 1 && inChord(event.timeStamp)) return
    const key =
      event.ctrlKey || event.metaKey
        ? `Mod+${event.key.toUpperCase()}`
        : event.key === 'Enter' && event.shiftKey
          ? 'Shift+Enter'
          : event.key
    if (key === 'Mod+C' && getSelection()?.isCollapsed === false) return
    if (event.key === 'Escape' && (selected.size > 0 || cursor !== undefined)) {
      event.preventDefault()
      if (selected.size > 0) selected.clear()
      else setCursor(undefined)
      return
    }
    const act = moves[key]
    if (act === undefined) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  useKeys({
    ...(props.onFilter === undefined ? {} : { filter: () => filterBox.current?.focus() }),
    sortAgain,
  })

  const body = (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a <table>
    <div
      ref={grid}
      className={css.grid}
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={visible.length}
      aria-multiselectable="true"
      aria-activedescendant={cursor === undefined ? undefined : `${gridId}-${cursor}`}
      tabIndex={0}
      style={fit === undefined ? undefined : { maxHeight: 27 + rowHeight * fit, height: 27 + rowHeight * Math.max(total, 1) }}
      onKeyDown={onKeyDown}
      onPointerEnter={() => setInside(true)}
      onPointerLeave={() => setInside(false)}
    >
      <HeaderRow
        columns={visible}
        template={template}
        minWidth={minWidth}
        sort={sort}
        onSort={onSort === undefined ? undefined : (name) => onSort(turned(sort, name))}
      />
      {total > 0 && (
        <div className={css.rows} role="presentation" style={{ height: virtual.getTotalSize(), minWidth }}>
          {items.map((item) => {
            const row = rowAt(item.index)
            return (
              <TableRow
                key={item.index}
                id={`${gridId}-${item.index}`}
                index={item.index}
                top={item.start}
                template={template}
                columns={visible}
                row={row}
                cell={(index, column) => {
                  const drawn = rowAt(index)
                  return drawn === undefined ? null : visible[column]?.cell(drawn, look)
                }}
                look={look}
                current={cursor === item.index}
                selected={row !== undefined && selected.has(idOf(row))}
                onPoint={(index, modified) => {
                  setCursor(index)
                  if (modified) {
                    toggle(index)
                    return
                  }
                  const pointed = rowAt(index)
                  props.onCursor?.(pointed)
                  if (pointed !== undefined) props.onPeek?.(pointed)
                }}
                onOpen={(index) => {
                  const opened = rowAt(index)
                  if (opened !== undefined) onOpen(opened)
                }}
              />
            )
          })}
        </div>
      )}
    </div>
  )
  const foot = props.foot !== undefined || frozen.differs || selected.size > 0
  return (
    <div className={fit === undefined ? css.table : css.fitted}>
      {(props.onFilter !== undefined || props.onShown !== undefined) && (
        <div className={css.tools}>
          {props.onFilter !== undefined && (
            <FilterBox box={filterBox} typed={props.filter ?? ''} onTyped={props.onFilter} onDone={() => grid.current?.focus()} />
          )}
          {props.onShown !== undefined && (
            <ColumnChooser
              columns={columns}
              shown={visible.map((c) => c.name)}
              open={choosing}
              onOpen={setChoosing}
              onShown={props.onShown}
            />
          )}
        </div>
      )}
      {body}
      {total === 0 && props.empty}
      {foot && (
        <div className={css.foot}>
          <span>
            {selected.size > 0 ? `${selected.size.toLocaleString('en')} selected of ` : ''}
            {total.toLocaleString('en')} {total === 1 ? singular(label) : label}
          </span>
          {frozen.differs && (
            <span className={css.held}>
              order held · <kbd>S</kbd> sorts again
            </span>
          )}
          {props.foot}
        </div>
      )}
    </div>
  )
}

/** The sort after its column was chosen once more: descending, then ascending. */
function turned(sort: string | undefined, name: string): string {
  return sort === `-${name}` ? name : `-${name}`
}

/** Height of a row as the tokens say, also after the density changed. */
function useRowHeight(): number {
  const [height, setHeight] = useState(rowHeightNow)
  useEffect(() => {
    const watch = new MutationObserver(() => setHeight(rowHeightNow()))
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-density'] })
    return () => watch.disconnect()
  }, [])
  return height
}
function rowHeightNow(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 28
}
