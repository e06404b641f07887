// The Map: a record and what is two hops around it, in the way the data flows; without one, everything that is hurt.
import { type JSX, useMemo, useState } from 'react'
import type { GraphAnswer } from '../../../shared/contract/messages.ts'
import { parseUrn } from '../../../shared/model/urn.ts'
import { useFindings, useGraph, useHeadline } from '../../client/questions.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { GraphView } from '../../ui/graph/graph-view.tsx'
import { useKeys } from '../../ui/keys/keys.tsx'
import { Empty, Failed, Loading } from '../../ui/states/states.tsx'
import css from '../generic/generic.module.css'
import { HeadlineOf } from '../generic/headline.tsx'
import { usePlaces } from '../places.ts'

export function MapPage({ focus, hops }: { readonly focus: string | undefined; readonly hops: number }): JSX.Element {
  const places = usePlaces()
  const findings = useFindings({ limit: 50 })
  const root = findings.data?.incidents[0]?.root
  const middle = focus ?? root
  const graph = useGraph(middle, hops)
  const headline = useHeadline(middle?.startsWith('urn:ls:') === true ? { urn: middle } : { page: 'now' })
  const [systems, setSystems] = useState<ReadonlySet<string> | undefined>(undefined)
  const shown = useMemo(() => narrowed(graph.data, systems), [graph.data, systems])
  useKeys({ back: () => history.back() })
  const all = [...new Set((graph.data?.nodes ?? []).map((n) => n.system))].toSorted()
  return (
    <>
      <HeadlineOf answered={headline} what="the headline" />
      <div className={css.row}>
        <span className={css.faint}>
          {middle === undefined
            ? 'Everything'
            : `Around ${graph.data?.nodes.find((n) => n.id === middle)?.label ?? parseUrn(middle)?.key.join(' ') ?? 'it'}`}
          , hops:
        </span>
        {[1, 2, 3, 4].map((n) => (
          <Button key={n} pressed={n === hops} onClick={() => places.map(focus, n)}>
            {n}
          </Button>
        ))}
        {all.length > 1 &&
          all.map((system) => (
            <Button
              key={system}
              kind="quiet"
              pressed={systems === undefined || systems.has(system)}
              onClick={() => {
                const next = new Set(systems ?? all)
                if (!next.delete(system)) next.add(system)
                setSystems(next)
              }}
            >
              {system}
            </Button>
          ))}
        <span className={css.small}>— seen · – – configured · ··· guessed</span>
      </div>
      <Card flush fills>
        {shown === undefined ? (
          graph.error === undefined ? (
            <Loading what="the map" />
          ) : (
            <Failed error={graph.error} again={graph.again} />
          )
        ) : shown.nodes.length === 0 ? (
          <Empty kind="none-exist" what="links around it" />
        ) : (
          <GraphView
            graph={shown}
            focus={middle}
            onFocus={(id) => places.map(id, hops)}
            onOpen={(id) => (id.startsWith('urn:ls:') ? places.record(id) : places.map(id, hops))}
          />
        )}
      </Card>
      {shown !== undefined && (
        <span className={css.small}>
          {shown.nodes.length} of {shown.nodes.length + shown.nodes.reduce((sum, n) => sum + n.more, 0)} things, {shown.edges.length} links
        </span>
      )}
    </>
  )
}

function narrowed(graph: GraphAnswer | undefined, systems: ReadonlySet<string> | undefined): GraphAnswer | undefined {
  if (graph === undefined || systems === undefined) return graph
  const nodes = graph.nodes.filter((n) => systems.has(n.system))
  const ids = new Set(nodes.map((n) => n.id))
  return { nodes, edges: graph.edges.filter((e) => ids.has(e.from) && ids.has(e.to)) }
}
