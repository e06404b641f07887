/** Which targets a connection may open sockets to, and how long it may wait. Announced hosts (metadata, redirects) pass the same door. */
import { isIP } from 'node:net'
import { AppError } from '../../shared/model/app-error.ts'

export interface NetPolicy {
  readonly system: string
  /** Host names and addresses a person entered or allowed; `*.example.net` allows every name below a domain. Compared without case. */
  readonly hosts: readonly string[]
  readonly connectDeadlineMs: number
  readonly requestDeadlineMs: number
  /** False until a person unlocks the connection: a request that could change something is refused before it is written. */
  readonly writes: boolean
}

export interface Target {
  readonly host: string
  readonly port: number
}

export const connectDeadlineMs = 5_000
export const requestDeadlineMs = 15_000

/** A read-only policy for the given hosts with the usual deadlines (5 s to connect, 15 s for an answer). */
export function readOnlyPolicy(system: string, hosts: readonly string[]): NetPolicy {
  return { system, hosts, connectDeadlineMs, requestDeadlineMs, writes: false }
}

/** `host:port`, with brackets around an IPv6 address. */
export function targetText(target: Target): string {
  return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
}

const plain = (host: string): string =>
  host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[|\]$/g, '')

function matches(allowed: string, host: string): boolean {
  if (allowed.startsWith('*.')) return isIP(host) === 0 && host.endsWith(allowed.slice(1))
  return allowed === host
}

/**
 * Lets a target pass or throws. `forbidden`: the host is not one a person entered or allowed (a server announced it);
 * `bad-request`: the host is empty, holds characters no host has, or the port is not 1–65535.
 */
export function checkTarget(policy: NetPolicy, host: string, port: number): void {
  const target = targetText({ host, port })
  const wanted = plain(host)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new AppError('bad-request', `Port ${port} is not between 1 and 65535.`, { system: policy.system, target })
  if (!/^[a-z0-9._:%-]+$/.test(wanted))
    throw new AppError('bad-request', 'The host name is empty or holds characters no host has.', { system: policy.system, target })
  if (policy.hosts.some((allowed) => matches(plain(allowed), wanted))) return
  throw new AppError('forbidden', `The server names ${target}, a host that nobody allowed for this connection.`, {
    system: policy.system,
    target,
    hint: `If ${wanted} belongs to this ${policy.system}, add it to the allowed hosts of the connection.`,
  })
}
