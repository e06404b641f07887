#!/usr/bin/env node
// The command line: see `landscope --help`.
import '../net/with-resolvers.ts'
import { runCli } from './run-cli.ts'

const streams = {
  out: (text: string): void => void process.stdout.write(text),
  err: (text: string): void => void process.stderr.write(text),
}
const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
process.exitCode = await runCli(process.argv.slice(2), streams, stopped)
