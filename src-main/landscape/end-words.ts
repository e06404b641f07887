/** What people call an end that no record stands for: a record inside a topic, a host, a topic of a cluster nobody connected. */
import type { End } from '../../shared/model/edge.ts'

const digits = (text: string | undefined): string => (text ?? '').replace(/\B(?=(\d{3})+$)/g, ',')

/** kind → its label from its name; all others show their name, parts joined by `/`. */
const words: Readonly<Record<string, (name: readonly string[]) => string>> = {
  'kafka.record': ([topic, partition, offset]) => `${topic}-${partition} @ ${digits(offset)}`,
  'kafka.partition': ([topic, partition]) => `${topic}-${partition}`,
}

export function endLabel(end: Pick<End, 'kind' | 'name'>): string {
  return words[end.kind]?.(end.name) ?? end.name.join('/')
}

/** The end behind a node id of the form `end:kind:instance:name`; undefined for URNs. */
export function parseEnd(id: string): End | undefined {
  if (!id.startsWith('end:')) return undefined
  const [, kind, ...rest] = id.split(':')
  const name = rest.pop()
  if (kind === undefined || name === undefined) return undefined
  const instance = rest.join(':')
  try {
    return { kind, name: name.split('/').map(decodeURIComponent), ...(instance === '' ? {} : { instance }) }
  } catch {
    return undefined
  }
}
