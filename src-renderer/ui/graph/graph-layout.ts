// Places of a small graph: columns in the way the data flows, rows by the middle of the neighbours. Plain arithmetic, always the same answer.

export interface LayoutEdge {
  readonly from: string
  readonly to: string
}
export interface Placed {
  readonly id: string
  readonly x: number
  readonly y: number
}
export interface Layout {
  readonly nodes: readonly Placed[]
  readonly width: number
  readonly height: number
}
export const NODE_WIDTH = 190
export const NODE_HEIGHT = 40
const COLUMN = NODE_WIDTH + 90
const ROW = NODE_HEIGHT + 14
const SWEEPS = 6

/** Column of each node: its distance from the focus along (+) or against (−) the edges; without a focus the longest way from a source. */
function columnsOf(ids: readonly string[], edges: readonly LayoutEdge[], focus: string | undefined): Map<string, number> {
  const columns = new Map<string, number>()
  const start = focus !== undefined && ids.includes(focus) ? focus : undefined
  if (start !== undefined) {
    const queue = [start]
    columns.set(start, 0)
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const at = columns.get(id) ?? 0
      for (const edge of edges) {
        const next = edge.from === id ? { id: edge.to, at: at + 1 } : edge.to === id ? { id: edge.from, at: at - 1 } : undefined
        if (next === undefined || columns.has(next.id)) continue
        columns.set(next.id, next.at)
        queue.push(next.id)
      }
    }
  }
  const incoming = new Map<string, string[]>()
  for (const { from, to } of edges) incoming.set(to, [...(incoming.get(to) ?? []), from])
  const visiting = new Set<string>()
  const depth = (id: string): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    if (visiting.has(id)) return 0
    visiting.add(id)
    const at = Math.max(-1, ...(incoming.get(id) ?? []).map(depth)) + 1
    visiting.delete(id)
    columns.set(id, at)
    return at
  }
  for (const id of ids) depth(id)
  return columns
}

export function layoutGraph(ids: readonly string[], edges: readonly LayoutEdge[], focus?: string): Layout {
  const columns = columnsOf(ids, edges, focus)
  const least = Math.min(0, ...columns.values())
  const byColumn = new Map<number, string[]>()
  for (const id of ids.toSorted()) {
    const column = (columns.get(id) ?? 0) - least
    byColumn.set(column, [...(byColumn.get(column) ?? []), id])
  }
  const order = [...byColumn.keys()].toSorted((a, b) => a - b)
  const rank = new Map<string, number>()
  const renumber = (list: readonly string[]): void => list.forEach((id, i) => void rank.set(id, i - list.length / 2))
  for (const column of order) renumber(byColumn.get(column) ?? [])
  const neighbours = new Map<string, string[]>()
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to])
    neighbours.set(to, [...(neighbours.get(to) ?? []), from])
  }
  const middle = (id: string): number => {
    const near = (neighbours.get(id) ?? []).map((n) => rank.get(n) ?? 0)
    return near.length === 0 ? (rank.get(id) ?? 0) : near.reduce((a, b) => a + b, 0) / near.length
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const column of sweep % 2 === 0 ? order : order.toReversed()) {
      const sorted = (byColumn.get(column) ?? [])
        .map((id) => ({ id, at: middle(id) }))
        .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
      const list = sorted.map((s) => s.id)
      byColumn.set(column, list)
      renumber(list)
    }
  }
  const tallest = Math.max(1, ...[...byColumn.values()].map((list) => list.length))
  const nodes = order.flatMap((column, i) => {
    const list = byColumn.get(column) ?? []
    return list.map((id, row) => ({ id, x: i * COLUMN, y: (row + (tallest - list.length) / 2) * ROW }))
  })
  return { nodes, width: Math.max(1, order.length) * COLUMN - (COLUMN - NODE_WIDTH), height: tallest * ROW }
}
