// A host in a process of its own behind a WebSocket, to be killed by the conformance suite. Prints its port.
import { WebSocketServer } from 'ws'
import { socketFrames } from '../../../shared/contract/frames.ts'
import { attach, implementContract } from '../attach.ts'
import { conformanceHandlers } from './handlers.ts'

const router = implementContract(conformanceHandlers().handlers)
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0) })
server.on('connection', (socket) => void attach(router, socketFrames(socket)))
server.on('listening', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`)
})
process.on('disconnect', () => process.exit(0))
