// The frame around every page: bar, rail, drawer, palette, keys that work everywhere, and what must be said at the top.
import { Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router'
import { type JSX, useCallback, useEffect, useMemo, useState } from 'react'
import { useHello, useOpenedByShell } from '../client/control.ts'
import { useConnectionState, ViewingProvider } from '../client/landscope.tsx'
import { useCommonSearch, usePlaces, viewingOf } from '../pages/places.ts'
import { parseRead } from '../pages/read-target.ts'
import { ReadEvidence } from '../pages/record/evidence.tsx'
import { RecordBody } from '../pages/record/record-body.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Drawer } from '../ui/frame/drawer.tsx'
import { Frame, Notice } from '../ui/frame/frame.tsx'
import { useKeys, useSay } from '../ui/keys/keys.tsx'
import { KeysHelp } from '../ui/keys/keys-help.tsx'
import { LookProvider } from '../ui/values/look.tsx'
import { Bar } from './bar.tsx'
import { comesWithTheApp, FirstRun } from './first-run.tsx'
import { HostNotice } from './host-notice.tsx'
import { Palette } from './palette.tsx'
import { Rail } from './rail.tsx'

const TEN_MINUTES = 600_000

export function AppFrame(): JSX.Element {
  const search = useCommonSearch()
  const viewing = viewingOf(search)
  const [exact, setExact] = useState(false)
  const [flipTimes, setFlipTimes] = useState(false)
  const at = useMoment(viewing.source, search.at)
  return (
    <ViewingProvider viewing={viewing}>
      <LookProvider exact={exact} flipTimes={flipTimes} at={at}>
        <Inside onExact={() => setExact((v) => !v)} onZone={() => setFlipTimes((v) => !v)} />
      </LookProvider>
    </ViewingProvider>
  )
}

/** The moment ages are measured from: the one looked at, or the end of the file. */
function useMoment(source: string | undefined, at: string | undefined): Date | undefined {
  const hello = useHello()
  const end = hello.data?.sources.find((s) => s.source === source)?.manifest.to
  const text = at ?? (source === undefined ? undefined : end)
  return useMemo(() => {
    const date = text === undefined ? undefined : new Date(text)
    return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
  }, [text])
}

function Inside({ onExact, onZone }: { readonly onExact: () => void; readonly onZone: () => void }): JSX.Element {
  const search = useCommonSearch()
  const viewing = viewingOf(search)
  const places = usePlaces()
  const navigate = useNavigate()
  const say = useSay()
  const state = useConnectionState()
  const hello = useHello()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set())
  const { history } = useRouter()
  const path = useRouterState({ select: (s) => s.location.pathname })
  // The incident that comes with the app is opened at every start; whether it is shown is the first run's to say.
  useOpenedByShell(
    useCallback(({ source, path: of }) => (comesWithTheApp.test(of) ? undefined : places.view({ source }, '/now')), [places]),
  )
  const file = hello.data?.sources.find((s) => s.source === viewing.source)
  const now = viewing.at ?? (file === undefined ? new Date() : new Date(file.manifest.to))
  const shift = (ms: number): void => {
    const to = new Date(now.getTime() + ms)
    if (file === undefined && to.getTime() >= Date.now()) places.moment(undefined)
    else places.moment(to)
  }
  useEffect(() => {
    const name = path.split('/').filter((part) => part !== '')[0] ?? 'now'
    document.title = `${name.charAt(0).toUpperCase()}${name.slice(1)} · Landscope`
  }, [path])
  const go = (system: string) => (): void => {
    if (
      (hello.data?.connections ?? []).some((c) => c.profile.system === system) ||
      file?.manifest.instances.some((i) => i.system === system) === true
    )
      places.system(system)
    else say(`Nothing of this kind is connected`)
  }
  useKeys({
    palette: () => setPalette(true),
    help: () => setHelp(true),
    exact: onExact,
    zone: onZone,
    earlier: () => shift(-TEN_MINUTES),
    later: () => shift(TEN_MINUTES),
    live: () => places.view({}),
    record: () => places.page('/snapshots'),
    goNow: () => places.page('/now'),
    goMap: () => places.map(),
    goKafka: go('kafka'),
    goFlink: go('flink'),
    goSnapshots: () => places.page('/snapshots'),
    goConnections: () => places.page('/connections'),
    back: () => {
      if (search.peek !== undefined || search.look !== undefined) places.peek(undefined)
      else if (history.canGoBack()) history.back() // never out of the app to where the browser was before
    },
  })
  const { peek } = search
  const read = search.look === undefined ? undefined : parseRead(search.look)
  return (
    <Frame
      viewing={viewing.source !== undefined ? 'file' : viewing.at !== undefined ? 'past' : 'live'}
      bar={<Bar onPalette={() => setPalette(true)} onHelp={() => setHelp(true)} />}
      rail={<Rail path={path} />}
      notices={
        <>
          <HostNotice state={state} />
          {(hello.data?.notices ?? [])
            .filter((n) => !dismissed.has(n.id))
            .map((n) => (
              <Notice key={n.id}>
                {n.says}
                <Button kind="quiet" onClick={() => setDismissed(new Set([...dismissed, n.id]))}>
                  Dismiss
                </Button>
              </Notice>
            ))}
          <FirstRun />
        </>
      }
      drawer={
        peek === undefined ? (
          read !== undefined && (
            <Drawer label="Evidence" onClose={() => places.peek(undefined)}>
              <ReadEvidence key={search.look} read={read} />
            </Drawer>
          )
        ) : (
          <Drawer
            label="Record"
            onClose={() => places.peek(undefined)}
            foot={
              <>
                <Button onClick={() => places.record(peek)}>
                  Full page <kbd>Enter</kbd>
                </Button>
                <Button shows="map" onClick={() => places.map(peek, 2)}>
                  Map
                </Button>
                {viewing.at === undefined && viewing.source === undefined ? null : (
                  <span className="data">no actions: you do not look live</span>
                )}
              </>
            }
          >
            <DrawerRecord key={peek} urn={peek} />
          </Drawer>
        )
      }
    >
      <Outlet />
      {palette && (
        <Palette
          onClose={() => setPalette(false)}
          onOpen={(urn) => {
            setPalette(false)
            void navigate({
              to: '/record',
              search: (before) => ({
                ...(before.source === undefined ? {} : { source: before.source }),
                ...(before.at === undefined ? {} : { at: before.at }),
                urn,
              }),
            })
          }}
        />
      )}
      {help && (
        <Dialog title="Keys of this page" onClose={() => setHelp(false)}>
          <KeysHelp />
        </Dialog>
      )}
    </Frame>
  )
}

/** The drawer's tab is its own: it is not worth a place in the URL. */
function DrawerRecord({ urn }: { readonly urn: string }): JSX.Element {
  const [tab, setTab] = useState('why')
  return <RecordBody urn={urn} tab={tab} onTab={setTab} narrow />
}
