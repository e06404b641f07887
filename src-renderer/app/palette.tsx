// Everything by name. A pasted alert, URL or stack trace has its known names lit up; Enter opens the worst of them.
import { type JSX, useDeferredValue, useEffect, useState } from 'react'
import type { NameHit } from '../../shared/contract/messages.ts'
import { healths } from '../../shared/model/health.ts'
import { useNames } from '../client/questions.ts'
import { collectionOf, systemOf } from '../pages/generic/declared.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Failed } from '../ui/states/states.tsx'
import { Status } from '../ui/status.tsx'
import { SafeText } from '../ui/values/value.tsx'
import css from './palette.module.css'

interface Props {
  readonly onClose: () => void
  readonly onOpen: (urn: string) => void
}
/** A text with more than this is pasted, not typed: its names are lit up, the worst one first. */
const PASTED_AT = 40

/** At once when it is drawn: what is pasted right after the key must land here. */
const focused = (box: HTMLTextAreaElement | null): void => box?.focus()

export function Palette({ onClose, onOpen }: Props): JSX.Element {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const asked = useDeferredValue(text)
  const names = useNames(asked, 40)
  const pasted = text.length > PASTED_AT || text.includes('\n')
  const hits = order(text.trim() === '' ? [] : (names.data?.hits ?? []), pasted)
  const chosen = Math.min(at, Math.max(0, hits.length - 1))
  const current = hits[chosen]
  /** Whether the hits are those of what stands in the box, not of an earlier letter. */
  const answered = names.data?.of === text
  const [entered, setEntered] = useState<string | undefined>(undefined)
  const due = entered === text && answered ? current?.urn : undefined
  useEffect(() => {
    if (due !== undefined) onOpen(due)
  }, [due, onOpen])
  return (
    <Dialog title="Find anything by name" onClose={onClose} wide bare>
      <div className={css.palette}>
        <textarea
          ref={focused}
          className={css.input}
          data-autofocus
          rows={
            pasted
              ? Math.min(
                  6,
                  text.split('\n').reduce((lines, line) => lines + Math.ceil(Math.max(1, line.length) / 85), 0),
                )
              : 1
          }
          spellCheck={false}
          value={text}
          aria-label="Name, id, or a pasted text"
          aria-controls="palette-hits"
          placeholder="Paste an alert, or type a name, an id"
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
            setEntered(undefined)
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              event.preventDefault()
              setAt(Math.max(0, Math.min(hits.length - 1, chosen + (event.key === 'ArrowDown' ? 1 : -1))))
            }
            if (event.key === 'Enter') {
              event.preventDefault()
              setEntered(text) // opened as soon as the hits are those of this text
            }
          }}
        />
        {pasted && hits.some((h) => h.spans.length > 0) && <Lit text={text} hits={hits} />}
        <ul className={css.hits} id="palette-hits" aria-label="Found">
          {hits.map((hit, i) => (
            <li key={hit.urn}>
              <button
                type="button"
                className={css.hit}
                aria-current={i === chosen}
                onClick={() => onOpen(hit.urn)}
                onPointerMove={() => setAt(i)}
                tabIndex={-1}
              >
                <Status health={hit.health} />
                <span className={css.name}>
                  <SafeText text={hit.label} max={120} />
                </span>
                <span className={css.kind}>
                  {systemOf(hit.system)?.title ?? hit.system} ·{' '}
                  {(collectionOf(hit.system, hit.collection)?.title ?? hit.collection).toLowerCase()} ·{' '}
                  <SafeText text={hit.connection} max={40} />
                </span>
              </button>
            </li>
          ))}
        </ul>
        {names.error !== undefined && <Failed error={names.error} />}
        <div className={css.foot} role="status">
          {text.trim() === ''
            ? 'Names of everything that was seen. Enter opens the worst.'
            : hits.length === 0
              ? names.data === undefined
                ? ''
                : pasted
                  ? 'No known name stands in this text.'
                  : 'Nothing is called that.'
              : `${hits.length} found`}
        </div>
      </div>
    </Dialog>
  )
}

/** In a pasted text the worst comes first; for a typed name the host's own order of likeness stays. */
function order(hits: readonly NameHit[], pasted: boolean): readonly NameHit[] {
  if (!pasted) return hits
  return hits.toSorted((a, b) => healths.indexOf(a.health) - healths.indexOf(b.health))
}

/** The pasted text with the known names lit up. */
function Lit({ text, hits }: { readonly text: string; readonly hits: readonly NameHit[] }): JSX.Element {
  const spans = hits
    .flatMap((hit) => hit.spans.map((span) => ({ ...span, health: hit.health })))
    .toSorted((a, b) => a.from - b.from || b.to - a.to)
  const parts: JSX.Element[] = []
  let at = 0
  for (const span of spans) {
    if (span.from < at || span.to > text.length) continue
    if (span.from > at) parts.push(<SafeText key={at} text={text.slice(at, span.from)} max={2_000} />)
    parts.push(
      <mark key={`${span.from}-${span.to}`} className={css.lit} data-health={span.health}>
        <SafeText text={text.slice(span.from, span.to)} />
      </mark>,
    )
    at = span.to
  }
  if (at < text.length) parts.push(<SafeText key={at} text={text.slice(at)} max={2_000} />)
  return (
    <div className={css.text} data-lit>
      {parts}
    </div>
  )
}
