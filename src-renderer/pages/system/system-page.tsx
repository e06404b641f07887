// A system over all its connections: what is wrong in it, in a sentence; its collections as tabs.

import { useNavigate } from '@tanstack/react-router'
import type { JSX } from 'react'
import { useHello } from '../../client/control.ts'
import { useFindings, useHeadline } from '../../client/questions.ts'
import { Card } from '../../ui/card.tsx'
import { useKeys } from '../../ui/keys/keys.tsx'
import { Empty } from '../../ui/states/states.tsx'
import { Status } from '../../ui/status.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { CollectionTable } from '../generic/collection-table.tsx'
import { collectionOf, systemOf, tabsOf } from '../generic/declared.tsx'
import css from '../generic/generic.module.css'
import { HeadlineOf } from '../generic/headline.tsx'
import { type SystemSearch, usePlaces } from '../places.ts'

export function SystemPage({ system: id, search }: { readonly system: string; readonly search: SystemSearch }): JSX.Element {
  const navigate = useNavigate()
  const places = usePlaces()
  const system = systemOf(id)
  const headline = useHeadline(system === undefined ? undefined : { system: id })
  const findings = useFindings({ system: id, limit: 50 })
  const hello = useHello()
  const tabs = system === undefined ? [] : tabsOf(system)
  const tab = search.tab !== undefined && tabs.includes(search.tab) ? search.tab : (tabs[0] ?? '')
  const set = (change: { readonly [K in keyof SystemSearch]?: string | undefined }, replace = true): void =>
    void navigate({
      to: '/system/$system',
      params: { system: id },
      search: (before: SystemSearch) =>
        Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, v]) => v !== undefined && v !== '')),
      replace,
    })
  const worst = findings.data?.findings.find((f) => f.severity !== 'info')
  useKeys({
    why: () => {
      if (worst !== undefined) places.record(worst.urn)
    },
  })
  if (system === undefined) return <Empty kind="not-recorded" what={id} />
  const connections = (hello.data?.connections ?? []).filter((c) => c.profile.system === id)
  return (
    <>
      <div className={css.crumbs}>
        <b>{system.title}</b>
        {connections.length > 0 && (
          <span className={css.faint}>
            {connections.length === 1 ? connections[0]?.profile.title : `${connections.length} connections`}
          </span>
        )}
        {worst !== undefined && headline.data !== undefined && <Status health={headline.data.headline.health} />}
      </div>
      <HeadlineOf answered={headline} what={system.title} />
      <Tabs
        label={`${system.title} collections`}
        chosen={tab}
        tabs={tabs.map((name) => ({ id: name, title: collectionOf(id, name)?.title ?? name }))}
        onChoose={(name) => set({ tab: name, typed: undefined, sort: undefined }, false)}
      />
      <Card flush fills>
        <CollectionTable
          key={`${id}.${tab}`}
          system={id}
          collection={tab}
          connection={search.connection}
          typed={search.typed}
          onTyped={(typed) => set({ typed })}
          sort={search.sort}
          onSort={(sort) => set({ sort })}
          tools
          takesFocus
        />
      </Card>
    </>
  )
}
