/** What crosses between page and host about doing and keeping: connections, files, actions, work. Beside `messages.ts`, which is about looking. */
import { z } from 'zod'
import type { ErrorData } from '../model/app-error.ts'
import type { TestStep } from '../model/connector.ts'
import type { Sentence } from '../model/sentence.ts'
import { scalars, word } from './messages.ts'

export const planAsk = z.strictObject({ connection: word, action: word, input: scalars })
export const runAsk = z.strictObject({ plan: word, typed: z.string().max(200) })
export interface PlanAnswer {
  readonly plan: string
  readonly steps: readonly string[]
  readonly facts: Readonly<Record<string, string>>
  readonly phrase: string
}

export const endpointSetting = z.strictObject({
  addresses: z.array(z.string().max(500)).max(100),
  tls: z
    .strictObject({ ca: z.string().max(100_000).optional(), serverName: word.optional(), insecure: z.literal(true).optional() })
    .optional(),
  credential: word.optional(),
})
/** A connection as configured. Secrets are references only. */
export const profile = z.strictObject({
  id: word,
  system: word,
  title: word,
  endpoints: z.record(word, endpointSetting),
  settings: scalars,
  /** Requests a minute and endpoint when nobody looks; default 30. */
  budget: z.number().int().min(1).max(10_000).optional(),
})
export type Profile = z.infer<typeof profile>
export const connectionsChange = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('put'), profile }),
  z.strictObject({ do: z.literal('remove'), id: word }),
  z.strictObject({ do: z.literal('unlock'), id: word }),
  z.strictObject({ do: z.literal('lock'), id: word }),
  z.strictObject({ do: z.literal('wake'), id: word }),
])
export const connectionsTest = z.strictObject({ profile })
export interface ConnectionAnswer {
  readonly profile: Profile
  readonly instance?: string
  /** When the unlock ends; none: locked (read-only). */
  readonly unlockedUntil?: Date
  readonly targets: readonly {
    readonly target: string
    readonly requests: number
    readonly perMinute: number
    readonly allowed: number
    readonly writes: number
    readonly bytesIn: number
    readonly bytesOut: number
    readonly slowestMs: number
  }[]
}
export type { TestStep }

export const openAsk = z.strictObject({ path: z.string().min(1).max(4_000) })
export interface Manifest {
  readonly format: 'lsnap'
  readonly version: string
  readonly minReader: string
  readonly id: string
  readonly createdAt: string
  readonly app: { readonly name: string; readonly version: string }
  readonly title: string
  readonly from: string
  readonly to: string
  readonly zone: string
  readonly redaction: { readonly profile: string; readonly keyFingerprint?: string; readonly counts: Readonly<Record<string, number>> }
  readonly moments: readonly { readonly at: string; readonly name: string; readonly by: string }[]
  readonly instances: readonly {
    readonly id: string
    readonly connection: string
    readonly system: string
    readonly title: string
    readonly watchedFrom: string
    readonly watchedTo: string
    readonly gaps: readonly { readonly from: string; readonly to: string }[]
  }[]
  readonly collections: readonly {
    readonly system: string
    readonly name: string
    readonly rows: number
    readonly entries: readonly string[]
  }[]
  /** `rows` where the entry is a table: compared with its footer before it is read. */
  readonly entries: readonly { readonly name: string; readonly bytes: number; readonly sha256: string; readonly rows?: number }[]
  readonly parent?: string
}
export interface SourceAnswer {
  readonly source: string
  readonly path: string
  readonly manifest: Manifest
  /** verified: all hashes hold; partly: still checking; damaged: these entries do not. */
  readonly verified: 'verified' | 'partly' | 'damaged'
  readonly damaged: readonly string[]
  /** Collections and columns this version does not know; kept, not shown. */
  readonly ignored: readonly string[]
  /** The first thing an opened file says. */
  readonly says: Sentence
}
export const closeAsk = z.strictObject({ source: word })
export const writeAsk = z.strictObject({
  path: z.string().min(1).max(4_000),
  title: z.string().max(500),
  from: z.date(),
  to: z.date(),
  redaction: z.enum(['internal', 'share', 'strict']),
})
export type WriteAsk = z.infer<typeof writeAsk>
export interface Work {
  readonly work: string
  readonly title: string
  readonly started: Date
  readonly done: number
  readonly total?: number
  readonly unit: string
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  readonly error?: ErrorData
  readonly result?: string
}
export const workAsk = z.strictObject({ work: word.optional() })
export interface Hello {
  readonly app: { readonly name: string; readonly version: string }
  /** The host's clock, for ages. */
  readonly now: Date
  readonly sources: readonly SourceAnswer[]
  readonly connections: readonly ConnectionAnswer[]
  /** Said once at the top: history stopped (disk full), a damaged file set aside … */
  readonly notices: readonly { readonly id: string; readonly says: string; readonly since: Date }[]
  readonly mode: 'window' | 'served'
}
