/** Answers the contract: looking goes through a lens, doing goes to the collector, files to the reader, long things to the work list. */
import type { ConnectionAnswer, Hello } from '../../shared/contract/control.ts'
import type { Call, Handlers } from '../../shared/contract/handlers.ts'
import type { Viewing } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { own } from '../../shared/model/own.ts'
import type { Collector } from '../collecting/collector.ts'
import { graphAround } from '../landscape/graph.ts'
import type { Notice, Store } from '../store/store-types.ts'
import { answerDiff } from './answer-diff.ts'
import { answerFindings } from './answer-findings.ts'
import { answerHeadline, type LiveFacts } from './answer-headline.ts'
import { answerNames, answerPage, answerRecord, answerSeries } from './answer-looking.ts'
import { answerRead } from './answer-read.ts'
import { declarations, declared, type Lens, lensOf } from './lens.ts'
import type { OpenFiles } from './open-files.ts'
import type { TickHub } from './tick-hub.ts'
import type { WorkList } from './work-list.ts'

export interface HandlerPorts {
  readonly app: Hello['app']
  readonly mode: Hello['mode']
  readonly now: () => Date
  readonly windowMs: number
  readonly pollMs: number
  readonly store: Store
  readonly collector: Collector
  readonly files: OpenFiles
  readonly works: WorkList
  readonly hub: TickHub
  readonly notices: () => readonly Notice[]
  readonly liveFacts: () => LiveFacts
  /** Starts a capture; answers its work. */
  readonly capture: (ask: Parameters<Handlers['snapshots']['write']>[0]) => string
  /** Keeps a changed list of profiles. */
  readonly change: (ask: Parameters<Handlers['connections']['change']>[0]) => Promise<void>
}

export function createHandlers(ports: HandlerPorts): Handlers {
  const { store, collector, files, works, hub, now } = ports
  const lens = (viewing: Viewing): Lens =>
    lensOf(
      viewing,
      {
        queries: store,
        connections: [...collector.states().flatMap((s) => collector.stored(s.connection) ?? [])],
        windowMs: ports.windowMs,
        pollMs: ports.pollMs,
      },
      (source) => files.get(source),
      now(),
    )
  /** Facts of the present only: a past moment and a file know nothing of our network now. */
  const facts = (viewing: Viewing): LiveFacts | undefined =>
    viewing.source === undefined && viewing.at === undefined ? ports.liveFacts() : undefined
  const connections = (): readonly ConnectionAnswer[] =>
    collector.profiles().map((profile) => {
      const state = collector.state(profile.id)
      const until = collector.unlockedUntil(profile.id)
      return {
        profile,
        ...(state?.identity === undefined ? {} : { instance: state.identity.instance }),
        ...(until === undefined ? {} : { unlockedUntil: until }),
        targets: state?.targets ?? [],
      }
    })

  return {
    hello: async () => ({
      app: ports.app,
      now: now(),
      sources: files.list().map((f) => f.answer()),
      connections: connections(),
      notices: ports.notices(),
      mode: ports.mode,
    }),
    changes: {
      watch: async function* (ask, { signal }) {
        const stop = ask.source === undefined ? collector.look({ collections: ask.collections, urns: ask.urns ?? [] }) : () => undefined
        try {
          yield* hub.watch(ask.source, ask.collections, signal)
        } finally {
          stop()
        }
      },
    },
    records: {
      page: (ask) => answerPage(lens(ask.viewing), ask),
      diff: (ask) => answerDiff(lens(ask.from), lens(ask.to), ask),
    },
    record: { get: (ask) => answerRecord(lens(ask.viewing), ask.urn) },
    series: { read: (ask) => answerSeries(lens(ask.viewing), ask) },
    coverage: {
      read: async ({ viewing, ...ask }) => {
        if (ask.system !== undefined) declared(ask.system, ask.collection)
        return { spans: await lens(viewing).queries.coverage(ask) }
      },
    },
    findings: {
      page: ({ viewing, ...ask }) => {
        const at = lens(viewing)
        return answerFindings(at.queries, ask, at.at)
      },
    },
    headline: { read: ({ viewing, of }) => answerHeadline(lens(viewing), of, facts(viewing)) },
    graph: {
      around: ({ viewing, ...ask }) => {
        const at = lens(viewing)
        return graphAround(at.queries, declarations, ask, at.at)
      },
    },
    names: { find: async (ask) => ({ hits: await answerNames(lens(ask.viewing), ask) }) },
    reads: {
      run: (ask, { signal }) =>
        answerRead(ask, signal, {
          collector,
          file: ask.viewing.source === undefined ? undefined : files.get(ask.viewing.source),
        }),
    },
    work: {
      watch: async function* ({ work }, { signal }) {
        for await (const _ of changesOf(works, signal)) {
          const all = works.list().filter((w) => work === undefined || w.work === work)
          yield all
        }
      },
      cancel: async ({ work }) => ({ cancelled: works.cancel(work) }),
    },
    actions: {
      plan: (ask, { signal }) => collector.plan(ask.connection, ask.action, ask.input, signal),
      run: (ask, { signal }) => collector.run(ask.plan, ask.typed, signal),
    },
    sources: {
      open: async ({ path }) => (await files.open(path)).answer(),
      close: async ({ source }) => ({ closed: await files.close(source) }),
      get: async ({ source }) => {
        const file = files.get(source)
        if (file === undefined) throw new AppError('not-found', 'This file is not open.')
        return file.answer()
      },
    },
    snapshots: {
      write: async (ask) => ({ work: ports.capture(ask) }),
      verify: ({ path }) => files.verify(path),
    },
    connections: {
      list: async () => ({ connections: connections() }),
      change: async (ask) => {
        if (ask.do === 'put') declared(ask.profile.system)
        if (ask.do === 'put' && ask.profile.system === own.id) throw new AppError('bad-request', 'Landscope is not a system to connect to.')
        await ports.change(ask)
        return { connections: connections() }
      },
      test: ({ profile }, { signal }: Call) => collector.test(profile, signal),
    },
  }

  /** A turn at once and one for each change (several changes within a turn are one) until the caller goes. */
  async function* changesOf(list: WorkList, signal: AbortSignal): AsyncGenerator<undefined, void, void> {
    let changed = true
    let wake: () => void = () => undefined
    const told = (): void => {
      changed = true
      wake()
    }
    const off = list.onChange(told)
    signal.addEventListener('abort', told)
    try {
      while (!signal.aborted) {
        if (!changed)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        if (signal.aborted) return
        changed = false
        yield undefined
      }
    } finally {
      off()
      signal.removeEventListener('abort', told)
    }
  }
}
