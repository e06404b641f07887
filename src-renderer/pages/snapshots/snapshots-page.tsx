// Snapshots: capture a span into a file, open files, look at their moments, see what they hold, compare them.
import { type JSX, useState } from 'react'
import type { SourceAnswer } from '../../../shared/contract/control.ts'
import { plain } from '../../../shared/model/sentence.ts'
import { useCloseSource, useHello, useOpenSource, useWriteSnapshot } from '../../client/control.ts'
import { useViewing } from '../../client/landscope.tsx'
import { useWork } from '../../client/work.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Remarks } from '../../ui/card.tsx'
import { ChoiceField, TextField } from '../../ui/form.tsx'
import { useKeys, useSay } from '../../ui/keys/keys.tsx'
import { Failed } from '../../ui/states/states.tsx'
import { Status } from '../../ui/status.tsx'
import { formatBytes, formatInstant, formatNumber } from '../../ui/values/format.ts'
import { useNow } from '../../ui/values/look.tsx'
import { SafeText } from '../../ui/values/value.tsx'
import css from '../connections/connections.module.css'
import generic from '../generic/generic.module.css'
import { usePlaces } from '../places.ts'

const lengths = [
  { value: '30', title: 'the last 30 minutes' },
  { value: '60', title: 'the last hour' },
  { value: '180', title: 'the last 3 hours' },
  { value: '720', title: 'the last 12 hours' },
] as const
const redactions = [
  { value: 'share', title: 'share: hosts, addresses, users become tokens' },
  { value: 'internal', title: 'internal: only secrets are left out' },
  { value: 'strict', title: 'strict: names become tokens too' },
] as const

export function SnapshotsPage(): JSX.Element {
  const places = usePlaces()
  const say = useSay()
  const hello = useHello()
  const [path, setPath] = useState('')
  const open = useOpenSource((source) => {
    setPath('')
    say(`Opened: ${source.manifest.title}`)
    places.view({ source: source.source }, '/now')
  })
  const sources = hello.data?.sources ?? []
  return (
    <>
      <h1 className={css.title}>
        {sources.length === 0 ? 'No file is open.' : `${sources.length} ${sources.length === 1 ? 'file is' : 'files are'} open.`} Everything
        you see live can be kept in one file, and looked at again from there.
      </h1>
      {sources.map((source) => (
        <SourceCard key={source.source} source={source} />
      ))}
      <Card title="Open a file">
        <div className={css.form}>
          <TextField
            label="Path of a .lsnap file on the machine that runs Landscope"
            value={path}
            onChange={setPath}
            placeholder="/home/me/incident.lsnap"
            data
          />
          <div className={css.buttons}>
            <Button kind="accent" disabled={path.trim() === '' || open.running} onClick={() => open.run(path.trim())}>
              {open.running ? 'Opening …' : 'Open'}
            </Button>
            <span className={css.faint}>It is read in a process of its own, which has no network and no secrets.</span>
          </div>
          {open.error !== undefined && <Failed error={open.error} />}
        </div>
      </Card>
      <Capture />
      <Compare sources={sources} />
    </>
  )
}

function SourceCard({ source }: { readonly source: SourceAnswer }): JSX.Element {
  const places = usePlaces()
  const viewing = useViewing()
  const close = useCloseSource(() => {
    if (viewing.source === source.source) places.view({})
  })
  const { manifest } = source
  const rows = manifest.collections.reduce((sum, c) => sum + c.rows, 0)
  const bytes = manifest.entries.reduce((sum, e) => sum + e.bytes, 0)
  const verified = {
    verified: ['ok', 'every entry verified'],
    partly: ['unknown', 'still verifying'],
    damaged: ['high', 'damaged'],
  } as const
  const [health, word] = verified[source.verified]
  return (
    <Card>
      <div className={css.head}>
        <b className={css.name}>
          <SafeText text={manifest.title === '' ? source.path : manifest.title} max={120} />
        </b>
        <Status health={health} word={word} />
        <span className={css.faint}>
          {formatNumber(rows)} rows · {formatBytes(bytes)} · profile {manifest.redaction.profile}
        </span>
        <span className={css.right}>
          <Button kind="accent" onClick={() => places.view({ source: source.source }, '/now')} pressed={viewing.source === source.source}>
            Look at it
          </Button>
          <Button kind="quiet" onClick={() => close.run(source.source)}>
            Close
          </Button>
        </span>
      </div>
      <p className={css.line}>
        <SafeText text={plain(source.says)} max={600} />
      </p>
      {source.damaged.length > 0 && (
        <p className={css.why}>These entries are damaged and are left out: {source.damaged.slice(0, 8).join(', ')}</p>
      )}
      {source.ignored.length > 0 && (
        <p className={css.faint}>Not known to this version, kept and not shown: {source.ignored.slice(0, 8).join(', ')}</p>
      )}
      <Remarks>
        {manifest.moments.map((moment) => (
          <li key={moment.at}>
            <button
              type="button"
              className={generic.link}
              onClick={() => places.view({ source: source.source, at: new Date(moment.at) }, '/now')}
            >
              {formatInstant(new Date(moment.at))}
            </button>{' '}
            <SafeText text={moment.name} max={400} />
          </li>
        ))}
      </Remarks>
      {close.error !== undefined && <Failed error={close.error} />}
    </Card>
  )
}

/** Captures a span of what was watched. */
function Capture(): JSX.Element {
  const now = useNow()
  const say = useSay()
  const [path, setPath] = useState('')
  const [title, setTitle] = useState('')
  const [minutes, setMinutes] = useState<(typeof lengths)[number]['value']>('60')
  const [redaction, setRedaction] = useState<(typeof redactions)[number]['value']>('share')
  const [work, setWork] = useState<string | undefined>(undefined)
  const write = useWriteSnapshot(setWork)
  const { works, cancel } = useWork()
  const ours = works.find((w) => w.work === work)
  const target = path.trim() === '' ? '' : path.trim().endsWith('.lsnap') ? path.trim() : `${path.trim()}.lsnap`
  const capture = (): void => {
    if (target === '') {
      say('Say where the file goes')
      return
    }
    const to = new Date()
    write.run({ path: target, title: title.trim(), from: new Date(to.getTime() - Number(minutes) * 60_000), to, redaction })
  }
  useKeys({ record: capture })
  return (
    <Card title="Capture" shows="record">
      <div className={css.form}>
        <TextField
          label="Into this file"
          value={path}
          onChange={setPath}
          placeholder={`/tmp/landscape-${now.toISOString().slice(0, 10)}.lsnap`}
          data
          says={target}
        />
        <div className={css.pair}>
          <ChoiceField label="What" value={minutes} choices={lengths} onChange={setMinutes} />
          <ChoiceField label="For whom" value={redaction} choices={redactions} onChange={setRedaction} />
          <TextField label="Title" value={title} onChange={setTitle} placeholder="what happened" />
        </div>
        <div className={css.buttons}>
          <Button kind="accent" onClick={capture} disabled={target === '' || write.running || ours?.state === 'running'}>
            Capture
          </Button>
          {ours?.state === 'running' && (
            <Button kind="quiet" onClick={() => void cancel(ours.work)}>
              Cancel
            </Button>
          )}
          {ours !== undefined && (
            <span className={css.faint} role="status">
              {ours.state === 'done' ? `Written: ${ours.result ?? target}` : ours.state === 'failed' ? 'Not written' : ours.state}
              {ours.state === 'running' &&
                ` ${formatNumber(ours.done)}${ours.total === undefined ? '' : ` of ${formatNumber(ours.total)}`} ${ours.unit}`}
            </span>
          )}
        </div>
        {write.error !== undefined && <Failed error={write.error} />}
      </div>
    </Card>
  )
}

/** Two moments, each live or of a file, side by side. */
function Compare({ sources }: { readonly sources: readonly SourceAnswer[] }): JSX.Element {
  const places = usePlaces()
  const now = useNow()
  const choices = [
    { value: '', title: 'live' },
    ...sources.map((s) => ({ value: s.source, title: s.manifest.title === '' ? s.path : s.manifest.title })),
  ]
  const first = sources[0]
  const [from, setFrom] = useState<{ readonly source: string; readonly at: string }>({ source: '', at: '' })
  const [to, setTo] = useState<{ readonly source: string; readonly at: string }>({ source: '', at: '' })
  const example = first?.manifest.from ?? new Date(now.getTime() - 3_600_000).toISOString().slice(0, 16)
  const wrong = (at: string): string | undefined => (at.trim() !== '' && utc(at) === undefined ? 'Not a time' : undefined)
  const [fromAt, toAt] = [utc(from.at), utc(to.at)]
  return (
    <Card title="Compare" shows="diff">
      <div className={css.form}>
        {(
          [
            ['Before', from, setFrom],
            ['After', to, setTo],
          ] as const
        ).map(([label, side, set]) => (
          <div key={label} className={css.pair}>
            <ChoiceField label={label} value={side.source} choices={choices} onChange={(source) => set({ ...side, source })} />
            <TextField
              label="At (UTC)"
              value={side.at}
              onChange={(at) => set({ ...side, at })}
              placeholder={example}
              wrong={wrong(side.at)}
              data
            />
          </div>
        ))}
        <div className={css.buttons}>
          <Button
            onClick={() =>
              places.diff({
                ...(from.source === '' ? {} : { fromSource: from.source }),
                ...(fromAt === undefined ? {} : { fromAt }),
                ...(to.source === '' ? {} : { toSource: to.source }),
                ...(toAt === undefined ? {} : { toAt }),
              })
            }
            disabled={
              wrong(from.at) !== undefined || wrong(to.at) !== undefined || (from.at.trim() === to.at.trim() && from.source === to.source)
            }
          >
            Compare
          </Button>
        </div>
      </div>
    </Card>
  )
}

/** A typed time as ISO, UTC where it names no zone, also as this page prints moments; undefined where it is none. */
function utc(text: string): string | undefined {
  const trimmed = text
    .trim()
    .replace(/\s*UTC$/, 'Z')
    .replace(' ', 'T')
  const at = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(trimmed) ? trimmed : `${trimmed}Z`)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
