import { afterEach, describe, expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import '../global.css'
import { type KeyHandlers, KeysProvider, useKeys } from '../keys/keys.tsx'
import { SafeText } from '../values/value.tsx'
import { DataTable, type DataTableProps } from './data-table.tsx'
import type { TableColumn } from './table-column.ts'

interface Row {
  readonly id: string
  readonly lag: bigint
}
const columns: readonly TableColumn<Row>[] = [
  {
    name: 'id',
    title: 'Group',
    says: 'Its id',
    numeric: false,
    cell: (r) => <SafeText text={r.id} />,
    shown: (r) => r.id,
    text: (r) => r.id,
  },
  {
    name: 'lag',
    title: 'Lag',
    unit: 'records',
    says: 'Not read',
    numeric: true,
    cell: (r) => String(r.lag),
    shown: (r) => String(r.lag),
    text: (r) => String(r.lag),
  },
]
const rowsOf = (ids: readonly string[]): ReadonlyMap<number, Row> => new Map(ids.map((id, i) => [i, { id, lag: BigInt(id.charCodeAt(0)) }]))

function Answers(keys: KeyHandlers): null {
  useKeys(keys)
  return null
}

async function show(
  over: Partial<DataTableProps<Row>> = {},
): Promise<{ opened: string[]; sorts: string[]; filters: string[]; rerender: (over: Partial<DataTableProps<Row>>) => Promise<void> }> {
  const opened: string[] = []
  const sorts: string[] = []
  const filters: string[] = []
  const table = (more: Partial<DataTableProps<Row>>): React.JSX.Element => {
    const rows = more.rows ?? over.rows ?? rowsOf(['a', 'b', 'c', 'd'])
    return (
      <KeysProvider>
        <div style={{ height: 400, display: 'flex' }}>
          <DataTable
            label="groups"
            columns={columns}
            shown={['id', 'lag']}
            rows={rows}
            total={rows.size}
            idOf={(r) => r.id}
            onOpen={(r) => opened.push(r.id)}
            onSort={(s) => sorts.push(s)}
            filter=""
            onFilter={(f) => filters.push(f)}
            takesFocus
            {...over}
            {...more}
          />
        </div>
      </KeysProvider>
    )
  }
  const screen = await render(table({}))
  return { opened, sorts, filters, rerender: (more) => screen.rerender(table(more)) }
}
const ids = (): (string | null | undefined)[] =>
  [...document.querySelectorAll('[role=row][aria-rowindex]:not([aria-rowindex="1"])')].map(
    (row) => row.querySelector('[role=gridcell]')?.textContent,
  )
afterEach(() => vi.restoreAllMocks())

describe('a table', () => {
  it('moves with j, k, Home and End, and opens with Enter', async () => {
    const { opened } = await show()
    await userEvent.keyboard('jjk{Enter}')
    await userEvent.keyboard('{End}{Enter}')
    await userEvent.keyboard('{Home}{Enter}')
    expect(opened).toEqual(['a', 'd', 'a'])
  })
  it('leaves the second key of a chord to the page', async () => {
    const sql = vi.fn()
    const { sorts } = await show({ foot: <Answers goSql={sql} /> })
    await userEvent.keyboard('gs')
    expect(sql).toHaveBeenCalledOnce()
    await userEvent.keyboard('s')
    expect(sorts).toEqual(['-lag'])
  })
  it('names its current row to screen readers', async () => {
    await show()
    await userEvent.keyboard('jj')
    const grid = page.getByRole('grid', { name: 'groups' }).element()
    const current = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '')
    expect(current?.textContent).toContain('b')
  })
  it('copies what is selected, exactly, as tab-separated text', async () => {
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    await show({
      rows: new Map([
        [0, { id: 'orders', lag: 9_007_199_254_740_993n }],
        [1, { id: 'plays', lag: 2n }],
      ]),
    })
    await userEvent.keyboard('jxjxY')
    expect(written).toHaveBeenCalledWith('id\tlag (records)\norders\t9007199254740993\nplays\t2')
    await expect.element(page.getByText('2 rows copied, exact')).toBeVisible()
  })
  it('selects one row after the other by Ctrl-click', async () => {
    await show()
    for (const name of ['a', 'c', 'd', 'c'])
      await userEvent.click(page.getByRole('row', { name: new RegExp(`^${name} `) }), { modifiers: ['Control'] })
    const selected = [...document.querySelectorAll('[role=row][aria-selected=true]')].map((row) => row.textContent?.[0])
    expect(selected).toEqual(['a', 'd'])
  })
  it('copies every row selected, also one that is not loaded any more, as it was last seen', async () => {
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    const { rerender } = await show({ total: 4 })
    await userEvent.keyboard('{End}x{Home}x')
    await rerender({ rows: new Map([[3, { id: 'd', lag: 7n }]]) })
    await rerender({ rows: new Map([[0, { id: 'a', lag: 5n }]]) })
    await userEvent.keyboard('Y')
    expect(written).toHaveBeenCalledWith('id\tlag (records)\na\t5\nd\t7')
  })
  it('says when nothing could be copied', async () => {
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('not focused', 'NotAllowedError'))
    await show()
    await userEvent.keyboard('jY')
    await expect.element(page.getByText(/^Not copied: the clipboard is not open/)).toBeVisible()
  })
  it('sorts by a click on a title, and turns round at the next', async () => {
    const { sorts, rerender } = await show()
    await userEvent.click(page.getByRole('button', { name: /Lag/ }))
    await rerender({ sort: '-lag' })
    await userEvent.click(page.getByRole('button', { name: /Lag/ }))
    expect(sorts).toEqual(['-lag', 'lag'])
  })
  it('filters from the key / and comes back to its rows with Enter', async () => {
    const { filters } = await show()
    await userEvent.keyboard('/lag>1000{Enter}')
    await vi.waitFor(() => expect(filters.at(-1)).toBe('lag>1000'))
    expect(document.activeElement?.getAttribute('role')).toBe('grid')
  })
  it('holds its order while somebody is in it, lets values change, and sorts again on S', async () => {
    const { rerender } = await show()
    await userEvent.keyboard('j')
    await rerender({
      rows: new Map([
        [0, { id: 'd', lag: 7n }],
        [1, { id: 'a', lag: 5n }],
        [2, { id: 'b', lag: 6n }],
        [3, { id: 'c', lag: 8n }],
      ]),
    })
    expect(ids()).toEqual(['a', 'b', 'c', 'd'])
    await expect.element(page.getByRole('row', { name: /^a 5/ })).toBeVisible()
    await expect.element(page.getByText(/order held/)).toBeVisible()
    await userEvent.keyboard('S')
    await vi.waitFor(() => expect(ids()).toEqual(['d', 'a', 'b', 'c']))
  })
  it('draws each row once while the order is held and a new one comes first', async () => {
    const { rerender } = await show()
    await userEvent.keyboard('j')
    await rerender({ rows: rowsOf(['x', 'a', 'b', 'c', 'd']) })
    expect(ids()).toEqual(['a', 'b', 'c', 'd', 'x'])
  })
  it('sorts again on S where the focus is, whatever other list came later', async () => {
    const { rerender } = await show()
    await userEvent.keyboard('j')
    await rerender({ rows: rowsOf(['d', 'a', 'b', 'c']), foot: <Answers sortAgain={() => undefined} /> })
    expect(ids()).toEqual(['a', 'b', 'c', 'd'])
    await userEvent.keyboard('S')
    await vi.waitFor(() => expect(ids()).toEqual(['d', 'a', 'b', 'c']))
  })
  it('says how many there are, and which emptiness it is when there are none', async () => {
    await show({ rows: new Map(), total: 0, empty: <p>No groups match the filter.</p>, foot: <span>as of 4 s ago</span> })
    await expect.element(page.getByText('No groups match the filter.')).toBeVisible()
    await expect.element(page.getByText('0 groups')).toBeVisible()
  })
  it('draws a window of a million rows, and reaches the last one', async () => {
    const asked: number[] = []
    await show({ total: 1_000_000, rows: new Map([[999_999, { id: 'last', lag: 1n }]]), onRange: (_first, last) => asked.push(last) })
    expect(document.querySelectorAll('[role=row]').length).toBeLessThan(60)
    await userEvent.keyboard('{End}')
    await expect.element(page.getByText('last')).toBeVisible()
    await vi.waitFor(() => expect(asked.at(-1)).toBe(999_999))
  })
  it('keeps the height of a row whatever its text', async () => {
    await show({ rows: new Map([[0, { id: `x\n${'\u0301'.repeat(500)}\u202e`, lag: 1n }]]) })
    const row = document.querySelector('[role=row][aria-rowindex="2"]')
    expect(row?.getBoundingClientRect().height).toBe(28)
    expect(row?.textContent).toContain('U+202E')
  })
  it('shows columns that are chosen, in the order chosen', async () => {
    const chosen: (readonly string[])[] = []
    await show({ onShown: (names) => chosen.push(names) })
    await userEvent.click(page.getByRole('button', { name: /Columns/ }))
    await userEvent.click(page.getByRole('checkbox', { name: 'Lag' }))
    expect(chosen).toEqual([['id']])
  })
})
