// What the host and the reader process say to each other. Everything is cloneable; an answer carries the number of its question.
import type { ErrorData } from '../../shared/model/app-error.ts'
import type { Queries } from '../store/store-types.ts'

/** How a reader process is started: it lives long and mostly waits, so its young heap stays small; opening is no slower for it. */
export const readerFlags = ['--max-semi-space-size=1'] as const

/** The questions over a file that the reader answers, by their names in `Queries`. */
export const questions = [
  'page',
  'record',
  'series',
  'coverage',
  'freshness',
  'diff',
  'names',
  'namesIn',
  'rows',
  'heldBetween',
  'past',
  'span',
] as const satisfies readonly (keyof Queries)[]
export type Question = (typeof questions)[number]

export interface ReplayAsk {
  readonly connection: string
  readonly read: string
  readonly input: Readonly<Record<string, unknown>>
}

export type ToReader = { readonly id: number; readonly source: string } & (
  | {
      /** `folder` does not exist yet and is the file's own; whoever asked removes it should the reader die. */ readonly do: 'open'
      readonly path: string
      readonly folder: string
    }
  | { readonly do: 'answer' }
  | { /** The answer once every entry was checked. */ readonly do: 'check' }
  | { readonly do: 'ask'; readonly question: Question; readonly args: readonly unknown[] }
  | { readonly do: 'replay'; readonly asked: ReplayAsk }
  | { readonly do: 'close' }
)
export type FromReader = { readonly id: number } & ({ readonly value: unknown } | { readonly error: ErrorData })

/** A started reader as its host holds it. */
export interface ReaderLink {
  send(message: ToReader): void
  onMessage(told: (message: FromReader) => void): void
  /** Told once, when the process is gone. */
  onGone(told: () => void): void
  /** Ends it at once, also when it is busy for ever. */
  kill(): void
}
/** Starts a reader process: `fork` where Node runs, the shell's utility process in Electron. */
export type StartReader = () => Promise<ReaderLink>
