// Now: incidents in sentences; for the one looked at why, when, who is hit, what speaks against it, what changed, what to do next.
import { type JSX, useMemo, useState } from 'react'
import type { FindingAnswer } from '../../../shared/contract/messages.ts'
import { plain } from '../../../shared/model/sentence.ts'
import { useHello } from '../../client/control.ts'
import { useFindings, useHeadline } from '../../client/questions.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Remarks } from '../../ui/card.tsx'
import { useCopy, useKeys, useSay } from '../../ui/keys/keys.tsx'
import { Chain, HeadlineText, SentenceText } from '../../ui/sentence/sentence.tsx'
import { Status } from '../../ui/status.tsx'
import { formatInterval, formatMoment } from '../../ui/values/format.ts'
import { useLook } from '../../ui/values/look.tsx'
import css from '../generic/generic.module.css'
import { HeadlineOf } from '../generic/headline.tsx'
import { usePlaces } from '../places.ts'
import { ChangesCard } from './changes-card.tsx'
import { HitTable } from './hit-table.tsx'
import { evidenceUrn, handOff, radius, rootUrn } from './incident.ts'
import { IncidentTimeline } from './incident-timeline.tsx'
import now from './now.module.css'

const healthOf = { critical: 'critical', high: 'high', warn: 'warn', info: 'idle' } as const

/** @param looked the incident looked at; the first where it is none of those shown. */
export function NowPage({ looked }: { readonly looked: string | undefined }): JSX.Element {
  const places = usePlaces()
  const say = useSay()
  const copy = useCopy()
  const look = useLook('timeline')
  const findings = useFindings()
  const headline = useHeadline({ page: 'now' })
  const hello = useHello()
  const [hops, setHops] = useState<number | undefined>(undefined)
  const incidents = findings.data?.incidents ?? []
  const chosen = Math.max(
    0,
    incidents.findIndex((i) => i.incident === looked),
  )
  const incident = incidents[chosen]
  const inIncidents = useMemo(() => new Set(incidents.flatMap((i) => i.members)), [incidents])
  const apart = (findings.data?.findings ?? []).filter((f) => !inIncidents.has(f.urn))
  const choose = (next: number): void => {
    setHops(undefined)
    const other = incidents[Math.max(0, Math.min(incidents.length - 1, next))]
    if (other !== undefined) places.incident(other.incident)
  }
  const root = incident === undefined ? undefined : rootUrn(incident)
  useKeys({
    why: () => {
      if (incident === undefined) return
      setHops((n) => (n === undefined ? 1 : Math.min(n + 1, Math.max(1, incident.chain.length))))
    },
    nextProblem: () => choose(chosen + 1),
    previousProblem: () => choose(chosen - 1),
    rootFailure: () => {
      if (root !== undefined) places.record(root)
    },
    evidence: () => {
      const hurt = incident === undefined ? undefined : evidenceUrn(incident)
      if (hurt === undefined) say('There is no evidence to look at here')
      else places.record(hurt, 'why')
    },
    map: () => places.map(root, 2),
    handOff: () => {
      if (incident === undefined) return
      copy(handOff(incident), 'hand-off text copied')
    },
  })
  const noOne = hello.data !== undefined && hello.data.connections.length === 0 && hello.data.sources.length === 0
  if (incident === undefined) {
    return (
      <>
        <HeadlineOf answered={headline} what="what is wrong" />
        {noOne && (
          <p className={css.faint}>
            Nothing is connected. <Button onClick={() => places.page('/connections')}>Add a connection</Button>
          </p>
        )}
        <Apart findings={apart} />
      </>
    )
  }
  const quiet: readonly FindingAnswer[] = apart
  const looking = headline.data?.headline.looking === true
  const against =
    incident.contradicts.length > 0
      ? []
      : [incident.blind ? 'Nothing contradicts this; a part of the path could not be seen.' : 'Nothing contradicts this.']
  const notSeen = headline.data?.notSeen ?? []
  return (
    <>
      {looking && <HeadlineOf answered={headline} what="what is wrong" />}
      <div className={now.which}>
        {incidents.length > 1 &&
          incidents.map((other, i) => (
            <button key={other.incident} type="button" className={now.pick} aria-pressed={other === incident} onClick={() => choose(i)}>
              <Status health={healthOf[other.severity]} word={`Incident ${i + 1}`} />
            </button>
          ))}
        <span className={now.sub}>
          {incidents.length === 1 && <Status health={healthOf[incident.severity]} word="Incident 1" />}
          <span>opened {formatMoment(incident.opened, look.now)}</span>
          <span>{incident.state}</span>
          <span>since {formatInterval(incident.since, look)}</span>
          <span>{radius(incident)}</span>
        </span>
      </div>
      {looking ? (
        <p className={css.faint}>
          Last known: <SentenceText says={incident.title} onOpen={places.target} />
        </p>
      ) : (
        <HeadlineText says={incident.title} also={[...against, ...(against.length > 0 ? [' '] : []), ...notSeen]} onOpen={places.target} />
      )}
      <div className={now.cols}>
        <div className={css.stack}>
          {incident.chain.length > 0 && (
            <Card title="Why" shows="why">
              <Chain chain={incident.chain} open={hops ?? incident.chain.length} onOpen={places.target} />
            </Card>
          )}
          <IncidentTimeline incident={incident} others={quiet} />
          <HitTable incident={incident} />
        </div>
        <div className={css.stack}>
          {(incident.contradicts.length > 0 || quiet.length > 0) && (
            <Card title="Why not something else?">
              <Remarks>
                {incident.contradicts.map((says) => (
                  <li key={plain(says)}>
                    <SentenceText says={says} onOpen={places.target} />
                  </li>
                ))}
                {quiet.slice(0, 4).map((f) => (
                  <li key={`${f.urn} ${f.rule}`}>
                    <SentenceText says={f.says} onOpen={places.target} /> <span className={css.small}>No path to this incident.</span>
                  </li>
                ))}
              </Remarks>
            </Card>
          )}
          <ChangesCard incident={incident} />
          <Card title="Next">
            <div className={now.next}>
              <Button wide shows="evidence" onClick={() => places.record(evidenceUrn(incident) ?? incident.root, 'why')}>
                Look at the record
              </Button>
              <Button wide shows="map" onClick={() => places.map(root, 2)}>
                Show it on the Map
              </Button>
              <Button wide shows="handOff" onClick={() => copy(handOff(incident), 'hand-off text copied')}>
                Hand-off text
              </Button>
            </div>
          </Card>
        </div>
      </div>
    </>
  )
}

/** Findings that belong to no incident: risks, and what has no path to anything hurt. */
function Apart({ findings }: { readonly findings: readonly FindingAnswer[] }): JSX.Element | null {
  const places = usePlaces()
  const look = useLook('timeline')
  if (findings.length === 0) return null
  return (
    <Card title="Not an incident">
      <Remarks>
        {findings.slice(0, 20).map((f) => (
          <li key={`${f.urn} ${f.rule}`}>
            <Status health={healthOf[f.severity]} /> <SentenceText says={f.says} onOpen={places.target} />
            <div className={css.small}>since {formatInterval(f.since, look)}</div>
          </li>
        ))}
      </Remarks>
    </Card>
  )
}
