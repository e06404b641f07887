// `landscope inspect FILE`: what a file is, and whether all of it is whole. Exit code 1 where parts are damaged.
import { resolve } from 'node:path'
import { type CommandDef, defineCommand } from 'citty'
import type { SourceAnswer } from '../../shared/contract/control.ts'
import { plain } from '../../shared/model/sentence.ts'
import { jsonArg, onlyKnown } from './arguments.ts'
import { withHost } from './host-client.ts'
import { jsonLine, type Streams, tableText, visible } from './print.ts'

const args = { file: { type: 'positional', description: 'A snapshot (.lsnap)', required: true }, ...jsonArg } as const

export function inspectCommand({ out }: Streams, exit: (code: number) => void): CommandDef<typeof args> {
  return defineCommand({
    meta: { name: 'inspect', description: 'Say what a snapshot holds and check every part of it' },
    args,
    run: async ({ args: given }) => {
      onlyKnown(given, args)
      const answer = await withHost('nobody', (client) => client.snapshots.verify({ path: resolve(given.file) }))
      exit(answer.verified === 'verified' ? 0 : 1)
      const { manifest, verified, damaged, ignored, says } = answer
      out(given.json === true ? jsonLine({ manifest, verified, damaged, ignored, says: plain(says) }) : asText(answer))
    },
  })
}

function asText({ manifest, verified, damaged, ignored, says }: SourceAnswer): string {
  const moments = manifest.moments.map((one) => [one.at, visible(one.name)])
  const collections = manifest.collections.map((one) => [`${one.system}.${one.name}`, String(one.rows)])
  return [
    `${visible(manifest.title)}\n${visible(plain(says))}\n${verified}, profile ${visible(manifest.redaction.profile)}\n`,
    damaged.map((name) => `damaged: ${visible(name)}\n`).join(''),
    ignored.map((name) => `not known here: ${visible(name)}\n`).join(''),
    tableText(['collection', 'versions'], collections),
    moments.length === 0 ? '' : tableText(['moment', 'what'], moments),
  ].join('')
}
