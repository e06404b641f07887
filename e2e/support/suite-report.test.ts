import { describe, expect, it } from 'vitest'
import { reasonNotToRun } from './never-here.ts'
import { countSuite, lastLine, suiteTable } from './suite-report.ts'

const test = (fullName: string, status: string, failureMessages: string[] = []) => ({ fullName, status, duration: 1, failureMessages })
const file = (status: string, assertionResults: ReturnType<typeof test>[], message = '') => ({
  name: '/code/src-main/a/b.test.ts',
  status,
  message,
  assertionResults,
})
const json = (testResults: ReturnType<typeof file>[], success = true): string => JSON.stringify({ success, testResults })

describe('countSuite', () => {
  it('counts what passed', () => {
    expect(countSuite('unit', json([file('passed', [test('a', 'passed'), test('b', 'passed')])]), 0, 1)).toMatchObject({
      passed: 2,
      failed: 0,
      failures: [],
    })
  })

  it('names what failed, with its file and the beginning of its message', () => {
    const result = countSuite('unit', json([file('failed', [test('a', 'passed'), test('b', 'failed', ['Error: no\n at x'])])], false), 1, 1)
    expect(result).toMatchObject({ passed: 1, failed: 1, failures: ['src-main/a/b.test.ts › b: Error: no'] })
  })

  it.each(['skipped', 'pending', 'todo', 'disabled'])('counts a %s test as failed', (status) => {
    expect(countSuite('unit', json([file('passed', [test('a', status)])]), 0, 1)).toMatchObject({ passed: 0, failed: 1 })
  })

  it('counts a file that could not be loaded as one failure', () => {
    expect(countSuite('unit', json([file('failed', [], 'SyntaxError: x\n at y')], false), 1, 1).failures).toEqual([
      'src-main/a/b.test.ts: SyntaxError: x',
    ])
  })

  it.each([undefined, '', '{', '{}', '[]'])('counts a run without a readable report as failed: %j', (text) => {
    expect(countSuite('unit', text, 0, 1)).toMatchObject({ passed: 0, failed: 1 })
  })

  it('counts a run that ended badly as failed although every test passed', () => {
    expect(countSuite('unit', json([file('passed', [test('a', 'passed')])]), 1, 1)).toMatchObject({ passed: 1, failed: 1 })
  })

  it('counts nothing for a suite without tests', () => {
    expect(countSuite('soak', json([]), 0, 1)).toMatchObject({ passed: 0, failed: 0 })
  })
})

describe('the end of a run', () => {
  const results = [countSuite('unit', json([file('passed', [test('a', 'passed')])]), 0, 1.25), countSuite('app', undefined, 1, 2)]

  it('is one line that adds all suites up', () => {
    expect(lastLine(results)).toBe('1 passed, 1 failed')
  })

  it('comes after a table with a line a suite', () => {
    expect(suiteTable(results).split('\n')).toHaveLength(3)
  })
})

describe('a test that a machine can never run', () => {
  const list = [
    { test: 'S15 asar', reason: 'macOS only', here: true },
    { test: 'S22', reason: 'Windows only', here: false },
  ]

  it('is known by the beginning of its name, on such a machine only', () => {
    expect(reasonNotToRun('S15 asar is whole', list)).toBe('macOS only')
    expect(reasonNotToRun('S22 updates', list)).toBeUndefined()
    expect(reasonNotToRun('S1', list)).toBeUndefined()
  })
})
