// A served host as a process of its own, with two things people do not get: a window W of its own length, and an end for a
// connection's thread. Started by `served-lab.ts` with `--profile DIR --window MS`.
import { parseArgs } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { openHost } from '../../src-main/host/open-host.ts'
import { forkReader } from '../../src-main/reader/fork-reader.ts'
import { serveHost } from '../../src-main/served/serve-host.ts'

const { values } = parseArgs({ options: { profile: { type: 'string' }, window: { type: 'string' } } })
if (values.profile === undefined || values.window === undefined) throw new Error('--profile DIR --window MS')

// Node tells of every thread it starts; a connection's is called like the connection.
const threads = new Map<string, Worker>()
process.on('worker', (worker) => {
  if (worker.threadName !== null) threads.set(worker.threadName, worker)
})

const host = await openHost({
  profile: values.profile,
  mode: 'served',
  windowMs: Number(values.window),
  startReader: () => forkReader(),
})
const served = await serveHost(host)

const end = async (): Promise<void> => {
  await served.close()
  process.exit(0)
}
process.on('message', (message: { readonly endThread: string } | 'close') => {
  if (message === 'close') void end()
  else void threads.get(message.endThread)?.terminate()
})
process.on('disconnect', () => void end())
process.send?.({ url: served.url })
