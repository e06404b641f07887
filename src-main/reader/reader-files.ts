// The host's side of the reader: opens files in it, asks them, and starts it again when it died; files open again by themselves.
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceAnswer } from '../../shared/contract/control.ts'
import type { ReadBatch } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { OpenFile, OpenFiles } from '../host/open-files.ts'
import type { Queries } from '../store/store-types.ts'
import type { FromReader, Question, ReaderLink, StartReader, ToReader } from './reader-messages.ts'

/** A question that takes longer ends the reader: a hostile file must not hold others. */
const DEADLINE_MS = 30_000
const CHECK_DEADLINE_MS = 10 * 60_000
/** A file during whose questions the reader died this often within a minute is not opened again. */
const DEATHS_ALLOWED = 3
const DEATHS_WITHIN_MS = 60_000

interface Opened {
  readonly file: OpenFile
  readonly path: string
  folder: string
  answer: SourceAnswer
  deaths: { readonly at: number; readonly share: number }[]
  /** Why it could not be opened again. */
  lost?: AppError
}
interface Call {
  readonly source: string
  readonly todo: ToReader['do']
  readonly resolve: (value: unknown) => void
  readonly reject: (why: AppError) => void
  readonly deadline: NodeJS.Timeout
}
type Body = ToReader extends infer M ? (M extends ToReader ? Omit<M, 'id'> : never) : never

async function newRoot(below: string): Promise<string> {
  await mkdir(below, { recursive: true })
  return mkdtemp(join(below, 'landscope-reader-'))
}
const restarting = (): AppError =>
  new AppError('busy', 'The process that reads files ended and is started again.', { hint: 'It is asked again by itself.' })

/** A name that the same path has in every process, so that a page goes on looking at its file after the host was started again. */
const sourceOf = (path: string): string => `file-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`

/** Starts nothing until the first file is opened. Files are unpacked below `folder`, else below the system's folder for such things. */
export function readerFiles(start: StartReader, options: { readonly deadlineMs?: number; readonly folder?: string } = {}): OpenFiles {
  const files = new Map<string, Opened>()
  const calls = new Map<number, Call>()
  const opening = new Map<string, Promise<OpenFile>>()
  const listeners = new Set<(source: string) => void>()
  const dead = new WeakSet<ReaderLink>()
  let root: Promise<string> | undefined
  let link: Promise<ReaderLink> | undefined
  let nextCall = 1
  let nextFile = 1
  let ended = false

  async function freshFolder(source: string): Promise<string> {
    root ??= newRoot(options.folder ?? tmpdir())
    nextFile += 1
    return join(await root, `${source}-${nextFile}`)
  }

  function linked(): Promise<ReaderLink> {
    if (ended) return Promise.reject(new AppError('cancelled', 'Files are closed: Landscope is ending.'))
    if (link === undefined) {
      const starting = begin()
      link = starting
      starting.catch(() => {
        if (link === starting) link = undefined
      })
    }
    return link
  }

  async function begin(): Promise<ReaderLink> {
    const started = await start()
    started.onMessage(settle)
    started.onGone(() => {
      dead.add(started)
      gone()
    })
    for (const [source, file] of files) {
      await reopen(started, source, file)
      if (dead.has(started)) throw restarting()
    }
    return started
  }

  async function reopen(started: ReaderLink, source: string, file: Opened): Promise<void> {
    if (file.lost !== undefined) return
    const before = file.folder
    file.folder = await freshFolder(source)
    await rm(before, { recursive: true, force: true })
    try {
      renew(source, file, (await send(started, { do: 'open', source, path: file.path, folder: file.folder })) as SourceAnswer)
      void check(source).catch(() => undefined)
    } catch (thrown) {
      // a death while it opens is counted there and tried again with the next process
      if (thrown instanceof AppError && thrown.data.code !== 'busy') file.lost = thrown
    }
  }

  function settle(message: FromReader): void {
    const call = calls.get(message.id)
    if (call === undefined) return
    calls.delete(message.id)
    clearTimeout(call.deadline)
    if ('error' in message) call.reject(AppError.from(message.error))
    else call.resolve(message.value)
  }

  function gone(): void {
    link = undefined
    const unsettled = [...calls.values()]
    calls.clear()
    for (const call of unsettled) {
      clearTimeout(call.deadline)
      call.reject(restarting())
    }
    // the check in the background runs for a long time: it is only suspected when nothing else was asked
    const asked = unsettled.filter((call) => call.todo !== 'check')
    blame(new Set((asked.length > 0 ? asked : unsettled).map((call) => call.source)))
    if (!ended && files.size > 0) linked().catch(() => undefined)
  }

  /** Nobody knows whose question it was: the files that were asked share the death. */
  function blame(sources: ReadonlySet<string>): void {
    const now = Date.now()
    for (const source of sources) {
      const file = files.get(source)
      if (file === undefined) continue
      file.deaths = [...file.deaths.filter(({ at }) => now - at < DEATHS_WITHIN_MS), { at: now, share: 1 / sources.size }]
      if (file.deaths.reduce((sum, { share }) => sum + share, 0) < DEATHS_ALLOWED) continue
      file.lost = new AppError('refused', 'This file brings down the process that reads it; it is not opened again.', {
        hint: 'Ask its sender for it again.',
      })
    }
  }

  function send(to: ReaderLink, body: Body, deadlineMs = options.deadlineMs ?? DEADLINE_MS): Promise<unknown> {
    if (dead.has(to)) return Promise.reject(restarting()) // it died while the question waited for it
    const id = nextCall
    nextCall += 1
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        calls.get(id)?.reject(new AppError('timeout', 'The file did not answer in time; the process that reads it is started again.'))
        calls.delete(id)
        blame(new Set([body.source]))
        to.kill()
      }, deadlineMs)
      calls.set(id, { source: body.source, todo: body.do, resolve, reject, deadline })
      to.send({ ...body, id } as ToReader)
    })
  }

  function openFile(source: string): Opened {
    const file = files.get(source)
    if (file === undefined) throw new AppError('not-found', 'This file is not open any more.', { hint: 'Open it again under Snapshots.' })
    return file
  }

  async function call(body: Body, deadlineMs?: number): Promise<unknown> {
    openFile(body.source)
    const to = await linked()
    const { lost } = openFile(body.source)
    if (lost !== undefined) throw lost
    return await send(to, body, deadlineMs)
  }

  async function open(path: string): Promise<OpenFile> {
    const to = await linked()
    const source = sourceOf(path)
    const folder = await freshFolder(source)
    const answer = (await send(to, { do: 'open', source, path, folder })) as SourceAnswer
    const { instances, to: end } = answer.manifest
    const file: OpenFile = {
      answer: () => opened.answer,
      queries: queriesOf((question, args) => call({ do: 'ask', source, question, args })),
      connections: instances.map(({ id, connection, system, title }) => ({ instance: id, connection, system, title })),
      to: new Date(end),
      replay: async (asked) => (await call({ do: 'replay', source, asked })) as ReadBatch,
    }
    const opened: Opened = { file, path, folder, answer, deaths: [] }
    files.set(source, opened)
    void check(source).catch(() => undefined)
    return file
  }

  /** Waits until all of a file is checked, and tells. */
  async function check(source: string): Promise<SourceAnswer> {
    const answer = (await call({ do: 'check', source }, CHECK_DEADLINE_MS)) as SourceAnswer
    renew(source, openFile(source), answer)
    return answer
  }
  function renew(source: string, file: Opened, answer: SourceAnswer): void {
    file.answer = answer
    for (const told of listeners) told(source)
  }

  async function close(source: string): Promise<boolean> {
    const file = files.get(source)
    if (file === undefined) return false
    files.delete(source)
    if (link !== undefined) await send(await link, { do: 'close', source }).catch(() => undefined)
    await rm(file.folder, { recursive: true, force: true })
    return true
  }

  function openOnce(path: string): Promise<OpenFile> {
    const found = [...files.values()].find((one) => one.path === path && one.lost === undefined)
    if (found !== undefined) return Promise.resolve(found.file)
    const under = opening.get(path)
    if (under !== undefined) return under
    const started = open(path).finally(() => opening.delete(path))
    opening.set(path, started)
    return started
  }

  return {
    open: openOnce,
    close,
    get: (source) => files.get(source)?.file,
    list: () => [...files.values()].map((one) => one.file),
    verify: async (path) => {
      const was = [...files.values()].some((one) => one.path === path)
      const { source } = (await openOnce(path)).answer()
      try {
        return await check(source)
      } finally {
        if (!was) await close(source)
      }
    },
    onChange: (told) => {
      listeners.add(told)
      return () => listeners.delete(told)
    },
    closeAll: async () => {
      ended = true
      const running = await link?.catch(() => undefined)
      running?.kill()
      files.clear()
      if (root !== undefined) await rm(await root, { recursive: true, force: true })
    },
  }
}

/** `Queries` whose every question goes through `ask`. The one cast: the reader answers with what the question's type says. */
function queriesOf(ask: (question: Question, args: readonly unknown[]) => Promise<unknown>): Queries {
  const asking = <Q extends Question>(question: Q): Queries[Q] => ((...args: readonly unknown[]) => ask(question, args)) as Queries[Q]
  return {
    page: asking('page'),
    record: asking('record'),
    series: asking('series'),
    coverage: asking('coverage'),
    freshness: asking('freshness'),
    diff: asking('diff'),
    names: asking('names'),
    namesIn: asking('namesIn'),
    rows: asking('rows'),
    heldBetween: asking('heldBetween'),
    past: asking('past'),
    span: asking('span'),
  }
}
