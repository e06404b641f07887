// The host as a process of its own, started by the shell: hands the pages' ports to the host and answers the shell's heartbeat.
import { type Frames, portFrames } from '../../shared/contract/frames.ts'
import type { FromHost, ToHost } from './shell-messages.ts'

const shell = process.parentPort
const say = (message: FromHost): void => shell.postMessage(message)
const pages = new Map<number, Frames>()

shell.on('message', ({ data, ports }) => {
  const message = data as ToHost
  const [port] = ports
  if (message.type === 'ping') say({ type: 'pong', n: message.n })
  else if (message.type === 'close') process.exit(0)
  else if (message.type === 'drop-page') pages.get(message.id)?.close()
  else if (message.type === 'page' && port !== undefined) {
    const frames = portFrames(port)
    pages.set(message.id, frames)
    frames.onClose(() => pages.delete(message.id))
  }
})
