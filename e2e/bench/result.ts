/** What a bench says: its figures, the peer that did the same work where there is one, and whether every bound holds. */
export interface BenchResult {
  readonly name: string
  readonly figures: Readonly<Record<string, number>>
  readonly peer: Readonly<Record<string, number | string>> | null
  readonly ratio: number | null
  readonly pass: boolean
}
