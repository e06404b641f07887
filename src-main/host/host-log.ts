// The host's log: one JSON object a line on the error output, without secrets, bounded.
import pino from 'pino'
import type { HostOptions } from './create-host.ts'
import { redactText } from './redact.ts'

/** Longest message of a line; what is longer came from a server and says no more. */
const MAX_MESSAGE = 10_000

const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }))

/** Writes one line. */
export const hostLog: NonNullable<HostOptions['log']> = ({ level, what, message }) => {
  const text = redactText(message.slice(0, MAX_MESSAGE))
  if (level === 'error') log.error({ what }, text)
  else if (level === 'warn') log.warn({ what }, text)
  else log.info({ what }, text)
}
