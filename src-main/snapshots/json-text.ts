// Rewrites the texts inside a JSON text and leaves all else as it was written: numbers of any length stay exact.

/** Where a text stands: the key it is the value of, and the name beside it in `{ "key": NAME, "value": … }` lists of settings. */
export interface Place {
  readonly key?: string
  readonly named?: string
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g
const naming = new Set(['key', 'name', 'property', 'config'])

interface Open {
  readonly object: boolean
  /** The text of `key`, `name` … in this object. */
  named?: string
  key?: string
  keyNext: boolean
}
interface Leaf {
  readonly from: number
  readonly to: number
  readonly written: string
  readonly within: Open
  readonly key: string | undefined
}

/** True for a text that is a JSON object or list as a whole. */
export function isJson(text: string): boolean {
  const first = text.trimStart()[0]
  if (first !== '{' && first !== '[') return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The same JSON with every text value mapped; a number under a key is given as its text and stays a number unless it is changed. */
export function mapJsonTexts(text: string, map: (value: string, place: Place) => string): string {
  const leaves: Leaf[] = []
  const top: Open = { object: false, keyNext: false }
  const open: Open[] = [top]
  for (const match of text.matchAll(token)) {
    const [written] = match
    const within = open.at(-1) ?? top
    if (written === '{' || written === '[') open.push({ object: written === '{', keyNext: written === '{' })
    else if (written === '}' || written === ']') open.pop()
    else if (written === ',') within.keyNext = within.object
    else if (written === ':') within.keyNext = false
    else if (within.keyNext) within.key = parseText(written)
    else {
      const key = within.object ? within.key : undefined
      if (key !== undefined && naming.has(key.toLowerCase()) && written.startsWith('"')) within.named = parseText(written)
      leaves.push({ from: match.index, to: match.index + written.length, written, within, key: key ?? keyAbove(open) })
    }
  }
  let out = ''
  let copied = 0
  for (const { from, to, written, within, key } of leaves) {
    const isText = written.startsWith('"')
    if (!isText && (written === 'true' || written === 'false' || written === 'null')) continue
    const value = isText ? parseText(written) : written
    const named = key !== undefined && naming.has(key.toLowerCase()) ? undefined : within.named
    const mapped = map(value, { ...(key === undefined ? {} : { key }), ...(named === undefined ? {} : { named }) })
    if (mapped === value) continue
    out += text.slice(copied, from) + JSON.stringify(mapped)
    copied = to
  }
  return copied === 0 ? text : out + text.slice(copied)
}

/** A list's items stand under the key of the list. */
function keyAbove(open: readonly Open[]): string | undefined {
  return open.findLast((one) => one.object)?.key
}

function parseText(written: string): string {
  return JSON.parse(written) as string
}
