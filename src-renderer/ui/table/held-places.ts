// Who stands where while an order is held: each row once, those that were there where they were.

/**
 * The places after the rows changed. Who has a place keeps it; who is new stands where it truly is if nobody is there, else on a place
 * left over. Where all rows are there, those that are gone lose their place; a row that is only not loaded keeps it.
 *
 * @param before ids by place as they were held; @param rows ids by true place, of the rows that are there; @param total how many rows
 * there are in the whole; @param seen ids that were there while the order was held
 */
export function heldPlaces(
  before: ReadonlyMap<number, string>,
  rows: ReadonlyMap<number, string>,
  total: number,
  seen: Iterable<string> = [],
): ReadonlyMap<number, string> {
  const whole = rows.size >= total
  // Who scrolls far holds many: they are not gone through while nothing moved.
  if (!whole && [...rows].every(([place, id]) => before.get(place) === id)) return before
  const there = new Set(rows.values())
  const places = new Map<number, string>()
  const placed = new Set<string>()
  const put = (place: number, id: string): void => {
    if (places.has(place) || placed.has(id)) return
    places.set(place, id)
    placed.add(id)
  }
  for (const [place, id] of before) if (place < total && (!whole || there.has(id))) put(place, id)
  for (const [place, id] of rows) put(place, id)
  const left = [...new Set(whole ? there : [...there, ...seen])].filter((id) => !placed.has(id)).values()
  for (const place of rows.keys()) {
    if (places.has(place)) continue
    const next = left.next()
    if (next.done === true) break
    put(place, next.value)
  }
  return places
}
