// First run: nobody has a platform on the first day, so the recorded incident is looked at, with three chips that can be dismissed.
import { type JSX, useEffect, useState } from 'react'
import { useHello } from '../client/control.ts'
import { useViewing } from '../client/landscope.tsx'
import { useFindings } from '../client/questions.ts'
import { evidenceUrn } from '../pages/now/incident.ts'
import { usePlaces } from '../pages/places.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/frame/frame.tsx'

const DISMISSED = 'first run dismissed'

/** The one file that may say of itself that we broke things on purpose. */
export const comesWithTheApp = /[\\/]resources[\\/]incidents[\\/][^\\/]+\.lsnap$/

export function FirstRun(): JSX.Element | null {
  const places = usePlaces()
  const viewing = useViewing()
  const hello = useHello()
  const findings = useFindings()
  const [dismissed, setDismissed] = useState(() => localStorage.getItem(DISMISSED) !== null)
  const recorded = hello.data?.connections.length === 0 ? hello.data.sources.find((s) => comesWithTheApp.test(s.path)) : undefined
  const sent = sessionStorage.getItem('first run sent') !== null
  useEffect(() => {
    if (recorded === undefined || viewing.source !== undefined || sent) return
    sessionStorage.setItem('first run sent', 'yes')
    const moment = recorded.manifest.moments[0]
    places.view({ source: recorded.source, ...(moment === undefined ? {} : { at: new Date(moment.at) }) }, '/now')
  }, [recorded, viewing.source, sent, places])
  if (dismissed || recorded === undefined || viewing.source !== recorded.source) return null
  const incident = findings.data?.incidents[0]
  const why = incident === undefined ? undefined : evidenceUrn(incident)
  const opened = incident?.since.to ?? new Date(new Date(recorded.manifest.from).getTime() + 600_000)
  return (
    <Notice>
      <span>Recorded from real servers in our lab; we broke them on purpose.</span>
      <Button onClick={() => (why === undefined ? places.page('/now') : places.record(why))}>Show me why</Button>
      <Button onClick={() => places.moment(new Date(opened.getTime() - 120_000))}>Go back to before</Button>
      <Button onClick={() => places.page('/connections')}>I have my own</Button>
      <Button
        kind="quiet"
        label="Dismiss"
        onClick={() => {
          localStorage.setItem(DISMISSED, 'yes')
          setDismissed(true)
        }}
      >
        ✕
      </Button>
    </Notice>
  )
}
