// The reads a capture takes along by itself: those that findings point at, such as the record a group stands at.
import type { ReadBatch } from '../../shared/contract/messages.ts'
import type { Json } from '../../shared/model/fields.ts'
import type { Sentence, Target } from '../../shared/model/sentence.ts'
import type { AnySystems } from '../../shared/model/system.ts'
import { parseValues } from '../connections/parse-values.ts'
import { plainJson, type RecordedRead } from './recorded-reads.ts'

/** Most reads of one capture, and how long all of them may take. */
const MOST_READS = 50
const WITHIN_MS = 10_000

type ReadTarget = Extract<Target, { readonly read: unknown }>['read']
/** Runs one read of a live connection. */
export type RunRead = (
  asked: { readonly connection: string; readonly read: string; readonly input: Readonly<Record<string, unknown>> },
  signal: AbortSignal,
) => AsyncIterable<ReadBatch>

/** The reads that sentences lead to, each once. A sentence may come from the Store, where its 64-bit numbers are texts. */
export function readsIn(sentences: readonly Sentence[]): readonly ReadTarget[] {
  const found = new Map<string, ReadTarget>()
  for (const span of sentences.flat()) {
    const to = typeof span === 'string' ? undefined : span.to
    if (to !== undefined && 'read' in to) found.set(JSON.stringify(to.read, plainJson), to.read)
  }
  return [...found.values()].slice(0, MOST_READS)
}

/** Runs them one after the other. One that fails is left out: it is not recorded then, which the file says by not having it. */
export async function evidenceReads(
  sentences: readonly Sentence[],
  declarations: AnySystems,
  run: RunRead,
  now: () => Date,
  signal: AbortSignal,
): Promise<readonly RecordedRead[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)])
  const recorded: RecordedRead[] = []
  for (const { system, connection, name, input } of readsIn(sentences)) {
    const declared = declarations[system]?.reads[name]
    if (declared === undefined || limit.aborted) continue
    try {
      const values = parseValues(declared.input, input as Readonly<Record<string, Json>>, name)
      const columns: string[] = []
      const rows: RecordedRead['rows'][number][] = []
      for await (const batch of run({ connection, read: name, input: values }, limit)) {
        columns.splice(0, columns.length, ...batch.columns)
        rows.push(...batch.rows)
      }
      recorded.push({ system, connection, read: name, input: values, at: now(), complete: true, columns, rows })
    } catch {
      signal.throwIfAborted()
    }
  }
  return recorded
}
