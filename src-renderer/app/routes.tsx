// Which page stands at which URL. Hash history: the same links work in the window and when served.
import { createHashHistory, createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { ConnectionsPage } from '../pages/connections/connections-page.tsx'
import { MapPage } from '../pages/map/map-page.tsx'
import { NowPage } from '../pages/now/now-page.tsx'
import {
  type CommonSearch,
  type DiffSearch,
  type MapSearch,
  type NowSearch,
  type RecordSearch,
  type SystemSearch,
  textsOf,
} from '../pages/places.ts'
import { RecordPage } from '../pages/record/record-page.tsx'
import { DiffPage } from '../pages/snapshots/diff-page.tsx'
import { SnapshotsPage } from '../pages/snapshots/snapshots-page.tsx'
import { SystemPage } from '../pages/system/system-page.tsx'
import { WatchingPage } from '../pages/watching/watching-page.tsx'
import { AppFrame } from './app-frame.tsx'

const common = ['source', 'at', 'peek', 'look'] as const
const root = createRootRoute({ component: AppFrame, validateSearch: (s: Record<string, unknown>): CommonSearch => textsOf(s, common) })
const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/now', search: (before: CommonSearch) => before })
  },
})
const now = createRoute({
  getParentRoute: () => root,
  path: '/now',
  validateSearch: (s: Record<string, unknown>): NowSearch => textsOf(s, [...common, 'incident']),
  component: function NowRoute() {
    return <NowPage looked={now.useSearch().incident} />
  },
})
const system = createRoute({
  getParentRoute: () => root,
  path: '/system/$system',
  validateSearch: (s: Record<string, unknown>): SystemSearch => textsOf(s, [...common, 'tab', 'typed', 'sort', 'connection']),
  component: function SystemRoute() {
    return <SystemPage system={system.useParams().system} search={system.useSearch()} />
  },
})
const record = createRoute({
  getParentRoute: () => root,
  path: '/record',
  validateSearch: (s: Record<string, unknown>): RecordSearch => ({ urn: '', ...textsOf(s, [...common, 'urn', 'tab', 'field']) }),
  component: function RecordRoute() {
    const { urn, tab } = record.useSearch()
    return <RecordPage key={urn} urn={urn} tab={tab} />
  },
})
const map = createRoute({
  getParentRoute: () => root,
  path: '/map',
  validateSearch: (s: Record<string, unknown>): MapSearch => ({
    ...textsOf(s, [...common, 'focus']),
    ...(typeof s.hops === 'number' && s.hops >= 1 && s.hops <= 4 ? { hops: Math.round(s.hops) } : {}),
  }),
  component: function MapRoute() {
    const { focus, hops } = map.useSearch()
    return <MapPage focus={focus} hops={hops ?? 2} />
  },
})
const snapshots = createRoute({ getParentRoute: () => root, path: '/snapshots', component: SnapshotsPage })
const diff = createRoute({
  getParentRoute: () => root,
  path: '/diff',
  validateSearch: (s: Record<string, unknown>): DiffSearch => textsOf(s, [...common, 'fromSource', 'fromAt', 'toSource', 'toAt']),
  component: function DiffRoute() {
    return <DiffPage search={diff.useSearch()} />
  },
})
const connections = createRoute({ getParentRoute: () => root, path: '/connections', component: ConnectionsPage })
const watching = createRoute({ getParentRoute: () => root, path: '/watching', component: WatchingPage })

/** A router of its own for one page or test. */
export function createPageRouter() {
  return createRouter({
    routeTree: root.addChildren([home, now, system, record, map, snapshots, diff, connections, watching]),
    history: createHashHistory(),
    defaultPreload: false,
    defaultNotFoundComponent: () => <p>There is no such page.</p>,
  })
}
declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>
  }
}
