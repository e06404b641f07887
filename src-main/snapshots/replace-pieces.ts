// Finds known pieces (hosts, users …) inside any text and replaces each by its token: the longest piece first, whole words only.

interface Node {
  readonly next: Map<string, Node>
  token?: string
}

const alphanumeric = /[\p{L}\p{N}]/u
const isWord = (c: string | undefined): boolean => c !== undefined && alphanumeric.test(c)

/** Long pieces and those with a dot are told from ordinary words anywhere; short ones only where nothing joins them to more. */
const SPECIFIC_LENGTH = 8
/** Shorter pieces stand for too much else. */
const SHORTEST = 3

/**
 * A function that replaces `pieces` in a text.
 * @param ordinary words of our own (systems, collections, states) that stay even where a host is called the same.
 */
export function pieceReplacer(pieces: ReadonlyMap<string, string>, ordinary: ReadonlySet<string>): (text: string) => string {
  const root: Node = { next: new Map() }
  for (const [piece, token] of pieces) {
    if (piece.length < SHORTEST || ordinary.has(piece)) continue
    let node = root
    for (const c of piece) {
      let next = node.next.get(c)
      if (next === undefined) {
        next = { next: new Map() }
        node.next.set(c, next)
      }
      node = next
    }
    node.token = token
  }
  if (root.next.size === 0) return (text) => text

  function longest(text: string, at: number): { readonly end: number; readonly token: string } | undefined {
    let node: Node | undefined = root
    let found: { readonly end: number; readonly token: string } | undefined
    for (let end = at; end < text.length; ) {
      const c = String.fromCodePoint(text.codePointAt(end) ?? 0)
      node = node.next.get(c)
      if (node === undefined) break
      end += c.length
      if (node.token !== undefined && endsWord(text, at, end)) found = { end, token: node.token }
    }
    return found
  }

  return (text) => {
    let out = ''
    let copied = 0
    for (let at = 0; at < text.length; at += 1) {
      if (!root.next.has(text[at] ?? '') || (isWord(text[at]) && isWord(text[at - 1]))) continue
      const hit = longest(text, at)
      if (hit === undefined) continue
      out += text.slice(copied, at) + hit.token
      copied = hit.end
      at = hit.end - 1
    }
    return copied === 0 ? text : out + text.slice(copied)
  }
}

/** True where the text from `from` to `to` stands for itself and is not a part of a longer word. */
function endsWord(text: string, from: number, to: number): boolean {
  const [before, after] = [text[from - 1], text[to]]
  if (isWord(text[to - 1]) && isWord(after)) return false
  const piece = text.slice(from, to)
  if (piece.length >= SPECIFIC_LENGTH || piece.includes('.')) return true
  const joins = (c: string | undefined, beyond: string | undefined): boolean => c === '-' || c === '_' || (c === '.' && isWord(beyond))
  return !joins(before, text[from - 2]) && !joins(after, text[to + 1])
}
