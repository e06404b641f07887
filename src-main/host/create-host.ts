/** Puts the parts of the host together: one profile folder, its Store, its connections, its judgement, its files; and answers pages. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hello } from '../../shared/contract/control.ts'
import type { Frames } from '../../shared/contract/frames.ts'
import type { Handlers } from '../../shared/contract/handlers.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { own } from '../../shared/model/own.ts'
import { systems } from '../../shared/systems/index.ts'
import { systemClock } from '../collecting/clock.ts'
import { createCollector } from '../collecting/collector.ts'
import type { RoundInfo } from '../collecting/connection.ts'
import { type OpenLine, threadLine } from '../collecting/worker.ts'
import { createJournal } from '../connections/journal.ts'
import { openProfileFile } from '../connections/profile-file.ts'
import { joins } from '../landscape/joins/joins.ts'
import { openStore } from '../store/open-store.ts'
import type { Notice, Stored } from '../store/store-types.ts'
import { rooms } from '../systems/index.ts'
import type { Judges } from '../triage/judging.ts'
import { openJudgement } from '../triage/run-judges.ts'
import { attach, implementContract } from './attach.ts'
import { startCapture } from './capture.ts'
import { entryPath } from './entry-path.ts'
import { createHandlers } from './handlers.ts'
import { declarations } from './lens.ts'
import { createLiveJudging } from './live-judging.ts'
import type { OpenFiles } from './open-files.ts'
import { workFolder } from './profile-folder.ts'
import { createTickHub } from './tick-hub.ts'
import { createWorkList } from './work-list.ts'

export interface HostOptions {
  /** Folder of the profile; made where it is missing. */
  readonly profile: string
  readonly app: Hello['app']
  readonly mode: Hello['mode']
  /** Opened files, answered by the reader process. */
  readonly files: OpenFiles
  /** W: trends are judged over it; default five minutes. */
  readonly windowMs?: number
  /** How connections' workers are opened; default: a thread each. */
  readonly openLine?: OpenLine
  readonly log?: (line: { readonly level: string; readonly what: string; readonly message: string }) => void
}
export interface Host {
  readonly handlers: Handlers
  /** Answers one page over its frames until they close. */
  attach(frames: Frames): void
  /** Ends connections, work and files, and closes the Store. */
  close(): Promise<void>
}

/** W where nobody says otherwise. */
const defaultWindowMs = 300_000
/** How often Landscope judges its own watching while nothing comes in. */
const idleMs = 5_000

/** busy: another process owns the profile. disk-full, forbidden: the folder cannot be written. */
export async function createHost(options: HostOptions): Promise<Host> {
  const { profile } = options
  const windowMs = options.windowMs ?? defaultWindowMs
  const now = (): Date => new Date()
  const log = (level: string, what: string, message: string): void => options.log?.({ level, what, message })
  await mkdir(profile, { recursive: true })
  const kept = await openProfileFile(profile, now)
  const store = await openStore({ folder: profile, systems: Object.values(declarations), now })
  await rm(workFolder(profile), { recursive: true, force: true })
  const hub = createTickHub()
  const works = createWorkList(now)
  const fault = (what: string, thrown: unknown): void =>
    log('error', what, thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))
  const judges: Readonly<Record<string, Judges>> = Object.fromEntries(Object.entries(rooms).map(([id, room]) => [id, room.judges]))
  const judgement = await openJudgement(store, declarations, judges, joins, now(), { windowMs, pollMs, fault })
  const collector = createCollector({
    systems,
    store,
    clock: systemClock,
    openLine: options.openLine ?? threadLine(entryPath('worker')),
    remembered: kept.identity,
    remember: (connection, identity) => {
      const before = kept.identity(connection)
      // What was wrong with the instance it was before can no longer be seen from here.
      if (before !== undefined && before.instance !== identity.instance) judgement.forget(connection, now())
      void kept.remember(connection, identity).catch((e: unknown) => fault('remember', e))
    },
    journal: createJournal(join(profile, 'journal.ndjson')),
    derive: async ({ stored, sweep, began }, writer) => {
      await judgement.derive(stored, writer, declarations[stored.system]?.sweeps[sweep]?.emits ?? [], began)
    },
    onRound: (round) => judged(round),
    onChange: () => judging.connectionsChanged(),
    log: (level, connection, message) => log(level, connection, message),
  })
  const judging = createLiveJudging({
    store,
    judgement,
    collector,
    now,
    pollMs: idleMs,
    tell: (ticks) => hub.tell(undefined, ticks),
    fault,
  })

  /** A stored round: its ticks go out at once, its judgement follows. */
  async function judged({ stored, emits, ticks, error }: RoundInfo): Promise<void> {
    hub.tell(undefined, ticks)
    await judging.swept({ of: stored, collections: emits, ...(error === undefined ? {} : { failed: true }) })
  }

  /** How often a collection of a connection is swept when nobody looks: staleness and slack are judged by it. */
  function pollMs(of: Stored, collection: string): number {
    const every = Object.values(declarations[of.system]?.sweeps ?? {}).flatMap((s) =>
      s.emits.includes(collection) && typeof s.every === 'object' ? [s.every.background] : [],
    )
    return Math.min(...every, 60) * 1_000
  }

  const restored = new Set((await store.rows(own.id, 'findings', {})).map(({ row }) => String(row.connection)))
  for (const id of restored) if (!kept.profiles().some((p) => p.id === id)) judgement.forget(id, now())
  for (const one of kept.profiles()) await collector.put(one).catch((e: unknown) => fault(`open ${one.id}`, e))
  const offFiles = options.files.onChange((source) => {
    const all = Object.values(declarations).flatMap((s) =>
      Object.keys(s.collections).map((collection) => ({ system: s.id, collection, version: Date.now() })),
    )
    hub.tell(source, all)
  })
  const idle = setInterval(() => void judging.idle(), idleMs)
  idle.unref()

  const notices = (): readonly Notice[] => [...kept.notices(), ...store.notices(), ...collector.notices()]
  const handlers = createHandlers({
    app: options.app,
    mode: options.mode,
    now,
    windowMs,
    pollMs: 20_000,
    store,
    collector,
    files: options.files,
    works,
    hub,
    notices,
    liveFacts: () => {
      const offline = collector.offline()
      const condition = judgement.standing()?.condition
      const none = new Set<string>()
      return {
        unsighted: { unseen: condition?.blind ?? none, dark: condition?.dark ?? none },
        ...(offline === undefined ? {} : { offline }),
      }
    },
    capture: (ask) => startCapture(ask, { store, collector, works, profile, app: options.app, now }),
    change: async (ask) => {
      if (ask.do === 'put') {
        await kept.put(ask.profile)
        await collector.put(ask.profile)
      } else if (ask.do === 'remove') {
        if (collector.state(ask.id) === undefined) throw new AppError('not-found', `There is no connection ${ask.id}.`)
        await collector.remove(ask.id)
        await kept.remove(ask.id)
        judgement.forget(ask.id, now())
        await judging.idle()
      } else if (ask.do === 'unlock') collector.unlock(ask.id)
      else if (ask.do === 'lock') collector.lock(ask.id)
      else collector.wake(ask.id)
      hub.tell(undefined, [{ system: own.id, collection: 'connections', version: Date.now() }])
    },
  })
  const router = implementContract(handlers)

  return {
    handlers,
    attach: (frames) => void attach(router, frames),
    close: async () => {
      clearInterval(idle)
      offFiles()
      await works.close()
      await collector.close()
      await judging.close()
      await options.files.closeAll()
      await store.close()
    },
  }
}
