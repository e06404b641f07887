// The typed filter of a list: `lag>1000 state:Empty topic~^play name`. The whole is filtered in the host, shortly after the last letter.
import { type JSX, type RefObject, useEffect, useRef, useState } from 'react'
import { Key } from '../keys/keys.tsx'
import css from './data-table.module.css'

const PAUSE_MS = 150

interface Props {
  readonly box: RefObject<HTMLInputElement | null>
  readonly typed: string
  readonly onTyped: (typed: string) => void
  readonly onDone: () => void
}
export function FilterBox({ box, typed, onTyped, onDone }: Props): JSX.Element {
  const [text, setText] = useState(typed)
  const told = useRef(typed)
  // What was told comes back as `typed` a moment later: letters that were typed meanwhile stay.
  useEffect(() => {
    if (typed !== told.current) setText(typed)
    told.current = typed
  }, [typed])
  useEffect(() => {
    if (text === typed) return
    const timer = setTimeout(() => {
      told.current = text
      onTyped(text)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, typed, onTyped])
  return (
    <label className={css.filter}>
      <span className="visually-hidden">Filter</span>
      <input
        ref={box}
        type="text"
        spellCheck={false}
        autoComplete="off"
        value={text}
        placeholder="Filter: lag>1000 state:Empty topic~^play"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            onTyped(text)
            onDone()
          }
          if (event.key === 'Escape') {
            event.preventDefault()
            event.stopPropagation()
            if (text !== '') {
              setText('')
              onTyped('')
            }
            onDone()
          }
        }}
      />
      {text === '' && <Key of="filter" />}
    </label>
  )
}
