// Key handling: one listener; the part of the page that registered last answers a key. A key that means nothing here says so.
import { createContext, type JSX, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { entryOf, type KeyName, keyOf, nameOfKey, shownKey } from './key-table.ts'
import css from './keys.module.css'

export type KeyHandlers = { readonly [N in KeyName]?: () => void }
interface Keys {
  readonly register: (handlers: { readonly current: KeyHandlers }) => () => void
  /** Names that something here answers. */
  readonly active: () => ReadonlySet<KeyName>
  /** Says a short thing at the foot of the page. */
  readonly say: (text: string) => void
  /** Whether a key pressed then is the second one of a chord (`g k`). */
  readonly inChord: (timeStamp: number) => boolean
}
const KeysContext = createContext<Keys | undefined>(undefined)
const SAY_MS = 3_000
const CHORD_MS = 1_500

/** Whether keys belong to the element: text is typed there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}

export function KeysProvider({ children }: { readonly children: ReactNode }): JSX.Element {
  const stack = useRef<{ readonly current: KeyHandlers }[]>([])
  const [said, setSaid] = useState<{ readonly text: string; readonly n: number } | undefined>()
  const count = useRef(0)
  const chord = useRef({ first: '', at: 0 })
  const keys = useMemo<Keys>(
    () => ({
      register: (handlers) => {
        stack.current.push(handlers)
        return () => {
          stack.current = stack.current.filter((h) => h !== handlers)
        }
      },
      active: () => new Set(stack.current.flatMap((h) => Object.keys(h.current).filter((n): n is KeyName => n in h.current))),
      say: (text) => {
        count.current += 1
        setSaid({ text, n: count.current })
      },
      inChord: (timeStamp) => chord.current.first !== '' && timeStamp - chord.current.at < CHORD_MS,
    }),
    [],
  )
  useEffect(() => {
    if (said === undefined) return
    const timer = setTimeout(() => setSaid(undefined), SAY_MS)
    return () => clearTimeout(timer)
  }, [said])
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      let key = keyOf(event)
      if (isTyping(event.target) && key !== 'Mod+K' && key !== 'Escape') return
      if (key === 'Escape' && event.target instanceof Element && event.target.closest('[role=dialog]') !== null) return // it closes the dialog
      if (keys.inChord(event.timeStamp)) key = `${chord.current.first} ${key}`
      chord.current = { first: key === 'g' ? key : '', at: event.timeStamp }
      if (key === 'g') return
      const name = nameOfKey(key)
      if (name === undefined) {
        if (key.startsWith('g ')) keys.say(`${key}: goes nowhere`)
        return
      }
      const handler = stack.current.toReversed().find((h) => h.current[name] !== undefined)?.current[name]
      if (handler === undefined) {
        if (key !== 'Escape') keys.say(`${shownKey(key)} (${entryOf(name).does}): nothing to do here`)
        return
      }
      event.preventDefault()
      handler()
    }
    window.addEventListener('keydown', down)
    return () => window.removeEventListener('keydown', down)
  }, [keys])
  return (
    <KeysContext.Provider value={keys}>
      {children}
      <div className={css.said} role="status" aria-live="polite">
        {said !== undefined && <span key={said.n}>{said.text}</span>}
      </div>
    </KeysContext.Provider>
  )
}

function useKeysContext(): Keys {
  const keys = useContext(KeysContext)
  if (keys === undefined) throw new Error('no KeysProvider above')
  return keys
}
/** Answers keys as long as the component is there. The last one mounted wins. */
export function useKeys(handlers: KeyHandlers): void {
  const { register } = useKeysContext()
  const current = useRef(handlers)
  current.current = handlers
  useEffect(() => register(current), [register])
}
/** Says a short thing at the foot of the page: what was copied, why a key did nothing. */
export function useSay(): (text: string) => void {
  return useKeysContext().say
}
/** Copies a text and says that it did, or that the machine did not let it. */
export function useCopy(): (text: string, done: string) => void {
  const say = useSay()
  return (text, done) => {
    navigator.clipboard.writeText(text).then(
      () => say(done),
      () => say('Not copied: the clipboard is not open to this page now (click into the page and try again)'),
    )
  }
}
/** For parts that answer keys themselves: the second key of a chord is not theirs. */
export function useInChord(): (timeStamp: number) => boolean {
  return useKeysContext().inChord
}
export function useActiveKeys(): () => ReadonlySet<KeyName> {
  return useKeysContext().active
}
/** The key of a name, to stand beside a button or a title. */
export function Key({ of }: { readonly of: KeyName }): JSX.Element {
  return <kbd>{shownKey(entryOf(of).keys[0] ?? '')}</kbd>
}
