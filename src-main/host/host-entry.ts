// The host as a process of its own, started by the shell with `--profile DIR` and perhaps `--window MS` (W): hands the pages' ports to the host, answers the shell's
// heartbeat, and asks the shell for reader processes.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import '../net/with-resolvers.ts'
import { type Frames, portFrames } from '../../shared/contract/frames.ts'
import { errorData } from '../../shared/model/app-error.ts'
import type { ShutDoor } from '../served/profile-door.ts'
import { hostLog } from './host-log.ts'
import { openHost } from './open-host.ts'
import { defaultProfileFolder } from './profile-folder.ts'
import type { FromHost, ToHost } from './shell-messages.ts'
import { shellReaders } from './shell-readers.ts'

/** How long the first pages wait for the file that is opened at the start. */
const OPENING_MS = 5_000

const shell = process.parentPort
const say = (message: FromHost): void => shell.postMessage(message)
const { values } = parseArgs({ options: { profile: { type: 'string' }, window: { type: 'string' } } })

const pages = new Map<number, Frames>()
const readers = shellReaders(say)
const profile = values.profile ?? defaultProfileFolder()
const host = openHost({
  profile,
  mode: 'window',
  ...(values.window === undefined ? {} : { windowMs: Number(values.window) }),
  startReader: readers.start,
  onFiles: (paths) => say({ type: 'files', paths }),
})
let opening: Promise<unknown> = host
let door: Promise<ShutDoor> | undefined
let closing = false
let isOpen = false
void host.then(
  async (opened) => {
    isOpen = true
    await opening.catch(() => undefined) // the first page does not wait for the door
    const { openProfileDoor } = await import('../served/profile-door.ts')
    if (!closing) door = openProfileDoor(profile, opened, (message) => hostLog({ level: 'warn', what: 'profile door', message }))
  },
  () => undefined,
)
host.catch((error: unknown) => {
  console.error('The host could not be opened:', error) // goes into the shell's report
  process.exit(1)
})

shell.on('message', ({ data, ports }) => {
  const message = data as ToHost
  const [port] = ports
  switch (message.type) {
    case 'ping':
      return say({ type: 'pong', n: message.n })
    case 'page':
      if (port !== undefined) void attach(message.id, portFrames(port))
      return
    case 'drop-page':
      return pages.get(message.id)?.close()
    case 'open':
      if (!isOpen) readers.warm()
      opening = opening.then(() => open(message.file, message.again === true))
      return
    case 'reader':
      return port === undefined ? undefined : readers.started(message.id, port)
    case 'reader-gone':
      return readers.gone(message.id)
    case 'close':
      void close()
      return
  }
})

async function attach(id: number, frames: Frames): Promise<void> {
  pages.set(id, frames)
  frames.onClose(() => pages.delete(id))
  const answering = await host
  await Promise.race([opening, sleep(OPENING_MS, undefined, { ref: false })])
  answering.attach(frames)
}

async function open(file: string, again: boolean): Promise<void> {
  const opened = await host
  try {
    const source = await opened.openFile(file)
    if (!again) say({ type: 'opened', source })
  } catch (thrown) {
    const { message, hint } = errorData(thrown)
    say({ type: 'not-opened', file, says: `${message} ${hint}` })
  }
}

async function close(): Promise<void> {
  closing = true
  const opened = await host
  await (await door)?.()
  await opened.close()
  process.exit(0)
}
