// Reads what vitest reports of a suite and adds suites up. A test that was skipped, a file that could not be loaded and a run that
// ended badly without naming a test all count as failed: a suite is green only if everything it holds ran and passed.
import { z } from 'zod'
import { reasonNotToRun } from './never-here.ts'

const report = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          duration: z.number().nullish(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})

/** How one suite went. `failures` and `notHere` name what did not pass and what this machine can never run. */
export interface SuiteResult {
  readonly suite: string
  readonly passed: number
  readonly failed: number
  readonly seconds: number
  readonly failures: readonly string[]
  readonly notHere: readonly string[]
}

/**
 * Counts a suite.
 * @param json vitest's JSON report, or undefined when it wrote none
 * @param exitCode of vitest
 */
export function countSuite(suite: string, json: string | undefined, exitCode: number, seconds: number): SuiteResult {
  const read = json === undefined ? undefined : report.safeParse(parsed(json))
  if (read?.success !== true) {
    return { suite, passed: 0, failed: 1, seconds, failures: [`${suite}: ended with ${exitCode} and without a report`], notHere: [] }
  }
  const failures: string[] = []
  const notHere: string[] = []
  let passed = 0
  for (const file of read.data.testResults) {
    const place = file.name.replace(/^.*?\/(?=(?:src-main|src-renderer|shared|e2e)\/)/, '')
    for (const test of file.assertionResults) {
      const reason = test.status === 'passed' || test.status === 'failed' ? undefined : reasonNotToRun(test.fullName)
      if (test.status === 'passed') passed += 1
      else if (reason !== undefined) notHere.push(`${test.fullName}: ${reason}`)
      else
        failures.push(
          `${place} › ${test.fullName}: ${test.status === 'failed' ? beginning(test.failureMessages?.[0]) : `it was ${test.status}`}`,
        )
    }
    const blamed = file.assertionResults.some((test) => test.status !== 'passed')
    if (file.status === 'failed' && !blamed) failures.push(`${place}: ${beginning(file.message)}`)
  }
  if (failures.length === 0 && (exitCode !== 0 || !read.data.success))
    failures.push(`${suite}: ended with ${exitCode}, though no test failed`)
  return { suite, passed, failed: failures.length, seconds, failures, notHere }
}

/** The last line of a run. */
export function lastLine(results: readonly SuiteResult[]): string {
  const sum = (pick: (result: SuiteResult) => number): number => results.reduce((total, result) => total + pick(result), 0)
  return `${sum((r) => r.passed)} passed, ${sum((r) => r.failed)} failed`
}

/** One line a suite, columns aligned. */
export function suiteTable(results: readonly SuiteResult[]): string {
  const row = (cells: readonly string[]): string => cells.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(9))).join('')
  return [
    row(['suite', 'passed', 'failed', 'not here', 'seconds']),
    ...results.map((r) => row([r.suite, String(r.passed), String(r.failed), String(r.notHere.length), r.seconds.toFixed(1)])),
  ].join('\n')
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Enough of a message to begin with: of a random test that failed also its seed and what it failed on. */
function beginning(message: string | undefined): string {
  const lines = (message ?? '').trim().split('\n')
  const isPlace = (line: string): boolean => /^\s*at /.test(line)
  const end = lines.findIndex(isPlace)
  return (
    lines
      .slice(0, end === -1 ? 3 : Math.min(end, 3))
      .join(' ')
      .slice(0, 600) || 'failed without a message'
  )
}
