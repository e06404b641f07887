/** The one contract between page and host, on every transport. Errors are `ErrorData`; streams end when their caller goes. */
import { eventIterator, oc, type } from '@orpc/contract'
import { z } from 'zod'
import { errorCodes } from '../model/app-error.ts'
import type { Outcome } from '../model/connector.ts'
import * as c from './control.ts'
import * as m from './messages.ts'

const errorShape = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  system: z.string().optional(),
  target: z.string().optional(),
  retryable: z.boolean(),
  hint: z.string(),
})
/** Every procedure may fail with one defined error, FAILED, whose data is an `ErrorData`. */
const base = oc.errors({ FAILED: { status: 500, data: errorShape } })

export const contract = {
  /** Who answers, what is open, what is configured, what must be said at the top. */
  hello: base.input(z.strictObject({})).output(type<c.Hello>()),
  changes: {
    /** Ticks of the collections watched (≤ 4 a second each); also tells the schedule what is looked at. */
    watch: base.input(m.watchAsk).output(eventIterator(type<readonly m.Tick[]>())),
  },
  records: {
    /** A window of a collection: filtered, sorted in the host on the whole set. */
    page: base.input(m.pageAsk).output(type<m.Page>()),
    /** What differs between two viewings, by meaning. */
    diff: base.input(m.diffAsk).output(type<m.DiffAnswer>()),
  },
  record: {
    /** One record with its history, neighbours and findings. not-found: never seen, or not at that time. */
    get: base.input(m.recordAsk).output(type<m.RecordAnswer>()),
  },
  series: {
    /** Curves of one record, at most `points` points each, with the spans nobody watched. */
    read: base.input(m.seriesAsk).output(type<m.SeriesAnswer>()),
  },
  coverage: {
    /** What was watched, when, how completely. */
    read: base.input(m.coverageAsk).output(type<{ readonly spans: readonly m.CoverageSpan[] }>()),
  },
  findings: {
    /** Findings and incidents that hold at the moment, or (with from, to) that held in between. */
    page: base.input(m.findingsAsk).output(type<m.FindingsAnswer>()),
  },
  headline: {
    /** The sentence of a record or page and its chain. */
    read: base.input(m.headlineAsk).output(type<m.HeadlineAnswer>()),
  },
  graph: {
    /** The landscape around a record. */
    around: base.input(m.graphAsk).output(type<m.GraphAnswer>()),
  },
  names: {
    /** Everything by name; known names inside a pasted text, the worst first. */
    find: base.input(m.namesAsk).output(type<{ readonly hits: readonly m.NameHit[] }>()),
  },
  reads: {
    /** Runs a read of a connection, or replays it from a file. */
    run: base.input(m.readAsk).output(eventIterator(type<m.ReadBatch>())),
  },
  work: {
    /** Long work, as it goes on. */
    watch: base.input(c.workAsk).output(eventIterator(type<readonly c.Work[]>())),
    cancel: base.input(z.strictObject({ work: z.string().max(200) })).output(type<{ readonly cancelled: boolean }>()),
  },
  actions: {
    /** What a change would do, the facts it rests on, and the phrase to type. locked: the connection is read-only. */
    plan: base.input(c.planAsk).output(type<c.PlanAnswer>()),
    run: base.input(c.runAsk).output(eventIterator(type<Outcome>())),
  },
  sources: {
    /** Opens a snapshot file in the reader process. refused: a limit or a hostile shape, named. */
    open: base.input(c.openAsk).output(type<c.SourceAnswer>()),
    close: base.input(c.closeAsk).output(type<{ readonly closed: boolean }>()),
    get: base.input(c.closeAsk).output(type<c.SourceAnswer>()),
  },
  snapshots: {
    /** Captures a span into a file. Answers with the work that does it; its result is the path. */
    write: base.input(c.writeAsk).output(type<{ readonly work: string }>()),
    /** Checks every entry of a file. */
    verify: base.input(c.openAsk).output(type<c.SourceAnswer>()),
  },
  connections: {
    list: base.input(z.strictObject({})).output(type<{ readonly connections: readonly c.ConnectionAnswer[] }>()),
    change: base.input(c.connectionsChange).output(type<{ readonly connections: readonly c.ConnectionAnswer[] }>()),
    /** Tries a profile step by step without keeping it. */
    test: base.input(c.connectionsTest).output(eventIterator(type<c.TestStep>())),
  },
}
