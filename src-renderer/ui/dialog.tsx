// A dialog over the page. Mantine's Modal keeps the focus inside; its scroll lock is off because the page's body never scrolls.
import { Modal } from '@mantine/core'
import type { JSX, ReactNode } from 'react'

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly wide?: boolean
  /** The title is read out, not drawn. */
  readonly bare?: boolean
}
export function Dialog({ title, onClose, children, wide = false, bare = false }: Props): JSX.Element {
  return (
    <Modal
      opened
      onClose={onClose}
      title={bare ? undefined : title}
      aria-label={bare ? title : undefined}
      withCloseButton={!bare}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      size={wide ? 760 : 560}
      yOffset="10vh"
      padding={bare ? 0 : 'md'}
      closeButtonProps={{ 'aria-label': 'Close' }}
      overlayProps={{ backgroundOpacity: 0.45 }}
      styles={{
        content: { background: 'var(--raised)', border: '1px solid var(--edge-strong)', color: 'var(--text)' },
        header: { background: 'var(--raised)' },
        title: { fontWeight: 600 },
      }}
    >
      {children}
    </Modal>
  )
}
