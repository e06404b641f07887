/** What a join of two systems is: it looks at both and draws edges between records that match by value. */
import type { Queries, Stored } from '../../store/store-types.ts'
import type { LandscapeEdge } from '../landscape.ts'

export interface Joiner {
  readonly name: string
  /** Collections whose rounds concern it: `kafka.groupPartitions`. */
  readonly of: readonly string[]
  join(
    queries: Queries,
    connections: readonly Stored[],
    now: Date,
    options: { readonly windowMs: number; readonly pollMs: (of: Stored, collection: string) => number; readonly at?: Date },
    /** What it matched before: kept while nothing speaks against it, for a job that fails tells no offsets. */
    before: readonly LandscapeEdge[],
  ): Promise<readonly LandscapeEdge[]>
}
