// A record, whole: what it says first, the numbers that matter, its curves, what belongs to it, the evidence. The same on its page and in the drawer.
import { type JSX, useState } from 'react'
import { plain } from '../../../shared/model/sentence.ts'
import { useConnections } from '../../client/control.ts'
import type { AnyRow, RecordRow } from '../../client/decode.ts'
import { useViewing } from '../../client/landscope.tsx'
import { useHeadline } from '../../client/questions.ts'
import { type OneRecord, useAnyRecords, useRecord } from '../../client/records.ts'
import { type RecordScreen, seriesFields } from '../../systems/screens.ts'
import { FactStrip } from '../../ui/card.tsx'
import { useCopy, useKeys, useSay } from '../../ui/keys/keys.tsx'
import { Empty, Failed, Loading } from '../../ui/states/states.tsx'
import { healthClass, Status } from '../../ui/status.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { formatInstant } from '../../ui/values/format.ts'
import { useNow } from '../../ui/values/look.tsx'
import { SafeText } from '../../ui/values/value.tsx'
import { collectionOf, recordScreen, stateOf, systemOf } from '../generic/declared.tsx'
import css from '../generic/generic.module.css'
import { HeadlineOf } from '../generic/headline.tsx'
import { usePlaces } from '../places.ts'
import { myConnection } from './my-connection.ts'
import { CurvePart, FactsPart, HistoryPart, NeighboursPart, RawPart, SeenLine } from './record-parts.tsx'
import { WhyPart } from './record-why.tsx'

const tabs = ['why', 'facts', 'history', 'charts', 'neighbours', 'raw'] as const
type TabName = (typeof tabs)[number]
const titles: Readonly<Record<TabName, string>> = {
  why: 'Why',
  facts: 'Facts',
  history: 'History',
  charts: 'Charts',
  neighbours: 'Neighbours',
  raw: 'Raw',
}

interface Props {
  readonly urn: string
  readonly tab: string | undefined
  readonly onTab: (tab: string) => void
  /** In the drawer there is room for less. */
  readonly narrow?: boolean
}
export function RecordBody({ urn, tab: wanted, onTab, narrow = false }: Props): JSX.Element {
  const places = usePlaces()
  const say = useSay()
  const write = useCopy()
  const now = useNow()
  const viewing = useViewing()
  const answered = useRecord(urn)
  const headline = useHeadline({ urn })
  const connections = useConnections()
  const [hops, setHops] = useState<number | undefined>(undefined)
  const [looking, setLooking] = useState(!narrow)
  const [cursor, setCursor] = useState<RecordRow<AnyRow> | undefined>(undefined)
  const record = answered.data
  const connection = record === undefined ? undefined : myConnection(record, viewing, connections.data ?? [])
  const collection = record === undefined ? undefined : collectionOf(record.system, record.collection)
  const screen = record === undefined ? {} : recordScreen(record.system, record.collection)
  const more = useBeside(record, screen)
  const chain = headline.data?.chain ?? []
  const tab = tabs.find((t) => t === wanted) ?? 'why'
  const related = screen.related ?? []
  const cursorEvidence = cursor === undefined ? undefined : related.map((t) => t.evidence?.(cursor.row)).find((e) => e !== undefined)
  const ask = cursorEvidence ?? (record === undefined ? undefined : screen.evidence?.(record.row))

  function copy(text: string | undefined, what: string, done = `${what} copied`): void {
    if (text === undefined) {
      say(`There is no ${what} for this`)
      return
    }
    write(text, done)
  }
  useKeys({
    why: () => {
      onTab('why')
      setHops((n) => (n === undefined ? 1 : Math.min(n + 1, Math.max(1, chain.length))))
    },
    evidence: () => {
      onTab('why')
      setLooking(true)
      if (ask === undefined && related.every((t) => t.evidence === undefined)) say('There is no evidence to look at here')
    },
    map: () => places.map(urn, 2),
    copyCommand: () => {
      if (record === undefined) return
      const addresses = Object.values(connection?.profile.endpoints ?? {})[0]?.addresses ?? []
      const command = screen.command?.(record.row, addresses)
      copy(
        command === undefined ? undefined : `${command}   # as seen ${formatInstant(record.seen.at)}`,
        'command',
        addresses.length === 0 ? 'command copied, without addresses: no connection of yours is known to lead there' : undefined,
      )
    },
    handOff: () => {
      if (record === undefined || headline.data === undefined) return
      const lines = [
        plain(headline.data.headline.says),
        ...(headline.data.headline.also === undefined ? [] : [plain(headline.data.headline.also)]),
        ...chain.map((hop) => `- ${hop.title}: ${hop.detail} (${hop.source})`),
        ...record.findings.map((f) => `- ${f.rule}: ${plain(f.says)}`),
        `As of ${formatInstant(headline.data.asOf)}${viewing.source === undefined ? '' : `, from the file ${viewing.source}`}. ${urn}`,
      ]
      copy(lines.slice(0, 12).join('\n'), 'hand-off text')
    },
  })

  if (record === undefined) {
    if (answered.error !== undefined) return <Failed error={answered.error} again={answered.again} />
    return <Loading what="the record" />
  }
  // What stands below the sentence would jump when it came.
  if (headline.data === undefined && headline.error === undefined) return <Loading what="the record" />
  if (collection === undefined) return <Empty kind="not-recorded" what={record.collection} />
  const state = stateOf(collection, record.row)
  const system = systemOf(record.system)
  const facts = [...(screen.facts?.(record.row, now) ?? []), ...(more === undefined ? [] : (screen.beside?.facts?.(more.row, now) ?? []))]
  const series = seriesFields(collection)
  const hurt = state?.health === 'critical' || state?.health === 'high' ? state.health : undefined
  return (
    <>
      <div className={css.crumbs}>
        <button type="button" className={css.link} onClick={() => places.system(record.system, { tab: record.collection })}>
          {system?.title ?? record.system}
        </button>
        <span>›</span>
        <SafeText text={connection?.profile.title ?? record.connection} max={60} />
        <span>›</span> {collection.title.toLowerCase()} <span>›</span>
        <b>
          <SafeText text={record.label} max={120} />
        </b>
        {state !== undefined && <Status health={state.health} word={state.word} />}
        <SeenLine record={record} />
      </div>
      <HeadlineOf answered={headline} what={record.label} />
      <FactStrip
        facts={facts.map((f) => ({
          value: f.health === undefined ? f.value : <span className={healthClass(f.health)}>{f.value}</span>,
          says: f.says,
        }))}
      />
      <Tabs
        label="Parts of the record"
        tabs={tabs.map((id) => ({
          id,
          title: titles[id],
          count: id === 'history' ? record.history.length : id === 'neighbours' ? record.neighbours.length : undefined,
        }))}
        chosen={tab}
        onChoose={onTab}
      />
      {tab === 'why' && (
        <WhyPart
          record={record}
          collection={collection}
          chain={chain}
          hops={hops}
          looking={looking}
          hurt={hurt}
          ask={ask}
          beside={more}
          onCursor={setCursor}
        />
      )}
      {tab === 'facts' && <FactsPart record={record} collection={collection} />}
      {tab === 'history' && <HistoryPart record={record} collection={collection} />}
      {tab === 'charts' &&
        (series.length === 0 ? (
          <Empty kind="none-exist" what="curves of this kind of record" />
        ) : (
          <div className={css.two}>
            {series.map((name) => (
              <CurvePart
                key={name}
                urn={record.urn}
                history={record.history}
                collection={collection}
                title={collection.fields[name]?.says ?? name}
                fields={[name]}
                height={140}
              />
            ))}
          </div>
        ))}
      {tab === 'neighbours' && <NeighboursPart record={record} />}
      {tab === 'raw' && <RawPart record={record} />}
    </>
  )
}

/** The record of another collection that tells more of this one, where its system declares one. */
function useBeside(record: OneRecord | undefined, screen: RecordScreen<AnyRow>): RecordRow<AnyRow> | undefined {
  const { beside } = screen
  const ask =
    record === undefined || beside === undefined ? {} : { connection: record.connection, where: beside.where(record.row), limit: 1 }
  const rows = useAnyRecords(record?.system ?? '', beside?.collection ?? '', ask, record !== undefined && beside !== undefined)
  return record === undefined || beside === undefined ? undefined : rows.data?.rows[0]
}
