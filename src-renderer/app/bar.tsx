// The bar: where one looks, who answers, and the way to everything by name.
import type { JSX } from 'react'
import { own } from '../../shared/model/own.ts'
import { useHello } from '../client/control.ts'
import { ViewingProvider } from '../client/landscope.tsx'
import { useRecords } from '../client/records.ts'
import { usePlaces } from '../pages/places.ts'
import { Chip } from '../ui/frame/frame.tsx'
import { Key } from '../ui/keys/keys.tsx'
import { formatDuration } from '../ui/values/format.ts'
import { LookProvider, useNow } from '../ui/values/look.tsx'
import { useAppearance } from './appearance.ts'
import css from './bar.module.css'
import { ViewingControl } from './viewing-control.tsx'

interface Props {
  readonly onPalette: () => void
  readonly onHelp: () => void
}
const live = {}

export function Bar({ onPalette, onHelp }: Props): JSX.Element {
  const places = usePlaces()
  const { theme, density, nextTheme, nextDensity } = useAppearance()
  return (
    <>
      <button type="button" className={css.brand} onClick={() => places.page('/now')}>
        <i aria-hidden="true">◧</i> Landscope
      </button>
      <button type="button" className={css.search} onClick={onPalette}>
        <span>Paste an alert, or type a name, an id, a question</span>
        <Key of="palette" />
      </button>
      <ViewingControl />
      {/* Who answers is asked of now, also while one looks at another time. */}
      <ViewingProvider viewing={live}>
        <LookProvider flipTimes={false} exact={false} at={undefined}>
          <WatchingChip />
        </LookProvider>
      </ViewingProvider>
      <span className={css.right}>
        <button type="button" className={css.small} onClick={nextTheme} aria-label={`Theme: ${theme}`} title={`Theme: ${theme}`}>
          {theme === 'dark' ? '☾' : theme === 'light' ? '☀' : '◑'}
        </button>
        <button type="button" className={css.small} onClick={nextDensity} aria-label={`Rows: ${density}`} title={`Rows: ${density}`}>
          {density === 'compact' ? '☰' : '≡'}
        </button>
        <button type="button" className={css.small} onClick={onHelp} aria-label="Keys of this page">
          ?
        </button>
      </span>
    </>
  )
}

/** `2 of 2 answering · 8 s`: how many answer, and the age of the oldest answer. */
function WatchingChip(): JSX.Element {
  const places = usePlaces()
  const now = useNow()
  const hello = useHello()
  const rows = useRecords(own, 'connections', { limit: 200 })
  const all = rows.data?.rows ?? []
  const total = Math.max(all.length, hello.data?.connections.length ?? 0)
  const answering = all.filter(({ row }) => row.state === 'answering' || row.state === 'partly')
  const oldest = answering.reduce<number | undefined>((age, { row }) => {
    if (!(row.lastAnswer instanceof Date)) return age
    return Math.max(age ?? 0, now.getTime() - row.lastAnswer.getTime())
  }, undefined)
  const wrong = total > 0 && answering.length < total
  return (
    <Chip onClick={() => places.page('/watching')} label="Watching" {...(wrong ? { tone: 'wrong' as const } : {})}>
      {total === 0 ? (
        'nothing connected'
      ) : (
        <span>
          {answering.length} of {total} answering
          {oldest !== undefined && (
            <>
              {' '}
              · <b>{formatDuration(Math.max(0, oldest))}</b>
            </>
          )}
        </span>
      )}
    </Chip>
  )
}
