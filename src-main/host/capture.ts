/** Captures a span of the Store into a file, as work: with the facts around the records that groups stand at. */
import type { Hello, WriteAsk } from '../../shared/contract/control.ts'
import type { ReadAsk } from '../../shared/contract/messages.ts'
import { own } from '../../shared/model/own.ts'
import { plain } from '../../shared/model/sentence.ts'
import type { Collector } from '../collecting/collector.ts'
import { evidenceReads, type RunRead } from '../snapshots/evidence-reads.ts'
import { projectKey } from '../snapshots/project-key.ts'
import { writeSnapshot } from '../snapshots/write.ts'
import type { Store } from '../store/store-types.ts'
import { incidentOf } from '../triage/incident.ts'
import { findingAnswer } from './answer-findings.ts'
import { answerRead } from './answer-read.ts'
import { declarations } from './lens.ts'
import { workFolder } from './profile-folder.ts'
import type { WorkList } from './work-list.ts'

export interface CaptureParts {
  readonly store: Store
  readonly collector: Collector
  readonly works: WorkList
  readonly profile: string
  readonly app: Hello['app']
  readonly now: () => Date
}

/** Answers the work's id; its result is the path of the file. */
export function startCapture(ask: WriteAsk, parts: CaptureParts): string {
  const { store, collector, works, profile, app } = parts
  return works.start(`Capture ${ask.title}`, 'parts', async (told, signal) => {
    const incidents = await store.heldBetween(own.id, 'incidents', ask.from, ask.to)
    const first = new Map(
      incidents.toReversed().map(({ row, from }) => [incidentOf(row).incident, { at: from, title: plain(incidentOf(row).title) }]),
    )
    const written = await writeSnapshot(
      ask,
      {
        declarations,
        app,
        exportSpan: (folder, from, to) => store.exportSpan(folder, from, to),
        coverage: (from, to) => store.coverage({ from, to }),
        key: () => projectKey(profile),
        alsoKnown: collector
          .profiles()
          .flatMap((p) => Object.values(p.endpoints).flatMap((e) => e.addresses.map((value) => ({ kind: 'address' as const, value })))),
        moments: [...first.values()].map(({ at, title }) => ({ at: at.toISOString(), name: title.slice(0, 200), by: 'incident' })),
        reads: async (stop) => {
          const findings = await store.heldBetween(own.id, 'findings', ask.from, ask.to)
          const sentences = findings.map((one) => findingAnswer(one).says)
          const run: RunRead = ({ input, ...asked }, until) =>
            answerRead({ viewing: {}, ...asked, input: input as ReadAsk['input'] }, until, { collector, file: undefined })
          return await evidenceReads(sentences, declarations, run, parts.now, stop)
        },
        workRoot: workFolder(profile),
      },
      signal,
      (done, total) => told({ done, total }),
    )
    return written.path
  })
}
