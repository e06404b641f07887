/** URNs: `urn:ls:{system}:{instance}:{collection}:{path}`; each part percent-encoded, path = key values joined by `/`. No environment in it. */

export interface Urn {
  readonly system: string
  /** The server's own id, else its address set, else what the user named. */
  readonly instance: string
  readonly collection: string
  /** The key's values as canonical texts, in the order of the declaration. */
  readonly key: readonly string[]
}

/** Percent-encodes `:` `/` `%` and control characters; all else stays readable. */
function encode(part: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return part.replace(/[:/%\u0000-\u001f\u007f]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

export function formatUrn(urn: Urn): string {
  return `urn:ls:${encode(urn.system)}:${encode(urn.instance)}:${encode(urn.collection)}:${formatKey(urn.key)}`
}

/** The canonical text of a key: its values, encoded and joined by `/`. Different keys never give the same text. */
export function formatKey(key: readonly string[]): string {
  return key.map(encode).join('/')
}

/** A URN from its text, or undefined where it is none. */
export function parseUrn(text: string): Urn | undefined {
  const parts = text.split(':')
  if (parts.length !== 6 || parts[0] !== 'urn' || parts[1] !== 'ls') return undefined
  const [, , system, instance, collection, key] = parts
  if (!system || !instance || !collection || key === undefined) return undefined
  try {
    return {
      system: decodeURIComponent(system),
      instance: decodeURIComponent(instance),
      collection: decodeURIComponent(collection),
      key: key.split('/').map(decodeURIComponent),
    }
  } catch {
    return undefined
  }
}

/** The key's values from its canonical text. */
export function parseKey(text: string): readonly string[] {
  return text.split('/').map(decodeURIComponent)
}
