// A host that has just been opened has not heard of anybody yet: waits until each connection answered or failed once.
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../../shared/model/app-error.ts'
import { isUnknown } from '../../shared/model/known.ts'
import { own } from '../../shared/model/own.ts'
import type { HostClient } from './host-client.ts'

const EVERY_MS = 250
/** How long a command waits for the first answers. */
export const WAIT_SECONDS = 30

export interface Answered {
  readonly answering: number
  readonly failing: number
}

/** not-found: no connection is configured. Connections that did not answer in time count as failing. */
export async function waitForAnswers(client: HostClient, withinMs: number): Promise<Answered> {
  const { connections } = await client.hello({})
  if (connections.length === 0) {
    throw new AppError('not-found', 'No connection is configured in this profile.', {
      hint: 'Add one: landscope connections add kafka HOST:PORT.',
    })
  }
  const until = performance.now() + withinMs
  for (;;) {
    const states = await connectionStates(client)
    const failing = states.filter((state) => state === 'failing' || state === 'needs-sign-in').length
    const answering = states.filter((state) => state === 'answering' || state === 'partly').length
    if (answering + failing >= connections.length || performance.now() > until)
      return { answering, failing: connections.length - answering }
    await setTimeout(EVERY_MS)
  }
}

async function connectionStates(client: HostClient): Promise<readonly string[]> {
  const page = await client.records.page({ viewing: {}, system: own.id, collection: 'connections', offset: 0, limit: 1_000 })
  const at = page.columns.indexOf('state')
  return page.rows.map((row) => row.cells[at]).map((cell) => (cell === undefined || isUnknown(cell) ? '' : String(cell)))
}
