// A record's own page.
import { useNavigate } from '@tanstack/react-router'
import type { JSX } from 'react'
import { RecordBody } from './record-body.tsx'

export function RecordPage({ urn, tab }: { readonly urn: string; readonly tab: string | undefined }): JSX.Element {
  const navigate = useNavigate()
  return (
    <RecordBody
      urn={urn}
      tab={tab}
      onTab={(next) => void navigate({ to: '/record', search: (before) => ({ ...before, urn, tab: next }), replace: true })}
    />
  )
}
