// Connections: what is configured, how each answers, what it costs its servers, and the lock.
import type { JSX } from 'react'
import type { ConnectionAnswer } from '../../../shared/contract/control.ts'
import { isUnknown } from '../../../shared/model/known.ts'
import { own } from '../../../shared/model/own.ts'
import { useChangeConnection, useConnections } from '../../client/control.ts'
import type { AnyRow } from '../../client/decode.ts'
import { ViewingProvider } from '../../client/landscope.tsx'
import { useRecords } from '../../client/records.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { useSay } from '../../ui/keys/keys.tsx'
import { Failed, Loading } from '../../ui/states/states.tsx'
import { Status } from '../../ui/status.tsx'
import { formatBytes, formatDuration, formatNumber, formatRelative } from '../../ui/values/format.ts'
import { LookProvider, useNow } from '../../ui/values/look.tsx'
import { SafeText } from '../../ui/values/value.tsx'
import { stateOf, systemOf } from '../generic/declared.tsx'
import { AddConnection } from './add-connection.tsx'
import css from './connections.module.css'

const live = {}
/** How connections are is asked of now, also while one looks at another time. */
export function ConnectionsPage(): JSX.Element {
  return (
    <ViewingProvider viewing={live}>
      <LookProvider flipTimes={false} exact={false} at={undefined}>
        <AllConnections />
      </LookProvider>
    </ViewingProvider>
  )
}

function AllConnections(): JSX.Element {
  const say = useSay()
  const connections = useConnections()
  const states = useRecords(own, 'connections', { limit: 200 })
  const rowOf = (id: string): AnyRow | undefined => states.data?.rows.find((r) => r.row.connection === id)?.row
  const list = connections.data ?? []
  const writes = list.flatMap((c) => c.targets).reduce((sum, t) => sum + t.writes, 0)
  return (
    <>
      <h1 className={css.title}>
        {connections.data === undefined
          ? 'Connections'
          : list.length === 0
            ? 'Nothing is connected yet.'
            : `${list.length} ${list.length === 1 ? 'connection' : 'connections'}; ${writes === 0 ? 'nothing was ever written to any server.' : `${formatNumber(writes)} write requests were sent.`}`}
      </h1>
      {connections.data === undefined && connections.error === undefined && <Loading what="connections" />}
      {connections.error !== undefined && connections.data === undefined && <Failed error={connections.error} again={connections.again} />}
      {list.map((connection) => (
        <ConnectionCard key={connection.profile.id} connection={connection} row={rowOf(connection.profile.id)} />
      ))}
      <AddConnection taken={new Set(list.map((c) => c.profile.id))} onAdded={() => say('Kept. Its first round is under way.')} />
    </>
  )
}

function ConnectionCard({ connection, row }: { readonly connection: ConnectionAnswer; readonly row: AnyRow | undefined }): JSX.Element {
  const now = useNow()
  const change = useChangeConnection()
  const { profile, unlockedUntil, targets, instance } = connection
  const state = row === undefined ? undefined : stateOf(own.collections.connections, row)
  const text = (name: string): string | undefined => {
    const value = row?.[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const lastAnswer = row?.lastAnswer
  const unlocked = unlockedUntil !== undefined && unlockedUntil > now
  return (
    <Card>
      <div className={css.head}>
        <b className={css.name}>
          <SafeText text={profile.title} max={80} />
        </b>
        <span className={css.faint}>{systemOf(profile.system)?.title ?? profile.system}</span>
        {state !== undefined && <Status health={state.health} word={state.word} />}
        {lastAnswer instanceof Date && <span className={css.faint}>answered {formatRelative(lastAnswer, now)}</span>}
        {lastAnswer !== undefined && isUnknown(lastAnswer) && <span className={css.faint}>has not answered yet</span>}
        <span className={css.right}>
          <Button kind="quiet" onClick={() => change.run({ do: 'wake', id: profile.id })}>
            Ask now
          </Button>
          <Button
            kind={unlocked ? 'danger' : 'plain'}
            pressed={unlocked}
            onClick={() => change.run({ do: unlocked ? 'lock' : 'unlock', id: profile.id })}
          >
            {unlocked
              ? `Unlocked, ${formatDuration(unlockedUntil.getTime() - now.getTime())} left · lock`
              : 'Read-only · unlock for 15 min'}
          </Button>
          <Button kind="quiet" onClick={() => change.run({ do: 'remove', id: profile.id })}>
            Remove
          </Button>
        </span>
      </div>
      <div className={css.faint}>
        {Object.entries(profile.endpoints).map(([name, e]) => (
          <span key={name} className={css.endpoint}>
            {systemOf(profile.system)?.endpoints[name]?.title ?? name}: <code>{e.addresses.join(', ')}</code>
          </span>
        ))}
        {instance !== undefined && (
          <span className={css.endpoint}>
            id <code>{instance}</code>
          </span>
        )}
      </div>
      {text('why') !== undefined && (
        <p className={css.why}>
          <SafeText text={text('why') ?? ''} max={400} />
        </p>
      )}
      {targets.length > 0 && (
        <table className={css.targets}>
          <thead>
            <tr>
              <th>Server</th>
              <th className={css.n}>requests/min</th>
              <th className={css.n}>of budget</th>
              <th className={css.n}>requests</th>
              <th className={css.n}>received</th>
              <th className={css.n}>sent</th>
              <th className={css.n}>slowest</th>
              <th className={css.n}>writes</th>
            </tr>
          </thead>
          <tbody>
            {targets.map((t) => (
              <tr key={t.target}>
                <td>
                  <code>{t.target}</code>
                </td>
                <td className={css.n}>{formatNumber(Math.round(t.perMinute * 10) / 10)}</td>
                <td className={css.n}>
                  <meter
                    className={css.meter}
                    min={0}
                    max={t.allowed}
                    value={Math.min(t.perMinute, t.allowed)}
                    aria-label="part of the budget used"
                  />{' '}
                  {formatNumber(t.allowed)}
                </td>
                <td className={css.n}>{formatNumber(t.requests)}</td>
                <td className={css.n}>{formatBytes(t.bytesIn)}</td>
                <td className={css.n}>{formatBytes(t.bytesOut)}</td>
                <td className={css.n}>{formatDuration(t.slowestMs)}</td>
                <td className={css.n}>{t.writes === 0 ? '0' : <Status health="warn" word={formatNumber(t.writes)} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {change.error !== undefined && <Failed error={change.error} />}
    </Card>
  )
}
