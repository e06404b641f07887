// What the host and a connection's worker say to each other: plain cloneable data, rows as columns whose buffers are moved.
import type { ErrorData } from '../../shared/model/app-error.ts'
import type { Credential, EndpointSetting, Outcome, Traffic } from '../../shared/model/connector.ts'
import type { Unknown } from '../../shared/model/known.ts'
import type { Columns, CoveredData } from '../store/store-types.ts'
import type { AnyRow } from '../triage/judging.ts'

/** Most rows in one message. */
export const rowsPerMessage = 8_000
/** Most rows of one round; more is a fault of the connector, not data anybody can use. */
export const rowsPerRound = 5_000_000
/** Items of a read in one batch, and batches that may be under way before the reader has taken one. */
export const itemsPerBatch = 500
export const batchesAhead = 8

export type Input = Readonly<Record<string, unknown>>
export interface Opening {
  readonly system: string
  readonly settings: Input
  readonly endpoints: Readonly<Record<string, EndpointSetting>>
  readonly allowed: readonly string[]
}
/** A question of the host; `id` is its own and never used again. */
export type Call =
  | { readonly type: 'open'; readonly opening: Opening }
  | { readonly type: 'identify' }
  | { readonly type: 'sweep'; readonly sweep: string; readonly wanted: readonly AnyRow[]; readonly first: boolean }
  | { readonly type: 'read'; readonly read: string; readonly input: Input }
  | { readonly type: 'plan'; readonly action: string; readonly input: Input }
  | { readonly type: 'run'; readonly action: string; readonly input: Input; readonly facts: Readonly<Record<string, string>> }
export type ToWorker =
  | { readonly type: 'call'; readonly id: number; readonly call: Call }
  | { readonly type: 'cancel'; readonly id: number }
  /** A batch of a read was taken: another may come. */
  | { readonly type: 'more'; readonly id: number }
  | { readonly type: 'ping'; readonly n: number }
  | { readonly type: 'credential'; readonly ask: number; readonly credential?: Credential; readonly error?: ErrorData }
  | { readonly type: 'close' }

/** One thing a sweep said of a collection. */
export type RoundOp =
  | { readonly do: 'put'; readonly collection: string; readonly rows: Columns; readonly covered?: CoveredData }
  | { readonly do: 'same'; readonly collection: string; readonly covered: CoveredData }
  | { readonly do: 'lacks'; readonly collection: string; readonly why: Unknown }
  | { readonly do: 'ended'; readonly collection: string; readonly where: Readonly<Record<string, unknown>>; readonly why: string }
export type FromWorker =
  | { readonly type: 'op'; readonly id: number; readonly op: RoundOp }
  | { readonly type: 'items'; readonly id: number; readonly items: readonly Input[] }
  | { readonly type: 'outcome'; readonly id: number; readonly outcome: Outcome }
  | { readonly type: 'done'; readonly id: number; readonly value?: unknown; readonly traffic: Readonly<Record<string, Traffic>> }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorData; readonly traffic: Readonly<Record<string, Traffic>> }
  | { readonly type: 'pong'; readonly n: number; readonly traffic: Readonly<Record<string, Traffic>> }
  | { readonly type: 'clock'; readonly offsetMs: number }
  | { readonly type: 'wake'; readonly sweep: string }
  | { readonly type: 'log'; readonly level: 'debug' | 'warn' | 'error'; readonly message: string; readonly data?: Input }
  | { readonly type: 'credential?'; readonly ask: number; readonly endpoint: string }
