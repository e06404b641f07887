// Starts the reader as a child of this Node process (served, command line, tests).
import { fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { entryPath } from '../host/entry-path.ts'
import { type FromReader, type ReaderLink, readerFlags } from './reader-messages.ts'

/** It gets nothing of our environment but what a process needs to run: no secret may be in it. */
const environment = (): NodeJS.ProcessEnv => ({ UV_THREADPOOL_SIZE: '16', TZ: 'UTC', LANG: 'C.UTF-8', PATH: '', TMPDIR: tmpdir() })

/** @param execPath what runs it; for tests that trace it. */
export async function forkReader(execPath: string = process.execPath): Promise<ReaderLink & { readonly pid: number | undefined }> {
  const child = fork(entryPath('reader'), [], {
    execPath,
    env: environment(),
    serialization: 'advanced',
    execArgv: [...readerFlags],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let gone = false
  child.once('exit', () => {
    gone = true
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  child.on('error', () => undefined) // a message to a process that is just ending; its end is told by 'exit'
  return {
    pid: child.pid,
    send: (message) => {
      child.send(message)
    },
    onMessage: (told) => {
      child.on('message', (message) => told(message as FromReader))
    },
    onGone: (told) => {
      if (gone) told()
      else child.once('exit', told)
    },
    kill: () => {
      child.kill('SIGKILL')
    },
  }
}
