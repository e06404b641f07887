// What people paste to connect: a bootstrap list, a URL, a line of a properties file. Read into a profile that can be tested.
import type { Profile } from '../../../shared/contract/control.ts'
import type { AnySystem } from '../../../shared/model/system.ts'

/** What was understood of a paste. */
export type Pasted =
  | { readonly ok: true; readonly protocol: 'kafka' | 'http'; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly why: string }

const hostPort = /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9_.-]+):(\d{1,5})$/

/** `a:9092,b:9092`, `bootstrap.servers=a:9092`, `http://flink:8081/`. User info in a URL is refused: secrets have a place of their own. */
export function readPasted(text: string): Pasted {
  const line = text.trim().replace(/^[\w.-]*bootstrap[\w.-]*\s*[=:]\s*/i, '')
  if (line === '') return { ok: false, why: 'Nothing was pasted yet.' }
  if (/^https?:\/\//i.test(line)) {
    if (!URL.canParse(line)) return { ok: false, why: 'This is not a URL.' }
    const url = new URL(line)
    if (url.username !== '' || url.password !== '')
      return { ok: false, why: 'The URL holds a user or a password: leave them out, they are asked for apart.' }
    return { ok: true, protocol: 'http', addresses: [`${url.origin}${url.pathname.replace(/\/$/, '')}`] }
  }
  const parts = line
    .split(/[\s,;]+/)
    .map((part) => part.replace(/^(PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL):\/\//, ''))
    .filter((part) => part !== '')
  const wrong = parts.find((part) => {
    const port = Number(hostPort.exec(part)?.[2] ?? 0)
    return port < 1 || port > 65_535
  })
  if (wrong !== undefined) return { ok: false, why: `"${wrong.slice(0, 60)}" is neither host:port nor a URL.` }
  return { ok: true, protocol: 'kafka', addresses: [...new Set(parts)] }
}

/** Systems that have an endpoint of this protocol; the first one is proposed. */
export function systemsFor(protocol: 'kafka' | 'http', systems: readonly AnySystem[]): readonly AnySystem[] {
  return systems.filter((s) => Object.values(s.endpoints).some((e) => e.protocol === protocol && e.optional !== true))
}

/** A profile from a paste. Its id is made of its title, with a number where it is taken. */
export function profileOf(system: AnySystem, pasted: Extract<Pasted, { ok: true }>, title: string, taken: ReadonlySet<string>): Profile {
  const endpoint = Object.entries(system.endpoints).find(([, e]) => e.protocol === pasted.protocol)?.[0] ?? ''
  const base =
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || system.id
  let id = base
  for (let n = 2; taken.has(id); n += 1) id = `${base}-${n}`
  return {
    id,
    system: system.id,
    title: title.trim() || system.title,
    endpoints: { [endpoint]: { addresses: [...pasted.addresses] } },
    settings: {},
  }
}
