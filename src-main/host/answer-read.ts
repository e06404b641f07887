/** Runs a read of a live connection, or replays it from an opened file. */
import type { ReadAsk, ReadBatch } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import type { Collector } from '../collecting/collector.ts'
import { declarations } from './lens.ts'
import type { OpenFile } from './open-files.ts'

/** not-found: no such file or connection; unsupported: a past moment cannot be read from a live server. */
export async function* answerRead(
  ask: ReadAsk,
  signal: AbortSignal,
  from: { readonly collector: Pick<Collector, 'read' | 'state'>; readonly file: OpenFile | undefined },
): AsyncGenerator<ReadBatch, void, void> {
  const { viewing, connection, read, input } = ask
  if (viewing.source !== undefined) {
    if (from.file === undefined) throw new AppError('not-found', 'This file is not open any more.')
    yield await from.file.replay({ connection, read, input })
    return
  }
  const system = from.collector.state(connection)?.system
  const item = system === undefined ? undefined : declarations[system]?.reads[read]?.item
  if (item === undefined) throw new AppError('not-found', `There is no read ${read} at ${connection}.`)
  const columns = Object.keys(item)
  for await (const batch of from.collector.read(connection, read, input, signal))
    yield { columns, rows: batch.map((row) => columns.map((c) => (row[c] ?? null) as ReadBatch['rows'][number][number])), from: 'live' }
}
