// The app as a test on a running lab has it, in a browser or in a window: its page, and beside it the whole contract in the test's hands.
import type { Page } from '@playwright/test'
import type { FindingAnswer, IncidentAnswer, Page as RowsPage, Viewing } from '../../shared/contract/messages.ts'
import type { Client } from '../../src-renderer/client/connection.ts'
import { type AnyRow, decodeRows, type RecordRow } from '../../src-renderer/client/decode.ts'

/** What a page and a second client of the same host can do. */
export interface Looks {
  readonly page: Page
  /** The whole contract, as a second page would have it. */
  readonly client: Client
  rows(system: string, collection: string, viewing?: Viewing): Promise<readonly RecordRow<AnyRow>[]>
  /** The answer that `rows` is made of: also how fresh it is. */
  ask(system: string, collection: string, viewing?: Viewing): Promise<RowsPage>
  findings(): Promise<readonly FindingAnswer[]>
  incidents(): Promise<readonly IncidentAnswer[]>
  /** Goes to a place of the page, such as `/system/kafka?tab=groups`. */
  go(place: string): Promise<void>
}
export interface LabApp extends Looks {
  readonly profile: string
  /** Process ids of running readers. */
  readers(): Promise<readonly number[]>
  close(): Promise<void>
}

export function labApp(page: Page, client: Client): Looks {
  const ask: Looks['ask'] = (system, collection, viewing = {}) =>
    client.records.page({ viewing, system, collection, offset: 0, limit: 1_000 })
  return {
    page,
    client,
    ask,
    rows: async (system, collection, viewing) => {
      const { columns, rows } = await ask(system, collection, viewing)
      return decodeRows(columns, rows)
    },
    findings: async () => (await client.findings.page({ viewing: {}, limit: 1_000 })).findings,
    incidents: async () => (await client.findings.page({ viewing: {}, limit: 1_000 })).incidents,
    go: async (place) => {
      await page.evaluate((hash) => {
        location.hash = hash
      }, place)
    },
  }
}
