// Says when the host is lost, is coming back, or was given up.
import { type JSX, useEffect, useState } from 'react'
import { type HostState, onHostState, startHostAgain } from '../client/carriers.ts'
import type { ConnectionState } from '../client/connection.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/frame/frame.tsx'
import { formatClock } from '../ui/values/format.ts'

export function HostNotice({ state }: { readonly state: ConnectionState }): JSX.Element | null {
  const [host, setHost] = useState<HostState | undefined>(undefined)
  useEffect(() => onHostState(setHost), [])
  if (host?.state === 'stopped') {
    return (
      <Notice tone="wrong">
        <b>The host stopped several times and is not started again by itself.</b> Its report: {host.report}
        <Button onClick={startHostAgain}>Start it again</Button>
      </Notice>
    )
  }
  if (state.state !== 'lost') return null
  return (
    <Notice tone="wrong">
      <b>The connection to the host was lost at {formatClock(state.since)} UTC.</b> What you see is from before; it is taken up again by
      itself.
    </Notice>
  )
}
