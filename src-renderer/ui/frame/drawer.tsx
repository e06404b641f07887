// A pane over the right edge of the page, where a record is looked at without leaving the list.
import type { JSX, ReactNode } from 'react'
import { Button } from '../button.tsx'
import css from './drawer.module.css'

interface Props {
  readonly label: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly foot?: ReactNode
}
export function Drawer({ label, onClose, children, foot }: Props): JSX.Element {
  return (
    <aside className={css.drawer} aria-label={label}>
      <div className={css.close}>
        <Button kind="quiet" onClick={onClose} label="Close the drawer">
          ✕
        </Button>
      </div>
      <div className={css.inside}>{children}</div>
      {foot !== undefined && <div className={css.foot}>{foot}</div>}
    </aside>
  )
}
