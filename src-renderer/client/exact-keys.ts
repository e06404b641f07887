// Query keys as texts: 64-bit numbers and times stay apart from look-alike texts, and the order of names does not matter.

/** Hash of a query key. */
export function exactKey(key: readonly unknown[]): string {
  return JSON.stringify(key, (_name, value: unknown) => {
    if (typeof value === 'bigint') return { n: value.toString() }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    }
    return value
  })
}
