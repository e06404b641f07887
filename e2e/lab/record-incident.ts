// `npm run record-incident`: breaks the real lab on purpose, watches it with the real host, and captures what was seen into a file.
// With `-- --short` in eight minutes, without it in an hour. Nothing in the file is made by hand.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { plain } from '../../shared/model/sentence.ts'
import { openHost } from '../../src-main/host/open-host.ts'
import { forkReader } from '../../src-main/reader/fork-reader.ts'
import { ensurePrograms } from '../support/apt.ts'
import { waitFor } from '../support/process.ts'
import { type RunningLab, startLab } from './running-lab.ts'

const HELP = `npm run record-incident -- [--short] [--out FILE]

A poison record stops a Flink job and two plain consumers; a broker that has nothing to do with it is dead for some minutes; Flink
cannot be seen for a while; then all of it recovers. Default file: resources/incidents/poison-record.lsnap
`

/** When what happens, in seconds after watching began. */
interface Plan {
  readonly windowMs: number
  readonly poison: number
  readonly brokerDies: number
  readonly brokerBack: number
  readonly blind: number
  readonly seesAgain: number
  readonly passed: number
  readonly end: number
}
const minute = 60
const plans: { readonly hour: Plan; readonly short: Plan } = {
  hour: {
    windowMs: 300_000,
    poison: 30 * minute,
    brokerDies: 37 * minute,
    brokerBack: 41 * minute,
    blind: 45 * minute,
    seesAgain: 49 * minute,
    passed: 53 * minute,
    end: 62 * minute,
  },
  short: { windowMs: 40_000, poison: 120, brokerDies: 220, brokerBack: 270, blind: 320, seesAgain: 370, passed: 400, end: 480 },
}

const says = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)

/** Records one incident into `out`; resolves with the size of the file in bytes. */
export async function recordIncident(plan: Plan, out: string): Promise<number> {
  const profile = await mkdtemp(join(tmpdir(), 'landscope-recording-'))
  const lab = await startLab({ brokers: 3, flink: true, taskManagers: 1, rate: 30, says })
  try {
    const host = await openHost({ profile, mode: 'served', windowMs: plan.windowMs, startReader: () => forkReader() })
    try {
      return await record(plan, out, lab, host)
    } finally {
      await host.close()
    }
  } finally {
    await lab.stop()
    await rm(profile, { recursive: true, force: true })
  }
}

async function record(plan: Plan, out: string, lab: RunningLab, host: Awaited<ReturnType<typeof openHost>>): Promise<number> {
  const call = { signal: new AbortController().signal }
  const { handlers } = host
  const put = (id: string, system: string, title: string, endpoint: string, addresses: readonly string[]): Promise<unknown> =>
    handlers.connections.change(
      { do: 'put', profile: { id, system, title, endpoints: { [endpoint]: { addresses: [...addresses] } }, settings: {} } },
      call,
    )
  await put('kafka-front', 'kafka', 'front', 'brokers', lab.kafka.bootstrap)
  if (lab.flink !== undefined) await put('flink-plays', 'flink', 'plays', 'rest', [lab.flink.restUrl])
  const began = Date.now()
  const looking = new AbortController()
  const watching = watchAll(handlers, looking.signal)
  const until = (seconds: number): Promise<void> => delay(Math.max(0, began + seconds * 1_000 - Date.now()), undefined)
  const now = async (): Promise<void> =>
    says(plain((await handlers.headline.read({ viewing: {}, of: { page: 'now' } }, call)).headline.says))
  const decoy = lab.kafka.brokers.at(-1)
  const jobManager = lab.flink?.pids[0]

  says('watching; quiet until the poison')
  await until(plan.poison)
  await now()
  const bad = await lab.workload.poison()
  says(`poison at ${bad.topic}-${bad.partition} @ ${bad.offset}`)
  await until(plan.brokerDies)
  await now()
  await decoy?.kill()
  says(`broker ${decoy?.id} is dead (it leads nothing of ${bad.topic})`)
  await until(plan.brokerBack)
  await now()
  await decoy?.start()
  says('broker is back')
  await until(plan.blind)
  if (jobManager !== undefined) process.kill(jobManager, 'SIGSTOP')
  says('Flink cannot be seen')
  await until(plan.seesAgain)
  await now()
  if (jobManager !== undefined) process.kill(jobManager, 'SIGCONT')
  says('Flink can be seen again')
  await until(plan.passed)
  await now()
  await lab.workload.passPoison()
  says('everybody is past the record')
  await until(plan.end)
  await now()
  looking.abort()
  await watching
  return capture(handlers, out, new Date(began), call)
}

/** Looks at the collections and the job people look at, so that they are swept at the watched pace. */
async function watchAll(handlers: Awaited<ReturnType<typeof openHost>>['handlers'], signal: AbortSignal): Promise<void> {
  const collections = [
    { system: 'kafka', collection: 'groups' },
    { system: 'kafka', collection: 'brokers' },
    { system: 'flink', collection: 'jobs' },
    { system: 'flink', collection: 'progress' },
    { system: 'kafka', collection: 'quorum' },
    { system: 'flink', collection: 'slots' },
  ]
  const jobs = async (): Promise<readonly string[]> =>
    (await handlers.records.page({ viewing: {}, system: 'flink', collection: 'jobs', offset: 0, limit: 10 }, { signal })).rows.map(
      (r) => r.urn,
    )
  await waitFor('a job', async () => (await jobs()).length > 0)
  for await (const _ of handlers.changes.watch({ collections, urns: [...(await jobs())] }, { signal }));
}

async function capture(
  handlers: Awaited<ReturnType<typeof openHost>>['handlers'],
  out: string,
  from: Date,
  call: { readonly signal: AbortSignal },
): Promise<number> {
  await mkdir(dirname(out), { recursive: true })
  const title = 'A poison record stops three readers (recorded from real servers in our lab; we broke them on purpose)'
  const { work } = await handlers.snapshots.write({ path: out, title, from, to: new Date(), redaction: 'internal' }, call)
  for await (const [one] of handlers.work.watch({ work }, call)) {
    if (one?.state === 'done') break
    if (one?.state === 'failed' || one?.state === 'cancelled') throw new Error(`the capture ${one.state}: ${one.error?.message ?? ''}`)
  }
  const verified = await handlers.snapshots.verify({ path: out }, call)
  if (verified.verified !== 'verified') throw new Error(`the file is ${verified.verified}`)
  return (await stat(out)).size
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { short: { type: 'boolean' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) {
    process.stdout.write(HELP)
    return
  }
  const missing = await ensurePrograms(['java', 'mvn'])
  for (const line of missing) console.error(line)
  if (missing.length > 0) process.exit(2)
  const out = resolve(values.out ?? 'resources/incidents/poison-record.lsnap')
  const bytes = await recordIncident(values.short === true ? plans.short : plans.hour, out)
  says(`${out}: ${bytes} bytes`)
  process.exit(0)
}
if (import.meta.main) await main()
