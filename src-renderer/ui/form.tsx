// Fields of a form: a label above, what is wrong below.
import { type JSX, useId } from 'react'
import css from './form.module.css'
import { plainVisible } from './values/visible-text.ts'

interface TextProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  readonly says?: string | undefined
  readonly wrong?: string | undefined
  readonly lines?: number
  readonly data?: boolean
}
export function TextField({ label, value, onChange, placeholder, says, wrong, lines = 1, data }: TextProps): JSX.Element {
  const id = useId()
  const shared = {
    id,
    value,
    placeholder,
    spellCheck: false,
    autoComplete: 'off',
    'aria-invalid': wrong !== undefined,
    'aria-describedby': (wrong ?? says) === undefined ? undefined : `${id}-says`,
    className: `${css.input} ${data === true ? css.data : ''}`,
  }
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      {lines > 1 ? (
        <textarea {...shared} rows={lines} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...shared} type="text" onChange={(event) => onChange(event.target.value)} />
      )}
      {(wrong ?? says) !== undefined && (
        <span id={`${id}-says`} className={wrong === undefined ? css.says : css.wrong}>
          {wrong ?? says}
        </span>
      )}
    </div>
  )
}

interface ChoiceProps<V extends string> {
  readonly label: string
  readonly value: V
  readonly choices: readonly { readonly value: V; readonly title: string }[]
  readonly onChange: (value: V) => void
  readonly says?: string
}
export function ChoiceField<V extends string>({ label, value, choices, onChange, says }: ChoiceProps<V>): JSX.Element {
  const id = useId()
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        className={css.input}
        onChange={(event) => {
          const chosen = choices.find((c) => c.value === event.target.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {choices.map((c) => (
          <option key={c.value} value={c.value}>
            {plainVisible(c.title, 120)}
          </option>
        ))}
      </select>
      {says !== undefined && <span className={css.says}>{says}</span>}
    </div>
  )
}
