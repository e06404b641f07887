// Where one looks: live, at a moment, in a file. One control; the frame is coloured while it is not live.
import { type JSX, useEffect, useRef, useState } from 'react'
import { useHello } from '../client/control.ts'
import { useViewing } from '../client/landscope.tsx'
import { usePlaces } from '../pages/places.ts'
import { Button } from '../ui/button.tsx'
import { ChoiceField, TextField } from '../ui/form.tsx'
import { Chip } from '../ui/frame/frame.tsx'
import { formatDuration, formatMoment } from '../ui/values/format.ts'
import { SafeText } from '../ui/values/value.tsx'
import css from './bar.module.css'

const MINUTE = 60_000
const steps = [-60, -10, -1, 1, 10, 60] as const

export function ViewingControl(): JSX.Element {
  const places = usePlaces()
  const viewing = useViewing()
  const hello = useHello()
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const sources = hello.data?.sources ?? []
  const file = sources.find((s) => s.source === viewing.source)
  const end = file === undefined ? new Date() : new Date(file.manifest.to)
  const at = viewing.at ?? end
  const [typed, setTyped] = useState('')
  const shown = at.toISOString().slice(0, 19).replace('T', ' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: taken when the panel opens or the moment changes, not each second
  useEffect(() => setTyped(shown), [viewing.at?.getTime(), viewing.source, open])
  useEffect(() => {
    if (!open) return
    const away = (event: PointerEvent): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) !== true) setOpen(false)
    }
    const onEscape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      setOpen(false)
    }
    window.addEventListener('pointerdown', away)
    window.addEventListener('keydown', onEscape, true)
    return () => {
      window.removeEventListener('pointerdown', away)
      window.removeEventListener('keydown', onEscape, true)
    }
  }, [open])
  const parsed = new Date(`${typed.trim().replace(' ', 'T').replace(/Z?$/, 'Z')}`)
  const wrong = Number.isNaN(parsed.getTime())
  const name = file === undefined ? '' : file.manifest.title === '' ? file.path : file.manifest.title
  const moment = viewing.at === undefined ? '' : formatMoment(viewing.at, end)
  const difference =
    viewing.at === undefined ? '' : ` (${viewing.at > end ? '+' : '−'}${formatDuration(Math.abs(end.getTime() - viewing.at.getTime()))})`
  return (
    <div className={css.viewing} ref={box}>
      <Chip
        tone={viewing.source !== undefined ? 'file' : viewing.at !== undefined ? 'past' : 'live'}
        onClick={() => setOpen(!open)}
        expanded={open}
        label="Viewing"
      >
        {viewing.source === undefined && viewing.at === undefined && (
          <>
            <span className={css.dot} /> LIVE
          </>
        )}
        {viewing.source !== undefined && (
          <>
            FILE{' '}
            <span className={css.title}>
              <SafeText text={name === '' ? viewing.source : name} max={120} />
            </span>
          </>
        )}
        {viewing.at !== undefined && `AT ${moment}${difference}`}
      </Chip>
      {open && (
        // biome-ignore lint/a11y/useSemanticElements: a form would submit
        <div className={css.panel} role="group" aria-label="Where to look">
          <ChoiceField
            label="Look at"
            value={viewing.source ?? ''}
            choices={[
              { value: '', title: 'live' },
              ...sources.map((s) => ({ value: s.source, title: s.manifest.title === '' ? s.path : s.manifest.title })),
            ]}
            onChange={(source) => places.view(source === '' ? {} : { source })}
          />
          <TextField label="At (UTC)" value={typed} onChange={setTyped} wrong={wrong ? 'Not a time' : undefined} data />
          <div className={css.steps}>
            <Button kind="accent" disabled={wrong} onClick={() => places.moment(parsed)}>
              Go
            </Button>
            {steps.map((minutes) => (
              <Button key={minutes} kind="quiet" onClick={() => places.moment(new Date(at.getTime() + minutes * MINUTE))}>
                {minutes > 0 ? `+${minutes}` : `−${-minutes}`} min
              </Button>
            ))}
            <Button shows="live" onClick={() => places.view({})}>
              Live
            </Button>
          </div>
          {file !== undefined && file.manifest.moments.length > 0 && (
            <div className={css.moments}>
              {file.manifest.moments.map((m) => (
                <Button key={m.at} kind="quiet" onClick={() => places.moment(new Date(m.at))}>
                  <SafeText text={`${m.at.slice(11, 19)} ${m.name}`} max={80} />
                </Button>
              ))}
            </div>
          )}
        </div>
      )}
    </div>
  )
}
