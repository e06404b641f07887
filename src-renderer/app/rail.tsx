// The rail: places by what people say; systems that are connected (or in the file looked at), each with its worst state.
import type { JSX } from 'react'
import type { Health } from '../../shared/model/health.ts'
import { worse } from '../../shared/model/health.ts'
import { own } from '../../shared/model/own.ts'
import type { Lane } from '../../shared/model/system.ts'
import { useHello } from '../client/control.ts'
import { useViewing } from '../client/landscope.tsx'
import { useFindings } from '../client/questions.ts'
import { useRecords } from '../client/records.ts'
import { allSystems } from '../pages/generic/declared.tsx'
import { useCommonSearch } from '../pages/places.ts'
import { RailCaption, RailItem } from '../ui/frame/frame.tsx'
import { Status } from '../ui/status.tsx'

const lanes: readonly { readonly lane: Lane; readonly title: string }[] = [
  { lane: 'streams', title: 'Streams' },
  { lane: 'work', title: 'Work' },
  { lane: 'stores', title: 'Stores' },
]
const healthOf = { critical: 'critical', high: 'high', warn: 'warn', info: 'idle' } as const

export function Rail({ path }: { readonly path: string }): JSX.Element {
  const viewing = useViewing()
  const search = useCommonSearch()
  const hello = useHello()
  const findings = useFindings()
  const connections = useRecords(own, 'connections', { limit: 200 })
  const file = hello.data?.sources.find((s) => s.source === viewing.source)
  const present = new Set(
    viewing.source === undefined
      ? (hello.data?.connections ?? []).map((c) => c.profile.system)
      : (file?.manifest.instances ?? []).map((i) => i.system),
  )
  const kept = new URLSearchParams()
  if (search.source !== undefined) kept.set('source', JSON.stringify(search.source).slice(1, -1))
  if (search.at !== undefined) kept.set('at', search.at)
  const href = (to: string): string => `#${to}${kept.size === 0 ? '' : `?${kept}`}`
  const healthOfSystem = (id: string): Health | undefined => {
    const worst = (findings.data?.findings ?? [])
      .filter((f) => f.system === id && f.severity !== 'info' && f.class !== 'risk')
      .map((f): Health => healthOf[f.severity])
      .reduce<Health | undefined>((a, b) => (a === undefined ? b : worse(a, b)), undefined)
    if (worst !== undefined) return worst
    const blind = (connections.data?.rows ?? []).some(
      ({ row }) => row.system === id && (row.state === 'failing' || row.state === 'stale' || row.state === 'needs-sign-in'),
    )
    return viewing.source === undefined && blind ? 'unknown' : undefined
  }
  const incidents = findings.data?.incidents ?? []
  const worstIncident = incidents[0]
  return (
    <>
      <RailItem
        href={href('/now')}
        current={path === '/now'}
        mark={worstIncident !== undefined && <Status health={healthOf[worstIncident.severity]} word={String(incidents.length)} />}
      >
        Now
      </RailItem>
      <RailItem href={href('/map')} current={path === '/map'}>
        Map
      </RailItem>
      {lanes.map(({ lane, title }) => {
        const here = allSystems().filter((s) => s.lane === lane && present.has(s.id))
        if (here.length === 0) return null
        return (
          <LaneOf key={lane} title={title}>
            {here.map((s) => {
              const health = healthOfSystem(s.id)
              return (
                <RailItem
                  key={s.id}
                  href={href(`/system/${s.id}`)}
                  current={path === `/system/${s.id}`}
                  mark={health !== undefined && <Status health={health} />}
                >
                  {s.title}
                </RailItem>
              )
            })}
          </LaneOf>
        )
      })}
      <RailCaption>Tools</RailCaption>
      <RailItem href={href('/snapshots')} current={path === '/snapshots' || path === '/diff'}>
        Snapshots
      </RailItem>
      <RailItem href={href('/connections')} current={path === '/connections'}>
        Connections
      </RailItem>
    </>
  )
}
function LaneOf({ title, children }: { readonly title: string; readonly children: React.ReactNode }): JSX.Element {
  return (
    <>
      <RailCaption>{title}</RailCaption>
      {children}
    </>
  )
}
