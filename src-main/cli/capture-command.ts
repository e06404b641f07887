// `landscope capture --out FILE`: records a span of what was seen into one file.
import { resolve } from 'node:path'
import { type CommandDef, defineCommand } from 'citty'
import type { Work } from '../../shared/contract/control.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { redactionProfiles } from '../../shared/snapshot/mask-kinds.ts'
import { jsonArg, onlyKnown, parseMoment, profileArg } from './arguments.ts'
import { type HostClient, withHost } from './host-client.ts'
import { jsonLine, type Streams } from './print.ts'
import { wholeNumber } from './records-command.ts'
import { WAIT_SECONDS, waitForAnswers } from './wait-for-answers.ts'

const MINUTES = 30
const args = {
  out: { type: 'string', description: 'Where the file goes', valueHint: 'FILE', required: true },
  from: { type: 'string', description: `First moment (UTC; default ${MINUTES} minutes before the last)`, valueHint: 'TIME' },
  to: { type: 'string', description: 'Last moment (UTC; default now, once each connection has answered)', valueHint: 'TIME' },
  redaction: {
    type: 'string',
    valueHint: 'PROFILE',
    default: 'internal',
    description: 'internal: without secrets; share: hosts, users … as tokens too; strict: names too',
  },
  title: { type: 'string', description: 'What it is called', valueHint: 'TEXT' },
  wait: { type: 'string', description: `Seconds to wait for the first answers (default ${WAIT_SECONDS})`, valueHint: 'S' },
  ...profileArg,
  ...jsonArg,
} as const

/** @param stopped settles when the person's Ctrl+C ends it: the host, which may be another process, is told to leave the file. */
export function captureCommand({ out }: Streams, stopped: () => Promise<void>): CommandDef<typeof args> {
  return defineCommand({
    meta: { name: 'capture', description: 'Record a span into a snapshot file' },
    args,
    run: async ({ args: given }) => {
      onlyKnown(given, args)
      const redaction = redactionProfiles.find((one) => one === given.redaction)
      if (redaction === undefined) throw new AppError('bad-request', `There is no profile ${given.redaction}.`)
      const path = resolve(given.out.endsWith('.lsnap') ? given.out : `${given.out}.lsnap`)
      const waitMs = 1_000 * (given.wait === undefined ? WAIT_SECONDS : wholeNumber('wait', given.wait))
      await withHost({ profile: given.profile }, async (client) => {
        if (given.to === undefined) await waitForAnswers(client, waitMs)
        const to = given.to === undefined ? new Date() : parseMoment(given.to, new Date())
        const from = given.from === undefined ? new Date(to.getTime() - MINUTES * 60_000) : parseMoment(given.from, to)
        const title = given.title ?? `${from.toISOString().slice(0, 16).replace('T', ' ')} to ${to.toISOString().slice(11, 16)} UTC`
        const { work } = await client.snapshots.write({ path, title, from, to, redaction })
        const leave = (): Promise<unknown> => client.work.cancel({ work }).catch(() => undefined) // a host that is gone has left it
        void stopped().then(leave)
        const done = await finished(client, work)
        const result = { path: done.result ?? path, from, to, redaction }
        out(given.json === true ? jsonLine(result) : `${result.path}\n`)
      })
    },
  })
}

/** Waits for a work's end. Throws its error; cancelled. */
async function finished(client: HostClient, work: string): Promise<Work> {
  for await (const list of await client.work.watch({ work })) {
    const found = list.find((one) => one.work === work)
    if (found === undefined || found.state === 'running') continue
    if (found.error !== undefined) throw AppError.from(found.error)
    if (found.state === 'cancelled') throw new AppError('cancelled', 'The capture was stopped.')
    return found
  }
  throw new AppError('internal', 'The host ended before the file was written.')
}
