// How `npm run lab -- break …` reaches the lab that runs in another terminal: a local socket, one line there, one back.
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cacheFolder } from '../../src-main/cli/start-cache.ts'

/** What a running lab tells those who come later. */
export interface LabState {
  readonly pid: number
  readonly socket: string
  /** Addresses by name, as printed at the start. */
  readonly addresses: Readonly<Record<string, string>>
}

function stateFile(): string {
  return path.join(cacheFolder(), 'lab.json')
}

/** The running lab of this cache, or undefined. */
export function runningLab(): LabState | undefined {
  if (!existsSync(stateFile())) return undefined
  const state = JSON.parse(readFileSync(stateFile(), 'utf8')) as LabState
  try {
    process.kill(state.pid, 0)
    return state
  } catch {
    return undefined
  }
}

/** Sends one command and gives the lab's answer; fails with its reason where it refuses. */
export function tellLab(state: LabState, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = openSocket(state.socket)
    socket.on('error', (error) => reject(new Error(`the lab does not answer: ${error.message}`)))
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
    socket.on('end', () => {
      if (text.startsWith('error: ')) reject(new Error(text.slice('error: '.length)))
      else resolve(text)
    })
    socket.end(`${JSON.stringify(words)}\n`)
  })
}

/** Answers commands until it is closed, and writes the state file by which they find the way. */
export async function listenForCommands(
  addresses: Readonly<Record<string, string>>,
  answer: (words: readonly string[]) => Promise<string>,
): Promise<{ close(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'landscope-lab-'))
  const socket = path.join(folder, 'control.sock')
  const server = createServer({ allowHalfOpen: true }, (client) => {
    let line = ''
    client.on('error', () => undefined)
    client.on('data', (chunk: Buffer) => {
      line += chunk.toString('utf8')
      if (!line.endsWith('\n')) return
      answer(JSON.parse(line) as readonly string[])
        .catch((error: unknown) => `error: ${error instanceof Error ? error.message : String(error)}`)
        .then((text) => client.end(text))
        .catch(() => undefined)
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve))
  await chmod(socket, 0o600)
  await mkdir(cacheFolder(), { recursive: true })
  const state: LabState = { pid: process.pid, socket, addresses }
  await writeFile(stateFile(), JSON.stringify(state))
  return {
    close: async () => {
      server.close()
      await rm(folder, { recursive: true, force: true })
      await rm(stateFile(), { force: true })
    },
  }
}
