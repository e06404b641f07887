// Rows keep their places while somebody points at them or has selected some: values go on changing, the order does not.
import { useRef } from 'react'

interface Frozen<T> {
  readonly rowAt: (index: number) => T | undefined
  /** True where the held order is no longer the true one. */
  readonly differs: boolean
  readonly release: () => void
}

/** @param rows the rows that are there by their true place; @param held whether places must not change now. */
export function useFrozenRows<T>(rows: ReadonlyMap<number, T>, idOf: (row: T) => string, held: boolean, question: string): Frozen<T> {
  const places = useRef(new Map<number, string>())
  const lastSeen = useRef(new Map<string, T>())
  const asked = useRef(question)
  if (!held || asked.current !== question) {
    places.current.clear()
    lastSeen.current.clear()
    asked.current = question
  }
  const byId = new Map<string, T>()
  for (const row of rows.values()) byId.set(idOf(row), row)
  const taken = new Set(places.current.values())
  let differs = false
  for (const [index, row] of rows) {
    const id = idOf(row)
    const place = places.current.get(index)
    if (place === undefined) {
      if (!taken.has(id)) places.current.set(index, id)
    } else if (place !== id) differs = true
    lastSeen.current.set(id, row)
  }
  return {
    differs,
    rowAt: (index) => {
      const id = places.current.get(index)
      return id === undefined ? rows.get(index) : (byId.get(id) ?? lastSeen.current.get(id))
    },
    release: () => {
      places.current.clear()
      lastSeen.current.clear()
    },
  }
}
