// Adding a connection: paste, test step by step, keep. Nothing is kept that was not tested or knowingly kept anyway.
import { type JSX, useEffect, useRef, useState } from 'react'
import type { TestStep } from '../../../shared/contract/control.ts'
import type { AppError } from '../../../shared/model/app-error.ts'
import { useChangeConnection } from '../../client/control.ts'
import { useClient } from '../../client/landscope.tsx'
import { wireError } from '../../client/wire-errors.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ChoiceField, TextField } from '../../ui/form.tsx'
import { Failed } from '../../ui/states/states.tsx'
import { Status } from '../../ui/status.tsx'
import { SafeText } from '../../ui/values/value.tsx'
import { allSystems } from '../generic/declared.tsx'
import css from './connections.module.css'
import { profileOf, readPasted, systemsFor } from './read-pasted.ts'

interface Testing {
  readonly state: 'idle' | 'running' | 'done'
  readonly steps: readonly TestStep[]
  readonly error?: AppError
}
export function AddConnection({ taken, onAdded }: { readonly taken: ReadonlySet<string>; readonly onAdded: () => void }): JSX.Element {
  const client = useClient()
  const [text, setText] = useState('')
  const [title, setTitle] = useState('')
  const [chosen, setChosen] = useState<string | undefined>(undefined)
  const [testing, setTesting] = useState<Testing>({ state: 'idle', steps: [] })
  const stop = useRef<AbortController>(undefined)
  const change = useChangeConnection(() => {
    setText('')
    setTitle('')
    setTesting({ state: 'idle', steps: [] })
    onAdded()
  })
  const pasted = readPasted(text)
  const fitting = pasted.ok ? systemsFor(pasted.protocol, allSystems()) : []
  const system = fitting.find((s) => s.id === chosen) ?? fitting[0]
  const profile = pasted.ok && system !== undefined ? profileOf(system, pasted, title, taken) : undefined
  const passed = testing.state === 'done' && testing.error === undefined && testing.steps.length > 0 && testing.steps.every((s) => s.ok)

  useEffect(() => () => stop.current?.abort(), [])
  /** What was tested is no longer what stands in the form. */
  function forget(): void {
    stop.current?.abort()
    stop.current = undefined
    setTesting({ state: 'idle', steps: [] })
  }
  async function test(): Promise<void> {
    if (profile === undefined) return
    stop.current?.abort()
    const ours = new AbortController()
    stop.current = ours
    setTesting({ state: 'running', steps: [] })
    const steps: TestStep[] = []
    // A test that another one or another address has followed has nothing to say.
    const told = (now: Testing): void => {
      if (stop.current === ours) setTesting(now)
    }
    try {
      for await (const step of await client.connections.test({ profile }, { signal: ours.signal })) {
        steps.push(step)
        told({ state: 'running', steps: [...steps] })
      }
      told({ state: ours.signal.aborted ? 'idle' : 'done', steps })
    } catch (thrown) {
      const error = wireError(thrown, ours.signal, undefined)
      told(error.data.code === 'cancelled' ? { state: 'idle', steps } : { state: 'done', steps, error })
    }
  }
  return (
    <Card title="Add a connection">
      <div className={css.form}>
        <TextField
          label="Paste a bootstrap list or a URL"
          value={text}
          onChange={(value) => {
            setText(value)
            forget()
          }}
          placeholder="broker-1.example.net:9092, broker-2.example.net:9092   or   http://flink.example.net:8081"
          lines={2}
          data
          says={
            profile === undefined
              ? 'It is read at once; nothing is contacted until you test.'
              : `${system?.title}: ${pasted.ok ? pasted.addresses.join(', ') : ''}`
          }
          wrong={text.trim() !== '' && !pasted.ok ? pasted.why : undefined}
        />
        <div className={css.pair}>
          {fitting.length > 1 && (
            <ChoiceField
              label="System"
              value={system?.id ?? ''}
              choices={fitting.map((s) => ({ value: s.id, title: s.title }))}
              onChange={(id) => {
                setChosen(id)
                forget()
              }}
            />
          )}
          <TextField label="What you call it" value={title} onChange={setTitle} placeholder={system?.title ?? 'front-3'} />
        </div>
        <div className={css.buttons}>
          <Button kind="accent" onClick={() => void test()} disabled={profile === undefined || testing.state === 'running'}>
            Test
          </Button>
          {testing.state === 'running' && (
            <Button kind="quiet" onClick={() => stop.current?.abort()}>
              Cancel
            </Button>
          )}
          <Button
            onClick={() => {
              if (profile !== undefined) change.run({ do: 'put', profile })
            }}
            disabled={profile === undefined || testing.state !== 'done' || change.running}
          >
            {passed ? 'Keep it' : 'Keep it anyway'}
          </Button>
          <span className={css.faint}>Read-only: it stays locked until you unlock it.</span>
        </div>
        {(testing.steps.length > 0 || testing.state === 'running') && (
          <ol className={css.steps} aria-label="Test">
            {testing.steps.map((step) => (
              <li key={step.name}>
                <Status health={step.ok ? 'ok' : 'high'} word={step.name} />
                <span className={css.faint}>
                  <SafeText text={step.detail} max={300} />
                </span>
              </li>
            ))}
            {testing.state === 'running' && <li className={css.faint}>…</li>}
          </ol>
        )}
        {testing.error !== undefined && <Failed error={testing.error} />}
        {change.error !== undefined && <Failed error={change.error} />}
      </div>
    </Card>
  )
}
