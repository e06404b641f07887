// The reader process: opens strangers' files and answers questions over them. It has no secret, opens no socket, and ends itself
// when its memory grows past its bound or its host is gone.
import { stretchTripwire } from '../net/tripwire.ts'
import { filePorts } from './file-ports.ts'
import { endNow, watchMemory } from './memory-watch.ts'
import type { FromReader, ToReader } from './reader-messages.ts'
import { serveReader } from './serve-reader.ts'

watchMemory()
stretchTripwire(() => undefined)

/** Only Electron's utility process has it. */
const shell: Electron.ParentPort | undefined = process.parentPort
if (shell !== undefined) {
  shell.on('message', ({ ports: [port] }) => {
    if (port === undefined) return
    const handle = serveReader(filePorts, (message: FromReader) => port.postMessage(message))
    port.on('message', ({ data }) => handle(data as ToReader))
    port.on('close', endNow)
    port.start()
  })
} else {
  const handle = serveReader(filePorts, (message: FromReader) => process.send?.(message))
  process.on('message', (message) => handle(message as ToReader))
  process.on('disconnect', endNow)
}
