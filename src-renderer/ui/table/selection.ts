// Rows that are selected, with what was last seen of them: also those whose block is no longer there are copied.
import { useRef, useState } from 'react'

export interface Selection<T> {
  readonly size: number
  readonly has: (id: string) => boolean
  /** Takes a row in, or out; `index` is its place in the list. */
  readonly toggle: (row: T, index: number) => void
  readonly clear: () => void
  /** The rows in the order of their places. */
  readonly chosen: () => readonly T[]
}

/** @param rows the rows that are there now: what is kept of a selected one is refreshed from them. */
export function useSelection<T>(rows: ReadonlyMap<number, T>, idOf: (row: T) => string): Selection<T> {
  const [places, setPlaces] = useState<ReadonlyMap<string, number>>(new Map())
  const kept = useRef(new Map<string, T>())
  if (places.size > 0) {
    for (const row of rows.values()) {
      const id = idOf(row)
      if (places.has(id)) kept.current.set(id, row)
    }
  }
  return {
    size: places.size,
    has: (id) => places.has(id),
    // From what is selected by then: a row that is not drawn again holds this function of an earlier drawing.
    toggle: (row, index) => {
      const id = idOf(row)
      kept.current.set(id, row)
      setPlaces((was) => {
        const next = new Map(was)
        if (!next.delete(id)) next.set(id, index)
        return next
      })
    },
    clear: () => {
      kept.current.clear()
      setPlaces(new Map())
    },
    chosen: () =>
      [...places]
        .toSorted(([, a], [, b]) => a - b)
        .flatMap(([id]) => {
          const row = kept.current.get(id)
          return row === undefined ? [] : [row]
        }),
  }
}
