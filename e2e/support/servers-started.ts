// Which real servers a run has started: noted where they are started, read by the runner of the suites, which says so at the end.
import { appendFileSync, readFileSync } from 'node:fs'

/** Where the notes go; set by the runner for the suites it starts. */
const FILE = 'LANDSCOPE_SERVERS_STARTED'

/** Notes a server that runs, such as `Kafka 4.4.0, 3 brokers`. Of no effect outside a run of the suites. */
export function noteServer(name: string): void {
  const file = process.env[FILE]
  if (file !== undefined) appendFileSync(file, `${name}\n`)
}

/** The environment in which servers are noted in a file. */
export function notingServersIn(file: string): Readonly<Record<string, string>> {
  return { [FILE]: file }
}

/** What was noted, each once, with how often. */
export function serversStarted(file: string): readonly { readonly name: string; readonly times: number }[] {
  const times = new Map<string, number>()
  for (const name of readFileSync(file, 'utf8').split('\n').filter(Boolean)) times.set(name, (times.get(name) ?? 0) + 1)
  return [...times].map(([name, n]) => ({ name, times: n }))
}
