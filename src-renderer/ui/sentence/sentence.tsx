// Sentences: nouns and numbers in them are controls. Tab walks them, Enter opens what they stand for.
import type { JSX } from 'react'
import type { Hop, Sentence as Says, Target } from '../../../shared/model/sentence.ts'
import { formatMoment } from '../values/format.ts'
import { useLook } from '../values/look.tsx'
import { SafeText } from '../values/value.tsx'
import css from './sentence.module.css'

export type OpenTarget = (target: Target) => void

export function SentenceText({ says, onOpen }: { readonly says: Says; readonly onOpen: OpenTarget }): JSX.Element {
  return (
    <>
      {says.map((span, i) => {
        const key = `${i} ${typeof span === 'string' ? '' : span.text}`
        if (typeof span === 'string') return <SafeText key={key} text={span} max={2_000} />
        const { text, to } = span
        if (to === undefined) {
          return (
            <span key={key} className={css.plain}>
              <SafeText text={text} max={300} />
            </span>
          )
        }
        return (
          <button key={key} type="button" className={css.noun} onClick={() => onOpen(to)}>
            <SafeText text={text} max={300} />
          </button>
        )
      })}
    </>
  )
}

interface HeadlineProps {
  readonly says: Says
  readonly also?: Says | undefined
  readonly onOpen: OpenTarget
  /** True while the data is too old for a verdict. */
  readonly looking?: boolean | undefined
}
/** The first line of a page: is it bad, since when, to whom; below it, quieter, what contradicts or is not seen. */
export function HeadlineText({ says, also, onOpen, looking }: HeadlineProps): JSX.Element {
  return (
    <div className={css.headline}>
      <h1 className={css.says} data-looking={looking === true ? true : undefined}>
        <SentenceText says={says} onOpen={onOpen} />
      </h1>
      {also !== undefined && also.length > 0 && (
        <p className={css.also}>
          <SentenceText says={also} onOpen={onOpen} />
        </p>
      )}
    </div>
  )
}

interface ChainProps {
  readonly chain: readonly Hop[]
  /** How many hops are unfolded; all when absent. */
  readonly open?: number
  readonly onOpen: OpenTarget
}
/** The chain, hop by hop, from what is hurt to the cause (filled) or a wall (dashed). */
export function Chain({ chain, open = chain.length, onOpen }: ChainProps): JSX.Element {
  const look = useLook('timeline')
  return (
    <ol className={css.chain} aria-label="Why">
      {chain.slice(0, open).map((hop) => {
        const { urn } = hop
        const inside = (
          <>
            <b>
              {hop.kind === 'cause' && <span className={css.cause}>■ </span>}
              <SafeText text={hop.title} max={120} />
            </b>
            <span className={css.detail}>
              <SafeText text={hop.detail} max={200} />
            </span>
            <span className={css.source}>
              {hop.since !== undefined && `since ${formatMoment(hop.since, look.now)}`}
              {hop.since !== undefined && hop.source !== '' && ' · '}
              <SafeText text={hop.source} max={120} />
            </span>
          </>
        )
        return (
          <li key={`${hop.title} ${hop.detail}`} className={`${css.hop} ${css[hop.kind]}`}>
            {urn === undefined ? (
              <div className={css.inside}>{inside}</div>
            ) : (
              <button type="button" className={css.inside} onClick={() => onOpen({ urn })}>
                {inside}
              </button>
            )}
          </li>
        )
      })}
    </ol>
  )
}
