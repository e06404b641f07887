// The host as a process of its own, started by the shell: hands the pages' ports to the host and answers the shell's heartbeat.
import type { FromHost, ToHost } from './shell-messages.ts'

const shell = process.parentPort
const say = (message: FromHost): void => shell.postMessage(message)

shell.on('message', ({ data, ports }) => {
  const message = data as ToHost
  const [port] = ports
  if (message.type === 'ping') say({ type: 'pong', n: message.n })
  else if (message.type === 'close') process.exit(0)
  else if (message.type === 'page' && port !== undefined) {
    port.on('close', () => say({ type: 'page-closed', id: message.id }))
    port.start()
  }
})
