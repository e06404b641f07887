import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

async function run(...words: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const [outs, errs]: [string[], string[]] = [[], []]
  const streams = { out: (text: string): void => void outs.push(text), err: (text: string): void => void errs.push(text) }
  const code = await runCli(words, streams, async () => undefined)
  return { code, out: outs.join(''), err: errs.join('') }
}

describe('landscope', { timeout: 60_000 }, () => {
  it('shows a short page of help for itself and for each command', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const command of ['serve', 'connections', 'capture', 'inspect', 'records', 'check']) {
      expect(out).toContain(command)
      const help = await run(command, '--help')
      expect(help.code).toBe(0)
      expect(help.out.split('\n').length).toBeLessThan(30)
    }
    expect((await run('connections', 'add', '--help')).out).toContain('--endpoint')
  })

  it.each([
    [['bogus'], 'bad-request'],
    [['records'], 'bad-request'],
    [['records', 'kafka', '--source', 'x'], 'bad-request'],
    [['check', '--soruce', 'x'], 'bad-request'],
    [['check', 'extra'], 'bad-request'],
    [['check', '--source', '/nowhere/at/all.lsnap'], 'not-found'],
    [['inspect', '/nowhere/at/all.lsnap'], 'not-found'],
    [['serve', '--port', '99999'], 'bad-request'],
  ])('ends %j with exit code 2 and one line that says %s', async (words, code) => {
    const ran = await run(...words)
    expect(ran.code).toBe(2)
    expect(ran.out).toBe('')
    expect(ran.err).toMatch(new RegExp(`^landscope: ${code}: .+\\n$`))
  })
})
