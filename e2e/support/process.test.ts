import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startProcess, waitFor } from './process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'landscope-process-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A zombie that nobody reaps still answers signal 0.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const shell = (name: string, script: string, stopWithinMs?: number) =>
  startProcess({
    name,
    command: '/bin/sh',
    args: ['-c', script],
    logFile: path.join(folder, `${name}.log`),
    ...(stopWithinMs ? { stopWithinMs } : {}),
  })

describe('a child process', () => {
  it('writes its log and ends at SIGTERM', async () => {
    const child = await shell('sleeper', 'echo hello; exec sleep 1000')
    await waitFor('the first line', () => child.logTail().includes('hello'))
    await child.stop()
    expect((await child.exited).signal).toBe('SIGTERM')
    expect(exists(child.pid)).toBe(false)
  })

  it('is killed when SIGTERM is ignored', async () => {
    const child = await shell('stubborn', 'trap "" TERM; echo up; while :; do sleep 0.05; done', 200)
    await waitFor('the trap', () => child.logTail().includes('up'))
    await child.stop()
    expect((await child.exited).signal).toBe('SIGKILL')
  })

  it('stops although it is frozen', async () => {
    const child = await shell('frozen', 'exec sleep 1000')
    await child.pause()
    await child.stop()
    expect(exists(child.pid)).toBe(false)
  })

  it('that ends early fails the wait at once, with its log', async () => {
    const child = await shell('short', 'echo no such file; exit 3')
    await expect(waitFor('never', () => false, { processes: [child] })).rejects.toThrow(
      /short ended while waiting for never:\nno such file/,
    )
  })

  it('that cannot be started is named', async () => {
    const start = startProcess({ name: 'ghost', command: '/no/such/program', args: [], logFile: path.join(folder, 'ghost.log') })
    await expect(start).rejects.toThrow(/ghost did not start: .*ENOENT/)
  })

  it('does not outlive a parent that dies by kill -9', async () => {
    const module = new URL('./process.ts', import.meta.url).href
    const program = `
      const { startProcess } = await import(${JSON.stringify(module)})
      const child = await startProcess({ name: 'orphan', command: 'sleep', args: ['1000'], logFile: ${JSON.stringify(path.join(folder, 'orphan.log'))} })
      await child.pause()
      console.log(child.pid)
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (line) => resolve(Number(line))))
    expect(exists(pid)).toBe(true)
    parent.kill('SIGKILL')
    await waitFor('the orphan to end', () => !exists(pid), { withinMs: 10_000 })
  })
})
