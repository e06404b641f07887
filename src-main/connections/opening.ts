// What a worker needs to open a connection, from its profile: addresses normalised, settings as declared, the hosts it may speak to.
import type { Profile } from '../../shared/contract/control.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { EndpointSetting } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import type { Opening } from '../collecting/worker-messages.ts'
import { parseAddresses } from './addresses.ts'
import { parseValues } from './parse-values.ts'

/** bad-request: an endpoint that is not declared or is missing, an address that is none, a setting of another type. */
export function openingOf(profile: Profile, system: AnySystem): Opening {
  const odd = Object.keys(profile.endpoints).find((name) => !Object.hasOwn(system.endpoints, name))
  if (odd !== undefined) throw new AppError('bad-request', `${system.title} has no endpoint ${odd}.`, { system: system.id })
  const hosts = new Set<string>()
  const endpoints: Record<string, EndpointSetting> = {}
  for (const [name, declared] of Object.entries(system.endpoints)) {
    const given = profile.endpoints[name]
    const addresses = given === undefined ? [] : parseAddresses(declared.protocol, given.addresses)
    if (addresses.length === 0 && declared.optional !== true)
      throw new AppError('bad-request', `${declared.title} needs an address, like ${declared.example}.`, { system: system.id })
    if (given === undefined || addresses.length === 0) continue
    if (addresses.length > 1 && !declared.many)
      throw new AppError('bad-request', `${declared.title} has one address only.`, { system: system.id })
    if (addresses.some((a) => a.signIn !== undefined))
      throw new AppError('bad-request', `The address of ${declared.title} holds a password.`, {
        system: system.id,
        hint: 'Save it as a credential instead; addresses are shown and written down.',
      })
    for (const address of addresses) hosts.add(address.host)
    endpoints[name] = {
      addresses: addresses.map((a) => a.text),
      ...(given.tls === undefined ? {} : { tls: tlsOf(given.tls) }),
      ...(given.credential === undefined ? {} : { credential: given.credential }),
    }
  }
  return { system: system.id, settings: parseValues(system.settings, profile.settings, system.title), endpoints, allowed: [...hosts] }
}

function tlsOf(tls: NonNullable<Profile['endpoints'][string]['tls']>): NonNullable<EndpointSetting['tls']> {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
    ...(tls.insecure === undefined ? {} : { insecure: tls.insecure }),
  }
}
