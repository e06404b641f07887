// The toy in a thread of its own, for tests of threads.
import { parentPort } from 'node:worker_threads'
import type { Connect } from '../../../shared/model/connector.ts'
import type { AnySystem } from '../../../shared/model/system.ts'
import { serveWorker } from '../serve-worker.ts'
import { threadPort } from '../thread-port.ts'
import { threadToy } from './toy-connect.ts'
import { toy } from './toy-system.ts'

if (parentPort !== null)
  serveWorker(threadPort(parentPort), async () => ({ declared: toy, connect: threadToy as unknown as Connect<AnySystem> }))
