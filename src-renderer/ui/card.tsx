// A bordered part of a page with a quiet title.
import type { JSX, ReactNode } from 'react'
import css from './card.module.css'
import type { KeyName } from './keys/key-table.ts'
import { Key } from './keys/keys.tsx'

interface Props {
  readonly title?: ReactNode
  readonly shows?: KeyName
  readonly hint?: ReactNode
  /** Its content reaches the border: a table. */
  readonly flush?: boolean
  /** Takes the height that is left. */
  readonly fills?: boolean
  readonly children: ReactNode
}
export function Card({ title, shows, hint, flush, fills, children }: Props): JSX.Element {
  return (
    <section className={`${css.card} ${flush === true ? css.flush : ''} ${fills === true ? css.fills : ''}`}>
      {title !== undefined && (
        <h2 className={css.title}>
          {title} {shows !== undefined && <Key of={shows} />} {hint !== undefined && <span className={css.hint}>{hint}</span>}
        </h2>
      )}
      {children}
    </section>
  )
}

/** Remarks one under the other, each with a line at its left. */
export function Remarks({ children }: { readonly children: ReactNode }): JSX.Element {
  return <ul className={css.remarks}>{children}</ul>
}

export interface Fact {
  readonly value: ReactNode
  readonly says: ReactNode
}
/** The few numbers that matter, large, in one strip. */
export function FactStrip({ facts }: { readonly facts: readonly Fact[] }): JSX.Element | null {
  if (facts.length === 0) return null
  return (
    <div className={css.facts}>
      {facts.map((fact, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a strip never changes its order
        <div key={i}>
          <b>{fact.value}</b>
          <span>{fact.says}</span>
        </div>
      ))}
    </div>
  )
}
