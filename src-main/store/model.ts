/** A small model of what the Store must answer, for its property tests: plain arrays, every rule written out once more, slowly. */
import { type Unknown, unknown } from '../../shared/model/known.ts'

export type Cover =
  | { readonly kind: 'all' }
  | { readonly kind: 'rows' }
  | { readonly kind: 'scopes'; readonly scopes: readonly string[] }
  | { readonly kind: 'except'; readonly hosts: readonly string[] }
export interface ModelRow {
  readonly key: string
  readonly scope: string
  readonly host: string | undefined
  readonly state: string
  readonly lag: bigint | undefined
}
export interface ModelRound {
  readonly at: number
  readonly kind: 'put' | 'same' | 'lacks' | 'failed' | 'closed'
  readonly rows: readonly ModelRow[]
  readonly cover: Cover
}
interface Span {
  readonly row: ModelRow
  readonly from: number
  to: number
  readonly unseen: Unknown | undefined
  ended: boolean
}
export const leftOut = unknown('unanswered', 'hosts')
export const forbidden = unknown('forbidden', 'no right')

/** Versions of one collection of one connection. */
export class Model {
  readonly spans: Span[] = []
  readonly rounds: ModelRound[] = []
  readonly isState: boolean
  constructor(isState: boolean) {
    this.isState = isState
  }
  open(): readonly Span[] {
    return this.spans.filter(({ to }) => to === Number.POSITIVE_INFINITY)
  }
  at(t: number): readonly Span[] {
    return this.spans.filter(({ from, to }) => from <= t && to > t)
  }
  #close(span: Span, at: number, ended: boolean): void {
    span.to = at
    span.ended = ended
  }
  #begin(row: ModelRow, at: number, why: Unknown | undefined): void {
    this.spans.push({ row, from: at, to: Number.POSITIVE_INFINITY, unseen: why, ended: false })
  }
  apply(round: ModelRound): void {
    this.rounds.push(round)
    const { at, kind, rows, cover } = round
    if (kind === 'failed' || kind === 'closed') return
    const put = kind === 'put' ? rows : []
    for (const row of put) {
      const before = this.open().find((span) => span.row.key === row.key)
      const same =
        before !== undefined &&
        before.unseen === undefined &&
        before.row.host === row.host &&
        before.row.state === row.state &&
        before.row.lag === row.lag
      if (same) continue
      if (before !== undefined) this.#close(before, at, false)
      this.#begin(row, at, undefined)
    }
    for (const span of this.open()) {
      if (put.some(({ key }) => key === span.row.key)) continue
      const fate = this.#fate(span, kind, cover)
      if (fate === 'gone') this.#close(span, at, true)
      else if (fate === 'seen') this.#turn(span, at, undefined)
      else if (fate !== undefined) this.#turn(span, at, fate)
    }
  }
  #turn(span: Span, at: number, why: Unknown | undefined): void {
    if (JSON.stringify(span.unseen) === JSON.stringify(why)) return
    this.#close(span, at, false)
    this.#begin(span.row, at, why)
  }
  #fate({ row }: Span, kind: ModelRound['kind'], cover: Cover): 'gone' | 'seen' | Unknown | undefined {
    if (kind === 'lacks') return this.isState ? forbidden : undefined
    const absent = kind === 'same' ? 'seen' : this.isState ? 'gone' : undefined
    switch (cover.kind) {
      case 'all':
        return absent
      case 'rows':
        return undefined
      case 'scopes':
        return cover.scopes.includes(row.scope) ? absent : undefined
      case 'except':
        if (row.host !== undefined && !cover.hosts.includes(row.host)) return absent
        return this.isState ? leftOut : undefined
    }
  }
  /** Whether a record of this scope was looked for at a moment, and the looking succeeded. */
  watched(t: number, scope: string, pollMs: number): boolean {
    const never = Number.NEGATIVE_INFINITY
    let [whole, own, any, lapsed, scoped] = [never, never, never, never, false]
    for (const { at, kind, cover } of this.rounds) {
      if (at > t) break
      if (kind === 'closed' || kind === 'lacks') lapsed = at
      if (kind === 'lacks') any = at
      if (kind !== 'put' && kind !== 'same') continue
      any = at
      if (cover.kind === 'all' || cover.kind === 'except') whole = at
      if (cover.kind !== 'scopes') continue
      scoped ||= cover.scopes.length > 0
      if (cover.scopes.includes(scope)) own = at
    }
    const last = Math.max(whole, own, whole === never && !scoped ? any : never)
    return last > lapsed && t <= last + 2 * pollMs
  }
}
