// A display for windows: the one that is there, else an own Xvfb on a free number, which ends with the test.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { endProcess } from './free-of-leftovers.ts'

export interface Display {
  /** Value for `DISPLAY`. */
  readonly name: string
  close(): Promise<void>
}

/** Starts an Xvfb of 1600 × 1000 on a number that it finds free itself. Rejects, naming the package, where there is no Xvfb. */
export async function startDisplay(): Promise<Display> {
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await displayNumber(xvfb)
  return { name: `:${number}`, close: () => endProcess(xvfb) }
}

async function displayNumber(xvfb: ChildProcess): Promise<string> {
  const pipe = xvfb.stdio[3]
  if (pipe === null || pipe === undefined || !('read' in pipe)) throw new Error('Xvfb has no pipe to tell its number')
  const failed = Promise.race([
    once(xvfb, 'error').then(([error]) => {
      throw new Error('Xvfb could not be started; Debian has it in the package xvfb', { cause: error })
    }),
    once(xvfb, 'exit').then(([code]) => {
      throw new Error(`Xvfb ended with ${code} before it had a display`)
    }),
  ])
  const [line] = await Promise.race([once(createInterface(pipe), 'line'), failed])
  failed.catch(() => {}) // its end later is what `close` asks for
  return String(line)
}
