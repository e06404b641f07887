/** Opened snapshot files as the host sees them: each answers the same questions as the live Store, from the reader process. */
import type { SourceAnswer } from '../../shared/contract/control.ts'
import type { ReadBatch } from '../../shared/contract/messages.ts'
import type { Queries, Stored } from '../store/store-types.ts'

/** A file while it is open. `answer` grows as entries are checked. */
export interface OpenFile {
  readonly answer: () => SourceAnswer
  readonly queries: Queries
  readonly connections: readonly Stored[]
  readonly to: Date
  readonly replay: (asked: {
    readonly connection: string
    readonly read: string
    readonly input: Readonly<Record<string, unknown>>
  }) => Promise<ReadBatch>
}
export interface OpenFiles {
  /** Opens a file; the same path opened again is the same source. refused, protocol, unsupported: named. */
  open(path: string): Promise<OpenFile>
  get(source: string): OpenFile | undefined
  list(): readonly OpenFile[]
  close(source: string): Promise<boolean>
  /** Checks every entry of a file and answers when all are checked. */
  verify(path: string): Promise<SourceAnswer>
  /** Told when an opened file's answer changed (more of it is checked, the reader was restarted). */
  onChange(told: (source: string) => void): () => void
  closeAll(): Promise<void>
}
