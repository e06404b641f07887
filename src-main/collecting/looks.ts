// What people look at, and what is unhealthy: which sweeps go at the watched pace, and which scopes they ask for.
import type { AnyCollection } from '../../shared/model/collection.ts'
import type { Field } from '../../shared/model/fields.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { formatKey, parseUrn, type Urn } from '../../shared/model/urn.ts'
import type { Stored } from '../store/store-types.ts'
import type { AnyRow } from '../triage/judging.ts'

export interface Look {
  readonly collections: readonly { readonly system: string; readonly collection: string }[]
  /** Records looked at, by URN. */
  readonly urns?: readonly string[]
}
export interface Looks {
  /** Somebody looks; the answer says that they stopped. */
  add(look: Look): () => void
  /** Scopes of a collection that are asked for although nobody looks (they are unhealthy). Replaces what was said before. */
  want(connection: string, collection: string, scopes: readonly AnyRow[]): void
  /** True when somebody looks at a collection that the sweep fills, or at a record that such a one hangs on, here. */
  watched(of: Stored, sweep: string): boolean
  /** The scopes of the sweep's collections that are wanted, each once. */
  wanted(of: Stored, sweep: string): readonly AnyRow[]
  forget(connection: string): void
}

/** A key's value from its canonical text. */
function keyValue(field: Field, text: string): unknown {
  switch (field.column) {
    case 'BIGINT':
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined
    case 'DOUBLE':
      return Number(text)
    case 'BOOLEAN':
      return text === 'true'
    case 'TIMESTAMP_MS':
      return new Date(/^-?\d+$/.test(text) ? Number(text) : text)
    default:
      return text
  }
}
function scopeText(scope: AnyRow): string {
  return formatKey(Object.entries(scope).flatMap(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)]))
}

/** The scope that a record's URN names in a collection of its system: its own, or that of a collection whose scope is a ref to it. */
function scopeIn(system: AnySystem, urn: Urn, into: string): AnyRow | undefined {
  const target = system.collections[into]
  const source = system.collections[urn.collection]
  const within = target?.within
  if (target === undefined || source === undefined || within === undefined) return undefined
  const names = into === urn.collection ? within : refTo(target, urn.collection, source, within)
  if (names === undefined) return undefined
  const values = names.map((name, i) => {
    const field = target.fields[name]
    const text = urn.key[i]
    return field === undefined || text === undefined ? undefined : keyValue(field, text)
  })
  if (values.includes(undefined)) return undefined
  return Object.fromEntries(names.map((name, i) => [name, values[i]]))
}
function refTo(target: AnyCollection, to: string, source: AnyCollection, within: readonly string[]): readonly string[] | undefined {
  const fits = target.refs?.some((ref) => ref.to === to && ref.by.length === within.length && ref.by.every((name, i) => name === within[i]))
  return fits === true && source.key.length === within.length ? within : undefined
}

/** Nobody looks at first. `changed` is told whenever somebody starts or stops. */
export function createLooks(systems: Readonly<Record<string, AnySystem>>, changed: () => void): Looks {
  const looks = new Set<{ readonly collections: Look['collections']; readonly urns: readonly Urn[] }>()
  const unhealthy = new Map<string, Map<string, readonly AnyRow[]>>()
  const here = (urn: Urn, of: Stored): boolean => urn.system === of.system && urn.instance === of.instance
  const emitted = (of: Stored, sweep: string): readonly string[] => systems[of.system]?.sweeps[sweep]?.emits ?? []

  return {
    add: (look) => {
      const entry = { collections: look.collections, urns: (look.urns ?? []).flatMap((text) => parseUrn(text) ?? []) }
      looks.add(entry)
      changed()
      return () => {
        if (looks.delete(entry)) changed()
      }
    },
    want: (connection, collection, scopes) => {
      const own = unhealthy.get(connection) ?? new Map<string, readonly AnyRow[]>()
      own.set(collection, scopes)
      unhealthy.set(connection, own)
      changed()
    },
    watched: (of, sweep) => {
      const emits = emitted(of, sweep)
      const system = systems[of.system]
      const shows = (urn: Urn): boolean =>
        here(urn, of) && emits.some((into) => into === urn.collection || (system !== undefined && scopeIn(system, urn, into) !== undefined))
      return [...looks].some(
        (look) => look.collections.some((c) => c.system === of.system && emits.includes(c.collection)) || look.urns.some(shows),
      )
    },
    wanted: (of, sweep) => {
      const system = systems[of.system]
      if (system === undefined) return []
      const scopes = new Map<string, AnyRow>()
      const add = (scope: AnyRow | undefined): void => {
        if (scope !== undefined) scopes.set(scopeText(scope), scope)
      }
      for (const into of emitted(of, sweep)) {
        for (const look of looks) for (const urn of look.urns) if (here(urn, of)) add(scopeIn(system, urn, into))
        for (const scope of unhealthy.get(of.connection)?.get(into) ?? []) add(scope)
      }
      return [...scopes.values()]
    },
    forget: (connection) => {
      unhealthy.delete(connection)
    },
  }
}
