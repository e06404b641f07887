// Tabs of a page. The chosen one is in the URL, so this only draws them.
import type { JSX } from 'react'
import css from './tabs.module.css'

export interface Tab {
  readonly id: string
  readonly title: string
  /** How many things wait behind it. */
  readonly count?: number | undefined
}
interface Props {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly chosen: string
  readonly onChoose: (id: string) => void
}
export function Tabs({ label, tabs, chosen, onChoose }: Props): JSX.Element {
  return (
    <div
      role="tablist"
      aria-label={label}
      className={css.tabs}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
        if (step === 0 || event.shiftKey) return
        event.preventDefault()
        const at = tabs.findIndex((t) => t.id === chosen)
        const next = tabs[(at + step + tabs.length) % tabs.length]
        if (next === undefined) return
        onChoose(next.id)
        const buttons = event.currentTarget.querySelectorAll('button')
        buttons[tabs.indexOf(next)]?.focus()
      }}
    >
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          aria-selected={tab.id === chosen}
          tabIndex={tab.id === chosen ? 0 : -1}
          className={css.tab}
          onClick={() => onChoose(tab.id)}
        >
          {tab.title}
          {tab.count !== undefined && <span className={css.count}>{tab.count.toLocaleString('en')}</span>}
        </button>
      ))}
    </div>
  )
}
