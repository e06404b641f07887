// `npm run lab`: real servers with a live workload in the foreground, and commands to the lab that runs.
import { parseArgs } from 'node:util'
import { ensurePrograms } from '../support/apt.ts'
import { listenForCommands, runningLab, tellLab } from './control.ts'
import { startLab } from './running-lab.ts'

const HELP = `npm run lab -- SYSTEM… [options]     start real servers with a live workload; Ctrl-C stops them
npm run lab -- COMMAND               tell the running lab something

Systems
  kafka                  three brokers, three topics, two producers, three consumer groups
  flink                  a session cluster and the job route-plays (brings kafka along)

Options
  --brokers 1|3          default 3
  --task-managers 1|2    default 1
  --rate N               records a second into play-events, default 30

Commands
  status                 what runs, and how far the groups are
  break kafka-broker [ID]        kill -9 a broker; default: the one that leads nothing of play-events
  freeze kafka-broker [ID]       it accepts connections and answers nothing
  break flink-taskmanager [N]    kill -9 a task manager
  freeze flink-taskmanager [N]
  poison                 a record that is no JSON: two groups and the job stand still at it
  pause-producers, resume-producers
  heal                   start what is dead, thaw what is frozen, get past the bad record
  stop                   end the lab

Needs java 17 and maven; as root on Debian they are installed. Downloads go to LANDSCOPE_CACHE, else ~/.cache/landscope.
`

const SYSTEMS = ['kafka', 'flink']

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      brokers: { type: 'string', default: '3' },
      'task-managers': { type: 'string', default: '1' },
      rate: { type: 'string', default: '30' },
    },
  })
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP)
    return
  }
  if (positionals.some((word) => !SYSTEMS.includes(word))) await tell(positionals)
  else
    await run({
      flink: positionals.includes('flink'),
      brokers: values.brokers === '1' ? 1 : 3,
      taskManagers: values['task-managers'] === '2' ? 2 : 1,
      rate: Number(values.rate),
    })
}

async function tell(words: readonly string[]): Promise<void> {
  const state = runningLab()
  if (state === undefined) throw new Error('no lab runs; start one with `npm run lab -- kafka flink`')
  process.stdout.write(`${await tellLab(state, words)}\n`)
}

async function run(plan: {
  readonly flink: boolean
  readonly brokers: 1 | 3
  readonly taskManagers: 1 | 2
  readonly rate: number
}): Promise<void> {
  const running = runningLab()
  if (running !== undefined) throw new Error(`a lab runs already (pid ${running.pid}); end it with \`npm run lab -- stop\``)
  const missing = await ensurePrograms(['java', 'mvn'])
  if (missing.length > 0) throw new Error(missing.join('\n'))
  const lab = await startLab({ ...plan, says: (line) => process.stdout.write(`${line}\n`) })
  let stopping: (() => void) | undefined
  const stopped = new Promise<void>((resolve) => {
    stopping = resolve
  })
  const control = await listenForCommands(lab.addresses, async (words) => {
    if (words[0] !== 'stop') return lab.command(words)
    stopping?.()
    return 'the lab is stopping'
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping?.())
  process.stdout.write(
    `\n${Object.entries(lab.addresses)
      .map(([name, address]) => `${name.padEnd(8)}${address}`)
      .join('\n')}\n\nrunning; \`npm run lab -- --help\` lists what can be done to it, Ctrl-C ends it\n`,
  )
  await stopped
  process.stdout.write('stopping\n')
  await control.close()
  await lab.stop()
}

try {
  await main()
} catch (error) {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
