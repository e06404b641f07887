/** Edges between ends. An end names a thing by kind and name, as the system that draws it knows it; the resolver finds the record. */

/** `kafka.topic` ['orders']. `instance` when drawn by the thing's own connection; `hint` is an address that may match its connection. */
export interface End {
  readonly kind: string
  readonly name: readonly string[]
  readonly instance?: string
  readonly hint?: string
}

/** Data flows or support goes `from` → `to`. How it is known: seen in traffic or metrics, written in a configuration, or matched by value. */
export interface Edge {
  readonly from: End
  readonly to: End
  readonly does: 'reads' | 'writes' | 'runs-on' | 'hosts' | 'stands-at'
  readonly known: 'observed' | 'configured' | 'guessed'
  /** 0 to 1 for a guess. */
  readonly score?: number
}
/** How damage travels along an edge: along it, against it, or both. */
export type Impact = 'forward' | 'backward' | 'both'

/** The one text of an end, used as a node id in the graph where no record matches it. */
export function formatEnd(end: End): string {
  return `end:${end.kind}:${end.instance ?? ''}:${end.name.map(encodeURIComponent).join('/')}`
}
