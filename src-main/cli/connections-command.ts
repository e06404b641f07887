// `landscope connections`: what is connected, from a terminal. Secrets are never typed here.
import { type CommandDef, defineCommand } from 'citty'
import type { ConnectionAnswer, Profile } from '../../shared/contract/control.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Field } from '../../shared/model/fields.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { systems } from '../../shared/systems/index.ts'
import { jsonArg, onlyKnown, profileArg } from './arguments.ts'
import { type HostClient, withHost } from './host-client.ts'
import { jsonLine, type Streams, tableText, visible } from './print.ts'

const known: Readonly<Record<string, AnySystem>> = systems
const addArgs = {
  system: { type: 'positional', description: `Which system: ${Object.keys(systems).join(', ')}`, required: true },
  addresses: { type: 'positional', description: 'HOST:PORT,HOST:PORT or a URL, for its first endpoint', required: true },
  id: { type: 'string', description: 'Its id (default: the system, numbered)', valueHint: 'ID' },
  title: { type: 'string', description: 'What it is called', valueHint: 'TEXT' },
  endpoint: { type: 'string', description: 'Another endpoint: NAME=ADDRESS,ADDRESS; several with spaces between', valueHint: 'NAME=…' },
  setting: { type: 'string', description: 'Settings: NAME=VALUE; several with spaces between', valueHint: 'NAME=…' },
  ...profileArg,
  ...jsonArg,
} as const
const oneArgs = { id: { type: 'positional', description: 'Its id', required: true }, ...profileArg, ...jsonArg } as const
const listArgs = { ...profileArg, ...jsonArg } as const

export function connectionsCommand(streams: Streams, exit: (code: number) => void): CommandDef {
  const { out } = streams
  const add = defineCommand({
    meta: { name: 'add', description: 'Keep a connection in the profile' },
    args: addArgs,
    run: async ({ args }) => {
      onlyKnown(args, addArgs)
      await withHost({ profile: args.profile }, async (client) => {
        const { connections: before } = await client.connections.list({})
        const profile = profileOf(args, before)
        const { connections } = await client.connections.change({ do: 'put', profile })
        out(args.json === true ? jsonLine({ connections: connections.map((one) => one.profile) }) : `${profile.id}\n`)
      })
    },
  })
  const list = defineCommand({
    meta: { name: 'list', description: 'List the connections of the profile' },
    args: listArgs,
    run: async ({ args }) => {
      onlyKnown(args, listArgs)
      const { connections } = await withHost({ profile: args.profile }, (client) => client.connections.list({}))
      out(args.json === true ? jsonLine({ connections }) : listText(connections))
    },
  })
  const remove = defineCommand({
    meta: { name: 'remove', description: 'Forget a connection; what was recorded of it stays' },
    args: oneArgs,
    run: async ({ args }) => {
      onlyKnown(args, oneArgs)
      await withHost({ profile: args.profile }, async (client) => {
        await profileNamed(client, args.id)
        const { connections } = await client.connections.change({ do: 'remove', id: args.id })
        if (args.json === true) out(jsonLine({ connections: connections.map((one) => one.profile) }))
      })
    },
  })
  const test = defineCommand({
    meta: { name: 'test', description: 'Try a connection step by step; exit code 1 where a step fails' },
    args: oneArgs,
    run: async ({ args }) => {
      onlyKnown(args, oneArgs)
      await withHost({ profile: args.profile }, async (client) => {
        const steps: { readonly name: string; readonly ok: boolean; readonly detail: string }[] = []
        for await (const step of await client.connections.test({ profile: await profileNamed(client, args.id) })) {
          steps.push(step)
          if (args.json !== true) out(`${step.ok ? 'ok    ' : 'FAILED'} ${visible(step.name)}: ${visible(step.detail)}\n`)
        }
        exit(steps.every((step) => step.ok) ? 0 : 1)
        if (args.json === true) out(jsonLine({ steps }))
      })
    },
  })
  return defineCommand({
    meta: { name: 'connections', description: 'Add, list, test and remove connections' },
    subCommands: { add, list, test, remove },
  })
}

async function profileNamed(client: HostClient, id: string): Promise<Profile> {
  const { connections } = await client.connections.list({})
  const found = connections.find((one) => one.profile.id === id)
  if (found === undefined) throw new AppError('not-found', `There is no connection ${id}.`, { hint: 'See landscope connections list.' })
  return found.profile
}

/** The profile that was typed. bad-request names what is not declared. */
export function profileOf(
  typed: {
    readonly system: string
    readonly addresses: string
    readonly id?: string | undefined
    readonly title?: string | undefined
    readonly endpoint?: string | undefined
    readonly setting?: string | undefined
  },
  before: readonly ConnectionAnswer[],
): Profile {
  const system = known[typed.system]
  if (system === undefined || !Object.hasOwn(known, typed.system)) {
    throw new AppError('bad-request', `There is no system ${typed.system}.`, { hint: `Known: ${Object.keys(known).join(', ')}.` })
  }
  const [first = ''] = Object.keys(system.endpoints)
  const endpoints = new Map([[first, typed.addresses.split(',')]])
  for (const [name, value] of pairs(typed.endpoint)) {
    if (!Object.hasOwn(system.endpoints, name)) throw new AppError('bad-request', `${system.title} has no endpoint ${name}.`)
    endpoints.set(name, value.split(','))
  }
  const settings: Record<string, Profile['settings'][string]> = {}
  for (const [name, value] of pairs(typed.setting)) {
    const field = system.settings[name]
    if (field === undefined) throw new AppError('bad-request', `${system.title} has no setting ${name}.`)
    settings[name] = settingValue(field, value)
  }
  const taken = new Set(before.map((one) => one.profile.id))
  const numbered = Array.from({ length: taken.size + 1 }, (_, i) => (i === 0 ? typed.system : `${typed.system}-${i + 1}`))
  const id = typed.id ?? numbered.find((one) => !taken.has(one)) ?? typed.system
  return {
    id,
    system: typed.system,
    title: typed.title ?? id,
    endpoints: Object.fromEntries([...endpoints].map(([name, addresses]) => [name, { addresses: addresses.map((one) => one.trim()) }])),
    settings,
  }
}

function pairs(typed: string | undefined): readonly (readonly [string, string])[] {
  return (typed ?? '')
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => {
      const at = one.indexOf('=')
      if (at < 1) throw new AppError('bad-request', `${one} is not NAME=VALUE.`)
      return [one.slice(0, at), one.slice(at + 1)]
    })
}

function settingValue(field: Field, value: string): Profile['settings'][string] {
  if (field.kind === 'flag') return value === 'true'
  if (field.kind === 'list') return value.split(',')
  if (field.column === 'BIGINT') return /^-?\d{1,19}$/.test(value) ? BigInt(value) : value
  return field.column === 'DOUBLE' && value !== '' && !Number.isNaN(Number(value)) ? Number(value) : value
}

function listText(connections: readonly ConnectionAnswer[]): string {
  const rows = connections.map(({ profile, instance }) => [
    visible(profile.id),
    profile.system,
    visible(profile.title),
    visible(
      Object.values(profile.endpoints)
        .flatMap((one) => one.addresses)
        .join(', '),
    ),
    visible(instance ?? ''),
  ])
  return tableText(['id', 'system', 'title', 'addresses', 'instance'], rows)
}
