// Starts and ends reader processes for the host: they open strangers' files and hold no secret, so they get nothing of the
// environment but what a process needs to run.
import { join } from 'node:path'
import { MessageChannelMain, type UtilityProcess, utilityProcess } from 'electron'
import type { FromHost, ToHost } from '../host/shell-messages.ts'
import { readerFlags } from '../reader/reader-messages.ts'
import { killProcess } from './kill-process.ts'

type Send = (message: ToHost, port?: Electron.MessagePortMain) => void

export interface ReaderProcesses {
  /** Handles the host's messages about readers. */
  onMessage(message: FromHost, send: Send): void
  /** Ends all readers: their host is gone. */
  endAll(): void
}

export function readerProcesses(programs: string): ReaderProcesses {
  const running = new Map<number, UtilityProcess>()

  function start(id: number, send: Send): void {
    const reader = utilityProcess.fork(join(programs, 'reader.js'), [], {
      serviceName: 'Landscope reader',
      execArgv: [...readerFlags],
      env: { UV_THREADPOOL_SIZE: '16', TZ: 'UTC', LANG: 'C.UTF-8', PATH: '', TMPDIR: process.env.TMPDIR ?? '/tmp' },
    })
    running.set(id, reader)
    reader.on('exit', (code) => {
      if (running.get(id) !== reader) return
      running.delete(id)
      send({ type: 'reader-gone', id, code })
    })
    const { port1, port2 } = new MessageChannelMain()
    reader.postMessage({ type: 'host' }, [port1])
    send({ type: 'reader', id }, port2)
  }

  return {
    onMessage: (message, send) => {
      if (message.type === 'start-reader') start(message.id, send)
      const reader = message.type === 'kill-reader' ? running.get(message.id) : undefined
      if (reader !== undefined) killProcess(reader)
    },
    endAll: () => {
      for (const reader of running.values()) killProcess(reader)
      running.clear()
    },
  }
}
