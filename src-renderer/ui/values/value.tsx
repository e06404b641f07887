// One value of a record on screen: text made safe, numbers in the data font, unknown with its reason, states with shape and word.
import type { JSX } from 'react'
import type { Cell } from '../../../shared/contract/messages.ts'
import type { StateWord } from '../../../shared/model/health.ts'
import { isUnknown, type Unknown } from '../../../shared/model/known.ts'
import { Status } from '../status.tsx'
import { exactText, type FieldLook, formatCell, formatUnknown, isNumeric, type Look } from './format.ts'
import css from './value.module.css'
import { visibleText } from './visible-text.ts'

/** Text of a server: what hides is marked, its width bounded. */
export function SafeText({ text, max = 300 }: { readonly text: string; readonly max?: number }): JSX.Element {
  const pieces = visibleText(text, max)
  const [only] = pieces
  if (pieces.length === 1 && only?.mark === undefined) return <bdi className={css.text}>{only?.text}</bdi>
  return (
    <bdi className={css.text}>
      {pieces.map((piece, i) =>
        piece.mark === undefined ? (
          piece.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity of their own
          <span key={i} className={css.mark} title={piece.mark}>
            {piece.text}
          </span>
        ),
      )}
    </bdi>
  )
}

/** A value nobody has: `? refused`, with who said what where values are shown exactly. */
export function UnknownValue({ value, exact = false }: { readonly value: Unknown; readonly exact?: boolean }): JSX.Element {
  const { word, sentence } = formatUnknown(value)
  return (
    <span className={css.unknown} title={sentence}>
      ? {word}
      {exact && value.note !== undefined && (
        <span className={css.reason}>
          {' '}
          <SafeText text={value.note} max={120} />
        </span>
      )}
    </span>
  )
}

interface Props {
  readonly cell: Cell | undefined
  readonly field: FieldLook
  readonly look: Look
  /** state → its word and health, where the field has words. */
  readonly words?: Readonly<Record<string, StateWord>> | undefined
  readonly max?: number
  /** It is what the record is judged by: its shape and colour are drawn also where all is well. */
  readonly leads?: boolean
}
/** Any value of any field. */
export function Value({ cell, field, look, words, max = 200, leads = true }: Props): JSX.Element | null {
  if (cell === undefined || cell === null) return null
  if (isUnknown(cell)) return <UnknownValue value={cell} exact={look.exact} />
  if (typeof cell === 'string') {
    const word = words?.[cell]
    if (word !== undefined && !leads && (word.health === 'ok' || word.health === 'idle'))
      return <span className={css.quiet}>{look.exact ? `${word.word} (${cell})` : word.word}</span>
    if (word !== undefined) return <Status health={word.health} word={look.exact ? `${word.word} (${cell})` : word.word} />
    return <SafeText text={cell} max={max} />
  }
  const text = formatCell(cell, field, look)
  if (cell instanceof Date) {
    return (
      <time className={css.number} dateTime={exactText(cell)} title={exactText(cell)}>
        {text}
      </time>
    )
  }
  if (isNumeric(field.kind) || field.kind === 'interval') {
    return (
      <span className={css.number} title={formatCell(cell, field, { ...look, exact: true })}>
        {text}
      </span>
    )
  }
  return <SafeText text={text} max={max} />
}
