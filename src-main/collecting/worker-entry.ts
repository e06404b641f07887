// The thread of one connection: loads that system's connector and serves it.
import { parentPort } from 'node:worker_threads'
import { AppError } from '../../shared/model/app-error.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { systems } from '../../shared/systems/index.ts'
import { rooms } from '../systems/index.ts'
import type { AnyRoom } from '../systems/room.ts'
import { type LoadConnect, serveWorker } from './serve-worker.ts'
import { threadPort } from './thread-port.ts'

const load: LoadConnect = async (system) => {
  if (!Object.hasOwn(systems, system)) throw new AppError('bad-request', `This version has no system ${system}.`)
  const declared = (systems as Readonly<Record<string, AnySystem>>)[system]
  const room = (rooms as unknown as Readonly<Record<string, AnyRoom>>)[system]
  if (declared === undefined || room === undefined) throw new AppError('bad-request', `This version has no system ${system}.`)
  return { declared, connect: await room.connect() }
}
if (parentPort !== null) serveWorker(threadPort(parentPort), load)
