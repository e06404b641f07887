// The frame of every page: bar above, rail at the left, the page, and a drawer over its right edge. Coloured while one does not look live.
import type { JSX, ReactNode } from 'react'
import css from './frame.module.css'

interface Props {
  readonly bar: ReactNode
  readonly rail: ReactNode
  readonly children: ReactNode
  readonly drawer?: ReactNode
  /** Said at the top, once: lost connection, stopped history. */
  readonly notices?: ReactNode
  readonly viewing: 'live' | 'past' | 'file'
}
export function Frame({ bar, rail, children, drawer, notices, viewing }: Props): JSX.Element {
  return (
    <div className={css.frame} data-viewing={viewing}>
      <header className={css.bar}>{bar}</header>
      <nav className={css.rail} aria-label="Places">
        {rail}
      </nav>
      <div className={css.place}>
        {notices}
        <main className={css.main}>{children}</main>
      </div>
      {drawer}
    </div>
  )
}

interface ChipProps {
  readonly children: ReactNode
  readonly onClick?: () => void
  readonly tone?: 'live' | 'past' | 'file' | 'wrong'
  /** What the content is of, for those who do not see where it stands. */
  readonly label?: string
  readonly expanded?: boolean
}
/** A small thing in the bar. */
export function Chip({ children, onClick, tone, label, expanded }: ChipProps): JSX.Element {
  const className = `${css.chip} ${tone === undefined ? '' : css[tone]}`
  if (onClick === undefined) return <span className={className}>{children}</span>
  return (
    <button type="button" className={className} onClick={onClick} aria-expanded={expanded}>
      {label !== undefined && <span className="visually-hidden">{label}: </span>}
      {children}
    </button>
  )
}

interface RailItemProps {
  readonly href: string
  readonly current: boolean
  readonly children: ReactNode
  readonly mark?: ReactNode
}
export function RailItem({ href, current, children, mark }: RailItemProps): JSX.Element {
  return (
    <a href={href} className={css.item} aria-current={current ? 'page' : undefined}>
      {children}
      {mark}
    </a>
  )
}
export function RailCaption({ children }: { readonly children: ReactNode }): JSX.Element {
  return <em className={css.caption}>{children}</em>
}

/** Says one thing above the page until it is over or dismissed. */
export function Notice({ children, tone = 'quiet' }: { readonly children: ReactNode; readonly tone?: 'quiet' | 'wrong' }): JSX.Element {
  return (
    <div className={`${css.notice} ${tone === 'wrong' ? css.noticeWrong : ''}`} role={tone === 'wrong' ? 'alert' : 'status'}>
      {children}
    </div>
  )
}
