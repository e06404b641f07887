// Buttons of the page: plain by default; `danger` looks different because it is.
import type { JSX, ReactNode } from 'react'
import css from './button.module.css'
import type { KeyName } from './keys/key-table.ts'
import { Key } from './keys/keys.tsx'

interface Props {
  readonly children: ReactNode
  readonly onClick: () => void
  readonly shows?: KeyName
  readonly kind?: 'plain' | 'quiet' | 'accent' | 'danger'
  readonly disabled?: boolean
  readonly wide?: boolean
  readonly pressed?: boolean
  readonly label?: string
}
export function Button({ children, onClick, shows, kind = 'plain', disabled, wide, pressed, label }: Props): JSX.Element {
  return (
    <button
      type="button"
      className={`${css.button} ${css[kind]} ${wide === true ? css.wide : ''}`}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
      aria-label={label}
    >
      {children}
      {shows !== undefined && <Key of={shows} />}
    </button>
  )
}
