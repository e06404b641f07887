// Rows keep their places while somebody points at them or has selected some: values go on changing, the order does not.
import { useRef } from 'react'
import { heldPlaces } from './held-places.ts'

interface Frozen<T> {
  readonly rowAt: (index: number) => T | undefined
  /** True where the held order is no longer the true one. */
  readonly differs: boolean
  readonly release: () => void
}

/**
 * @param rows the rows that are there by their true place; @param total how many there are in the whole; @param held whether places must
 * not change now.
 */
export function useFrozenRows<T>(
  rows: ReadonlyMap<number, T>,
  total: number,
  idOf: (row: T) => string,
  held: boolean,
  question: string,
): Frozen<T> {
  const places = useRef<ReadonlyMap<number, string>>(new Map())
  const lastSeen = useRef(new Map<string, T>())
  const asked = useRef(question)
  const release = (): void => {
    places.current = new Map()
    lastSeen.current.clear()
  }
  if (!held || asked.current !== question) {
    release()
    asked.current = question
  }
  const byId = new Map<string, T>()
  for (const row of rows.values()) byId.set(idOf(row), row)
  const ids = new Map([...rows].map(([index, row]) => [index, idOf(row)] as const))
  places.current = heldPlaces(places.current, ids, total, lastSeen.current.keys())
  for (const [id, row] of byId) lastSeen.current.set(id, row)
  return {
    differs: held && [...ids].some(([index, id]) => places.current.get(index) !== id),
    rowAt: (index) => {
      const id = places.current.get(index)
      // While nothing is held, and where all are there, a place without a row of its own has a second one of the same id.
      if (id === undefined) return !held || rows.size >= total ? rows.get(index) : undefined
      return byId.get(id) ?? lastSeen.current.get(id)
    },
    release,
  }
}
