/** Sentences: what a headline or a finding says, with its nouns and numbers as controls. The same on screen, command line, copy and file. */

/** Where a noun or number in a sentence leads: a record, a read with its absolute input, or a curve of a record. */
export type Target =
  | { readonly urn: string }
  | { readonly urn: string; readonly field: string }
  | {
      readonly read: {
        readonly system: string
        readonly connection: string
        readonly name: string
        readonly input: Readonly<Record<string, string | number | bigint>>
      }
    }
export type Span = string | { readonly text: string; readonly to?: Target }
export type Sentence = readonly Span[]

/** The plain text of a sentence, as copied and printed. */
export function plain(sentence: Sentence): string {
  return sentence.map((s) => (typeof s === 'string' ? s : s.text)).join('')
}

/** Builds a sentence from a template: `say\`Standing still: ${noun('orders-2', urn)} …\``. Plain values become text. */
export function say(strings: TemplateStringsArray, ...parts: readonly (Span | Sentence | number | bigint)[]): Sentence {
  const out: Span[] = []
  strings.forEach((s, i) => {
    if (s) out.push(s)
    const p = parts[i]
    if (p === undefined) return
    if (typeof p === 'number' || typeof p === 'bigint') out.push(String(p))
    else if (Array.isArray(p)) out.push(...p)
    else out.push(p as Span)
  })
  return out
}

/** A noun that leads to a record. */
export function noun(text: string, urn: string): Span {
  return { text, to: { urn } }
}

/** One hop of a chain: what it is, the fact that supports it, how old that is, and whether it is the cause or a wall (who could open it). */
export interface Hop {
  readonly urn?: string
  readonly title: string
  readonly detail: string
  readonly kind: 'fact' | 'cause' | 'wall'
  readonly since?: Date
  readonly source: string
}

/** What a page or record says first. `looking` is true while the data is too old for a verdict. */
export interface Headline {
  readonly says: Sentence
  /** A second, quieter sentence: what contradicts it, what is not visible. */
  readonly also?: Sentence
  readonly health: 'critical' | 'high' | 'warn' | 'unknown' | 'known' | 'ok' | 'idle'
  readonly looking?: true
}
