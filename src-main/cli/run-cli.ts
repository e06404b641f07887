// The command line as a function: words in, texts and an exit code out.
import { type CommandDef, defineCommand, renderUsage, runCommand } from 'citty'
import { AppError } from '../../shared/model/app-error.ts'
import { appName } from '../host/app-name.ts'
import { captureCommand } from './capture-command.ts'
import { checkCommand } from './check-command.ts'
import { connectionsCommand } from './connections-command.ts'
import { inspectCommand } from './inspect-command.ts'
import { errorLine, errorOf, type Streams } from './print.ts'
import { recordsCommand } from './records-command.ts'
import { serveCommand } from './serve-command.ts'

/** Nothing was looked at, or not all that was asked for was done. */
const FAILED = 2

/**
 * Runs a command line. Errors are one line on `err` with code and hint, and exit code 2. `stopped` is asked by what goes on until a
 * person ends it, and settles when they do.
 */
export async function runCli(words: readonly string[], streams: Streams, stopped: () => Promise<void>): Promise<number> {
  let code = 0
  const exit = (to: number): void => {
    code = to
  }
  const subCommands = {
    serve: serveCommand(streams, stopped),
    connections: connectionsCommand(streams, exit),
    capture: captureCommand(streams, stopped),
    inspect: inspectCommand(streams, exit),
    records: recordsCommand(streams),
    check: checkCommand(streams, exit),
  }
  const { version } = appName
  const root = defineCommand({ meta: { name: 'landscope', version, description: 'Operations console for a data platform' }, subCommands })
  try {
    if (words[0] === '--version') {
      streams.out(`${version}\n`)
      return 0
    }
    const helped = words.length === 0 || words.includes('--help') || words.includes('-h')
    if (helped) {
      const [command, parent] = commandOf(root, words)
      streams.out(`${plainText(await renderUsage(command, parent))}\n`)
      return words.length === 0 ? FAILED : 0
    }
    await runCommand(root, { rawArgs: [...words] })
    return code
  } catch (thrown) {
    const usage = thrown instanceof Error && thrown.name === 'CLIError'
    streams.err(
      errorLine(
        usage ? new AppError('bad-request', `${plainText(thrown.message)}.`, { hint: 'See landscope --help.' }).data : errorOf(thrown),
      ),
    )
    return FAILED
  }
}

/** The command that the words name, and the one above it. */
function commandOf(root: CommandDef, words: readonly string[]): readonly [CommandDef, CommandDef | undefined] {
  let [command, parent]: [CommandDef, CommandDef | undefined] = [root, undefined]
  for (const word of words) {
    const below: unknown =
      typeof command.subCommands === 'object' && word in command.subCommands ? Reflect.get(command.subCommands, word) : undefined
    if (below === undefined) break
    parent = command
    command = below as CommandDef
  }
  return [command, parent]
}

/** Without the colours that a terminal would show. */
function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what it takes out
  return text.replace(/\u001b\[\d+m/g, '')
}
