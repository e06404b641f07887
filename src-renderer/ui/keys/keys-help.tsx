// The page of keys: those that mean something here first.
import type { JSX } from 'react'
import { type KeyEntry, keyTable, listKeys, shownKey } from './key-table.ts'
import css from './keys.module.css'
import { useActiveKeys } from './keys.tsx'

function Line({ entry, off = false }: { readonly entry: KeyEntry; readonly off?: boolean }): JSX.Element {
  return (
    <div className={`${css.line} ${off ? css.off : ''}`}>
      {entry.does}
      <span>
        {entry.keys.map((key) => (
          <kbd key={key}>{shownKey(key)}</kbd>
        ))}
      </span>
    </div>
  )
}

export function KeysHelp(): JSX.Element {
  const active = useActiveKeys()()
  return (
    <div className={css.help}>
      <h3>Here</h3>
      {keyTable
        .filter((e) => active.has(e.name))
        .map((e) => (
          <Line key={e.name} entry={e} />
        ))}
      <h3>In a list</h3>
      {listKeys.map((e) => (
        <Line key={e.name} entry={e} />
      ))}
      <h3>Elsewhere</h3>
      {keyTable
        .filter((e) => !active.has(e.name))
        .map((e) => (
          <Line key={e.name} entry={e} off />
        ))}
    </div>
  )
}
