// What stands where data would: which emptiness it is, loading that does not jump, an error with its code and next step, staleness, partial knowledge.
import { type JSX, type ReactNode, useEffect, useState } from 'react'
import type { Emptiness, Freshness } from '../../../shared/contract/messages.ts'
import type { AppError } from '../../../shared/model/app-error.ts'
import { Button } from '../button.tsx'
import { formatRelative } from '../values/format.ts'
import { useNow } from '../values/look.tsx'
import { SafeText } from '../values/value.tsx'
import css from './states.module.css'

const LATE_MS = 300
/** Nothing for 300 ms, then a word that takes no more room than the thing itself. */
export function Loading({ what }: { readonly what: string }): JSX.Element {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={css.quiet} role="status" aria-busy="true">
      {late && `Loading ${what} …`}
    </div>
  )
}

/** Each emptiness in a sentence, with the next step. */
const emptiness: Readonly<Record<Emptiness, (what: string) => readonly [string, string]>> = {
  'none-exist': (what) => [`There are no ${what}.`, 'The servers were asked and have none.'],
  'none-match': (what) => [`No ${what} match the filter.`, 'Change or clear the filter (/).'],
  'not-recorded': (what) => [`No ${what} were recorded then.`, 'Nobody was watching at that moment; go to a later one (Shift-→).'],
  withheld: (what) => [`The ${what} were withheld.`, 'The sender of this file left them out.'],
  forbidden: (what) => [`The ${what} may not be seen.`, 'This account has no right to see them; ask for it or use another one.'],
  'not-connected': (what) => [`Nothing is connected that has ${what}.`, 'Add a connection (g c).'],
  looking: (what) => [`Looking for ${what} …`, 'The first round has not come back yet.'],
}
export function Empty({
  kind,
  what,
  children,
}: {
  readonly kind: Emptiness
  readonly what: string
  readonly children?: ReactNode
}): JSX.Element {
  const [says, next] = emptiness[kind](what)
  return (
    <div className={css.empty} data-empty={kind}>
      <b>{says}</b>
      <span>{next}</span>
      {children}
    </div>
  )
}

/** An error with its code, where it happened and what a person can do. */
export function Failed({ error, again }: { readonly error: AppError; readonly again?: (() => void) | undefined }): JSX.Element {
  const { code, message, system, target, hint, retryable } = error.data
  const where = [system, target].filter((part) => part !== undefined).join(' ')
  return (
    <div className={css.failed} role="alert">
      <b>
        <SafeText text={message} max={600} />
      </b>
      <span>
        {hint} <code className={css.code}>{where === '' ? code : `${code} · ${where}`}</code>
      </span>
      {again !== undefined && retryable && <Button onClick={again}>Ask again</Button>}
    </div>
  )
}

/** How well each connection knows the list: quiet when all answered, a line for each that did not. */
export function FreshnessLine({ freshness }: { readonly freshness: readonly Freshness[] }): JSX.Element | null {
  const now = useNow()
  if (freshness.length === 0) return null
  const oldest = freshness.reduce<Date | undefined>(
    (old, f) => (f.at === undefined || (old !== undefined && old < f.at) ? old : f.at),
    undefined,
  )
  const wrong = freshness.filter((f) => f.stale || !f.complete || f.lacks !== undefined || f.at === undefined)
  return (
    <span className={css.fresh}>
      {wrong.length === 0 && oldest !== undefined && `as of ${formatRelative(oldest, now)}`}
      {wrong.map((f) => (
        <span key={f.connection} className={f.stale ? css.stale : css.partial} data-stale={f.stale ? true : undefined}>
          <SafeText text={f.title} max={60} />
          {f.lacks !== undefined
            ? ': not offered'
            : f.at === undefined
              ? ': never asked'
              : `${f.stale ? ': last seen' : ': seen'} ${formatRelative(f.at, now)}`}
          {f.missing !== undefined && (
            <>
              , without <SafeText text={f.missing} max={120} />
            </>
          )}
        </span>
      ))}
    </span>
  )
}
