// `landscope serve`: the app for a browser of this machine.
import { type CommandDef, defineCommand } from 'citty'
import { AppError } from '../../shared/model/app-error.ts'
import { defaultProfileFolder } from '../host/profile-folder.ts'
import { jsonArg, onlyKnown, profileArg } from './arguments.ts'
import { jsonLine, type Streams } from './print.ts'

const args = {
  ...profileArg,
  port: { type: 'string', description: 'Port on 127.0.0.1 (default: a free one)', valueHint: 'N' },
  open: { type: 'string', description: 'Open this file first', valueHint: 'FILE' },
  ...jsonArg,
} as const

/** @param stopped settles when it is to end: the person's Ctrl+C, or a test. */
export function serveCommand({ out }: Streams, stopped: () => Promise<void>): CommandDef<typeof args> {
  return defineCommand({
    meta: { name: 'serve', description: 'Serve the app to a browser of this machine; prints its address, which works once' },
    args,
    run: async ({ args: given }) => {
      onlyKnown(given, args)
      const port = given.port === undefined ? 0 : Number(given.port)
      if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new AppError('bad-request', `--port ${given.port} is no port.`)
      const { serve } = await import('../served/serve.ts')
      const served = await serve({
        profile: given.profile ?? defaultProfileFolder(),
        port,
        ...(given.open === undefined ? {} : { open: given.open }),
      })
      const ended = stopped()
      out(given.json === true ? jsonLine({ url: served.url, origin: served.origin, pid: process.pid }) : `${served.url}\n`)
      await ended
      await served.close()
    },
  })
}
