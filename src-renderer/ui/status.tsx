// A state as shape + word + colour, so that neither colour nor shape alone carries it.
import type { JSX } from 'react'
import type { Health } from '../../shared/model/health.ts'
import css from './status.module.css'

const shapes: Readonly<Record<Health, string>> = { critical: '■', high: '◆', warn: '▲', unknown: '?', known: '◐', ok: '●', idle: '○' }
const spoken: Readonly<Record<Health, string>> = {
  critical: 'critical',
  high: 'high',
  warn: 'warning',
  unknown: 'unknown',
  known: 'known',
  ok: 'fine',
  idle: 'idle',
}

/** Without a word only the shape is drawn, and its meaning is still read out. */
export function Status({ health, word }: { readonly health: Health; readonly word?: string }): JSX.Element {
  return (
    <span className={`${css.status} ${css[health]}`} data-health={health}>
      <span className={css.shape} aria-hidden="true">
        {shapes[health]}
      </span>
      {word === undefined || word === '' ? <span className="visually-hidden">{spoken[health]}</span> : word}
    </span>
  )
}

/** The class that colours text by health. */
export function healthClass(health: Health): string {
  return css[health] ?? ''
}
