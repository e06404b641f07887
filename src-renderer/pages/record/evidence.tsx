// Evidence: the items of a read side by side, the one in question in the middle of the eye; what differs from its neighbour is marked.
import type { JSX } from 'react'
import type { Cell } from '../../../shared/contract/messages.ts'
import { useAnyRead } from '../../client/reads.ts'
import type { EvidenceAsk, EvidenceItem } from '../../systems/screens.ts'
import { Card } from '../../ui/card.tsx'
import { Failed, Loading } from '../../ui/states/states.tsx'
import { formatInstant, formatNumber } from '../../ui/values/format.ts'
import { SafeText } from '../../ui/values/value.tsx'
import { plainVisible } from '../../ui/values/visible-text.ts'
import { screensFor, systemOf } from '../generic/declared.tsx'
import type { ReadTarget } from '../read-target.ts'
import css from './evidence.module.css'
import { indentJson } from './indent-json.ts'

interface Props {
  readonly system: string
  readonly connection: string
  readonly ask: EvidenceAsk
}
const MAX_SHOWN = 6
const MAX_LINES = 40

/** JSON indented, so that lines can be compared; anything else as it is. */
function linesOf(body: string): readonly string[] {
  return ((body.length < 64_000 ? indentJson(body) : undefined) ?? body).split('\n')
}
const keyOf = (line: string): string | undefined => /^\s*("(?:[^"\\]|\\.)*"):/.exec(line)?.[1]
const keysOf = (lines: readonly string[]): ReadonlySet<string> => new Set(lines.map(keyOf).filter((k) => k !== undefined))

/** Keys that the other has and this one lacks, and the other way round: what changed in shape, not in value. */
export function shapeDiff(
  lines: readonly string[],
  other: readonly string[],
): { readonly missing: readonly string[]; readonly added: ReadonlySet<string> } {
  const own = keysOf(lines)
  const others = keysOf(other)
  if (others.size === 0 || own.size === 0) return { missing: [], added: new Set() }
  return { missing: [...others].filter((k) => !own.has(k)), added: new Set([...own].filter((k) => !others.has(k))) }
}

export function Evidence({ system, connection, ask }: Props): JSX.Element {
  const reading = useAnyRead<Readonly<Record<string, Cell | undefined>>>({ connection, name: ask.read, input: ask.input })
  const { item: draw } = screensFor(system)
  if (reading.state === 'failed' && reading.error !== undefined) return <Failed error={reading.error} />
  if (reading.items.length === 0) {
    return reading.state === 'done' ? (
      <p className={css.none}>
        {reading.from === 'live' || reading.from === undefined
          ? 'Nothing lies there: it was deleted, or never written.'
          : 'This record was not recorded in the file.'}
      </p>
    ) : (
      <Loading what="the evidence" />
    )
  }
  const items = reading.items
    .slice(0, MAX_SHOWN)
    .map((item) => draw?.(ask.read, item))
    .filter((item) => item !== undefined)
  const before = items[0] === undefined || items[0].here ? undefined : linesOf(items[0].body)
  return (
    <div>
      <div className={css.items} style={{ gridTemplateColumns: `repeat(${items.length}, minmax(0, 1fr))` }}>
        {items.map((item) => (
          <Item key={item.head.join()} item={item} before={before} />
        ))}
      </div>
      <div className={css.from}>
        {reading.from === 'live' ? 'read just now' : reading.from === 'recorded' ? 'from the file' : 'partly from the file'}
        {reading.items.length > MAX_SHOWN && ` · ${reading.items.length - MAX_SHOWN} more`}
      </div>
    </div>
  )
}

/** The read that a sentence points to: what is asked of whom, and what it shows. */
export function ReadEvidence({ read }: { readonly read: ReadTarget }): JSX.Element {
  const { system, connection, name, input } = read
  const asked = systemOf(system)?.reads[name]
  const parts = Object.entries(input).map(([key, value]) => `${key} ${typeof value === 'bigint' ? formatNumber(value) : value}`)
  const title = [asked?.title ?? name, ...parts].join(' · ')
  return (
    <Card title="Evidence" hint={<SafeText text={title} max={200} />}>
      <Evidence system={system} connection={connection} ask={{ title, read: name, input }} />
    </Card>
  )
}

function Item({ item, before }: { readonly item: EvidenceItem; readonly before: readonly string[] | undefined }): JSX.Element {
  const lines = linesOf(item.body)
  const { missing, added } =
    before === undefined || before.join() === lines.join() ? { missing: [], added: new Set<string>() } : shapeDiff(lines, before)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long records scroll, and must by keys too
    <section className={`${css.item} ${item.here ? css.here : ''}`} aria-label={plainVisible(item.head.join(' '), 160)} tabIndex={0}>
      <h3>
        <SafeText text={item.head.join(' · ')} max={160} />
      </h3>
      <pre>
        {item.at !== undefined && `${formatInstant(item.at)}\n`}
        {missing.slice(0, MAX_LINES).map((key) => (
          <mark key={key}>
            <SafeText text={key} /> missing{'\n'}
          </mark>
        ))}
        {missing.length > MAX_LINES && `… ${missing.length - MAX_LINES} more missing\n`}
        {lines.slice(0, MAX_LINES).map((line, i) => {
          const key = keyOf(line)
          const text = <SafeText text={line} max={400} />
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a record never move
            <span key={i}>
              {key !== undefined && added.has(key) ? <mark>{text}</mark> : text}
              {'\n'}
            </span>
          )
        })}
        {lines.length > MAX_LINES && `… ${lines.length - MAX_LINES} more lines`}
      </pre>
    </section>
  )
}
