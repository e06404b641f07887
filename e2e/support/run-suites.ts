// `npm test`: prepares the machine, builds, runs the checks and every suite one after the other, and ends with one line that adds
// them up: "N passed, N failed". With names of suites only those; with --all the full counts and minutes.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ensurePrograms } from './apt.ts'
import { electronRuntime } from './electron-runtime.ts'
import { notingServersIn, serversStarted } from './servers-started.ts'
import { countSuite, lastLine, type SuiteResult, suiteTable } from './suite-report.ts'

const checkout = resolve(import.meta.dirname, '../..')
const suites = ['structure', 'unit', 'component', 'systems', 'security', 'faults', 'app'] as const
const checks = ['check:types', 'check:lint', 'check:unused'] as const

/** A suite that takes longer is ended and counts as failed: a hang must not eat the whole run. */
const SUITE_MINUTES = 25
const SUITE_MINUTES_ALL = 180

const asked = process.argv.slice(2)
const all = asked.includes('--all')
const unknown = asked.filter((word) => word !== '--all' && !suites.some((suite) => suite === word))
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}. There are: ${suites.join(', ')}; --all runs the full counts.`)
  process.exit(2)
}
const chosen = suites.filter((suite) => asked.includes(suite))
const wanted = chosen.length > 0 ? chosen : suites

const folder = await mkdtemp(join(tmpdir(), 'landscope-suites-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const servers = join(folder, 'servers')
await writeFile(servers, '')
const env = {
  ...process.env,
  ...notingServersIn(servers),
  PATH: `${join(checkout, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
  ...(all ? { LANDSCOPE_FULL_COUNTS: '1' } : {}),
}

for (const line of await prepare()) console.log(line)

const results: SuiteResult[] = []
if (chosen.length === 0) results.push(await runChecks())
results.push(await build())
for (const suite of wanted) {
  const result = await runSuite(suite)
  if (result.passed + result.failed + result.notHere.length === 0) console.log(`\n${suite}: no tests yet`)
  results.push(result)
}

console.log(`\n${suiteTable(results)}`)
for (const { failures } of results) for (const failure of failures) console.log(`failed: ${failure}`)
for (const { notHere } of results) for (const test of notHere) console.log(`never on this machine: ${test}`)
const started = serversStarted(servers)
console.log(`real servers started: ${started.length === 0 ? 'none' : started.map(({ name, times }) => `${name} (${times}×)`).join(', ')}`)
console.log(lastLine(results))
process.exitCode = results.some((result) => result.failed > 0) ? 1 : 0

/** What the suites need from the machine; one line for each thing that is missing still. */
async function prepare(): Promise<readonly string[]> {
  const missing = await ensurePrograms(['chromium', 'Xvfb', 'java', 'mvn', 'strace'])
  const runtime = await electronRuntime().then(
    () => [],
    (error: unknown) => [`Electron for tests is missing: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`],
  )
  return [...missing, ...runtime]
}

async function build(): Promise<SuiteResult> {
  const begun = performance.now()
  const code = await run('electron-vite', ['build', '--logLevel', 'warn'], 5)
  return one('build', begun, code === 0 ? [] : [`build: npm run build ended with ${code}`])
}

async function runChecks(): Promise<SuiteResult> {
  const begun = performance.now()
  const failures: string[] = []
  for (const check of checks) {
    const code = await run('npm', ['run', '--silent', check], 10)
    if (code !== 0) failures.push(`${check}: ended with ${code}`)
  }
  return { ...one('checks', begun, failures), passed: checks.length - failures.length }
}

function one(suite: string, begun: number, failures: readonly string[]): SuiteResult {
  return {
    suite,
    passed: failures.length === 0 ? 1 : 0,
    failed: failures.length,
    seconds: (performance.now() - begun) / 1000,
    failures,
    notHere: [],
  }
}

async function runSuite(suite: string): Promise<SuiteResult> {
  console.log(`\n── ${suite} ──`)
  const begun = performance.now()
  const file = join(folder, `${suite}.json`)
  const args = ['run', '--project', suite, '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await run('vitest', args, all ? SUITE_MINUTES_ALL : SUITE_MINUTES)
  let json: string | undefined
  try {
    json = readFileSync(file, 'utf8')
  } catch {
    json = undefined
  }
  return countSuite(suite, json, code, (performance.now() - begun) / 1000)
}

/** Runs a program in the checkout; resolves to its exit code, 124 when it took too long. */
function run(program: string, args: readonly string[], minutes: number): Promise<number> {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: checkout, env, stdio: 'inherit' })
    let late = false
    const deadline = setTimeout(() => {
      late = true
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref()
    }, minutes * 60_000)
    const stop = (): void => void child.kill('SIGTERM')
    process.once('SIGINT', stop).once('SIGTERM', stop)
    const end = (code: number): void => {
      clearTimeout(deadline)
      process.off('SIGINT', stop).off('SIGTERM', stop)
      done(late ? 124 : code)
    }
    child.once('error', () => end(127))
    child.once('exit', (code) => end(code ?? 1))
  })
}
