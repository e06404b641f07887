// How values are shown at the moment: which time is now, ages or moments (`u`), exact or short (`i`).
import { createContext, type JSX, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react'
import type { Look } from './format.ts'

interface Flips {
  readonly flipTimes: boolean
  readonly exact: boolean
  /** The moment looked at; ages are measured from it. Undefined: live. */
  readonly at: Date | undefined
}
const LookContext = createContext<Flips>({ flipTimes: false, exact: false, at: undefined })

export function LookProvider({ children, ...flips }: Flips & { readonly children: ReactNode }): JSX.Element {
  const { flipTimes, exact, at } = flips
  const value = useMemo(() => ({ flipTimes, exact, at }), [flipTimes, exact, at])
  return <LookContext.Provider value={value}>{children}</LookContext.Provider>
}

/** One clock for the page, so that ages move together and a hidden page costs nothing. */
const listeners = new Set<() => void>()
let second = Math.floor(Date.now() / 1_000)
let timer: ReturnType<typeof setInterval> | undefined
function listen(told: () => void): () => void {
  listeners.add(told)
  timer ??= setInterval(() => {
    const now = Math.floor(Date.now() / 1_000)
    if (now === second || document.hidden) return
    second = now
    for (const each of listeners) each()
  }, 250)
  return () => {
    listeners.delete(told)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
/** Ages in lists move every five seconds: a list is drawn again for it. */
const STEP_MS = 5_000
/** The moment looked at: now, counted in steps (whole seconds unless said), or the fixed moment of a non-live viewing. */
export function useNow(stepMs = 1_000): Date {
  const { at } = useContext(LookContext)
  const ticking = useSyncExternalStore(listen, () => Math.floor((second * 1_000) / stepMs) * stepMs)
  return useMemo(() => at ?? new Date(ticking), [at, ticking])
}

/** The fixed moment looked at; none while live. */
export function useFixedMoment(): Date | undefined {
  return useContext(LookContext).at
}

/** @param place lists show ages unless flipped, timelines show moments unless flipped. */
export function useLook(place: 'list' | 'timeline' = 'list'): Look {
  const { flipTimes, exact } = useContext(LookContext)
  const now = useNow(STEP_MS)
  const absolute = (place === 'timeline') !== flipTimes
  return useMemo(() => ({ now, absolute, exact }), [now, absolute, exact])
}
